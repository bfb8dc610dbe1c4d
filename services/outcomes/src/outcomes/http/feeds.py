"""The feeds that are harvested into the directory of services."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from outcomes.domain.directory_entries import is_web_address
from outcomes.http.directory import EDITORS, DirectoryDesk, DirectoryPage, feed_as_json
from page_base.pages import FieldError
from service_kit.access import Access, Member

# Unlike "upload", which is where the other entries come from.
FEED_CODE = r"^feed-[a-z0-9-]{1,35}$"
NO_ADDRESS = "The address must be such as https://example.org/feeds/session-series."


class FeedBody(BaseModel):
    """Where a feed begins."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")

    url: str = Field(min_length=8, max_length=2000)


def router(*, show: DirectoryPage, access: Access, desk: DirectoryDesk) -> APIRouter:
    """`PUT|DELETE /outcomes/directory/feeds/{code}`, and the same for browsers."""
    routes = APIRouter()
    Editor = Annotated[Member, Depends(access.allow(*EDITORS))]  # noqa: N806 - it is a type
    Code = Annotated[str, Path(pattern=FEED_CODE)]  # noqa: N806 - it is a type

    @routes.put("/directory/feeds/{code}")
    async def keep(code: Code, body: FeedBody, _: Editor) -> dict[str, Any]:
        """Harvest an OpenActive feed (RPDE) from this address on; another address begins anew."""
        if not is_web_address(body.url):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, NO_ADDRESS)
        return feed_as_json(await desk.keep_feed(code, body.url))

    @routes.delete("/directory/feeds/{code}", status_code=HTTPStatus.NO_CONTENT)
    async def forget(code: Code, _: Editor) -> None:
        """Harvest a feed no more, and take its entries out."""
        if not await desk.forget_feed(code):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such feed.")

    @routes.post("/directory/feeds", include_in_schema=False)
    async def keep_on_page(request: Request, member: Editor) -> Response:
        form = await request.form()
        code, url = (str(form.get(name, "")).strip() for name in ("feed", "url"))
        name = "The short name must be such as feed-north: feed- and then small letters, digits and -."
        errors = (
            *([] if re.fullmatch(FEED_CODE, code) else [FieldError("feed", name)]),
            *([] if is_web_address(url) else [FieldError("url", NO_ADDRESS)]),
        )
        if errors:
            return await show(request, member, errors=errors, entered={"feed": code, "url": url})
        await desk.keep_feed(code, url)
        return RedirectResponse("/outcomes/directory", status_code=HTTPStatus.SEE_OTHER)

    @routes.post("/directory/feeds/{code}/removal", include_in_schema=False)
    async def forget_on_page(code: Code, _: Editor) -> Response:
        await desk.forget_feed(code)
        return RedirectResponse("/outcomes/directory", status_code=HTTPStatus.SEE_OTHER)

    return routes
