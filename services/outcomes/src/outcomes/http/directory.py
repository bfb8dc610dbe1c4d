"""The directory of services: what is in it, and uploading a spreadsheet line by line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from outcomes.domain.directory_entries import COLUMNS, WrongEntryError
from outcomes.domain.feeds import Feed
from outcomes.http.reading import STAFF
from outcomes.use_cases.upload_directory import Answered
from outcomes.use_cases.views import DirectoryEntry
from page_base.pages import FieldError, Pages
from page_base.problems import wants_page
from service_kit.access import ADMIN, Access, Member

LARGEST = 2_000_000
MOST_LISTED = 500
EDITORS = ("coordinator",)
# Why a feed could not be read.
PROBLEMS = {
    "not_https": "Its address must begin with https://.",
    "private_address": "Its address leads to a private network, which the operator of this service has not allowed.",
    "no_address": "Its name has no address.",
    "no_connection": "No connection could be made.",
    "no_answer_in_time": "It did not answer in time.",
    "refused": "It answered with an error.",
    "too_large": "A page of it is too large.",
    "not_a_feed": "What it answered is no RPDE feed.",
}


class DirectoryDesk(Protocol):
    """What the directory's routes read and do, each deed in a transaction of its own."""

    async def directory(self, *, search: str, limit: int) -> tuple[Sequence[DirectoryEntry], int]:
        """Entries, the first to expire at the top, and how many there are in all."""

    async def feeds(self) -> Sequence[Feed]:
        """Every feed."""

    async def upload(self, text: str, *, by: str) -> Sequence[Answered]:
        """Take the good lines of a spreadsheet; WrongEntryError where none can be read."""

    async def forget(self, code: str) -> bool:
        """Delete an uploaded entry, and say whether there was one."""

    async def keep_feed(self, code: str, url: str) -> Feed:
        """Harvest a feed from its beginning; one that is harvested from this address already is left as it is."""

    async def forget_feed(self, code: str) -> bool:
        """Delete a feed with its entries, and say whether there was one."""


@dataclass(frozen=True, kw_only=True)
class DirectoryPage:
    """The directory as a page or as JSON, with what was just answered or what is wrong; `interests` are their names by code."""

    pages: Pages
    desk: DirectoryDesk
    interests: Mapping[str, str]

    async def __call__(
        self,
        request: Request,
        member: Member,
        *,
        search: str = "",
        limit: int = 100,
        answered: Sequence[Answered] = (),
        errors: Collection[FieldError] = (),
        entered: Mapping[str, str] | None = None,
    ) -> Response:
        """Render it."""
        found, total = await self.desk.directory(search=search, limit=limit)
        feeds = await self.desk.feeds()
        if not wants_page(request):
            entries = [_entry(one) for one in found]
            return JSONResponse({"entries": entries, "total": total, "feeds": [feed_as_json(one) for one in feeds]})
        return self.pages.render(
            request,
            "directory.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
            member=member,
            found=found,
            total=total,
            feeds=feeds,
            problems=PROBLEMS,
            search=search,
            answered=answered,
            errors=errors,
            entered=entered or {},
            columns=COLUMNS,
            interests=self.interests,
            may_edit=member.role in {*EDITORS, ADMIN},
        )


def router(*, show: DirectoryPage, access: Access, desk: DirectoryDesk) -> APIRouter:
    """`GET|POST /outcomes/directory`, and taking an entry out."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type
    Editor = Annotated[Member, Depends(access.allow(*EDITORS))]  # noqa: N806 - it is a type
    Code = Annotated[str, Path(max_length=60)]  # noqa: N806 - it is a type

    @routes.get("/directory", response_model=None)
    async def directory(
        request: Request,
        member: Staff,
        search: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    ) -> Response:
        """What people can be pointed to, the first to expire at the top, and the feeds."""
        return await show(request, member, search=search.strip(), limit=limit)

    @routes.post(
        "/directory",
        response_model=None,
        openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    async def upload(request: Request, member: Editor) -> Response:
        """A spreadsheet as CSV: good lines go in, bad ones don't, and every line is answered. Sent again it changes nothing."""
        try:
            answered = await desk.upload(await _text_of(request), by=str(member.id))
        except WrongEntryError as error:
            if wants_page(request):
                return await show(request, member, errors=(FieldError("file", str(error)),))
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
        if wants_page(request):
            return await show(request, member, answered=answered)
        return JSONResponse({"lines": [asdict(one) for one in answered]})

    @routes.delete("/directory/{code}", status_code=HTTPStatus.NO_CONTENT)
    async def forget(code: Code, _: Editor) -> None:
        """Take an uploaded entry out. Lists that people have keep it."""
        if not await desk.forget(code):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no uploaded entry with this code.")

    @routes.post("/directory/{code}/removal", include_in_schema=False)
    async def forget_on_page(code: Code, _: Editor) -> Response:
        await desk.forget(code)
        return RedirectResponse("/outcomes/directory", status_code=HTTPStatus.SEE_OTHER)

    return routes


def feed_as_json(feed: Feed) -> dict[str, Any]:
    """A feed for programs."""
    return {
        "code": feed.code,
        "url": feed.url,
        "pages": feed.pages,
        "next_at": feed.next_at.isoformat(),
        "heard_at": feed.heard_at.isoformat() if feed.heard_at else None,
        "problem": feed.problem,
        "problem_text": PROBLEMS.get(feed.problem or ""),
    }


def _entry(one: DirectoryEntry) -> dict[str, Any]:
    return {**asdict(one.service), "expires_on": one.service.expires_on.isoformat(), "source": one.source}


async def _text_of(request: Request) -> str:
    """The spreadsheet, from the page's form or as the body itself."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        file = (await request.form()).get("file")
        body = b"" if file is None or isinstance(file, str) else await file.read(LARGEST + 1)
    else:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                break
    if len(body) > LARGEST:
        raise WrongEntryError("The file is larger than 2 MB: send it in several.")
    if not body.strip():
        raise WrongEntryError("Choose a file: there is nothing in it.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongEntryError('The file is not UTF-8: save it as "CSV UTF-8".') from None
