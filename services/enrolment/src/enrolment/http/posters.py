"""Staff make codes for posters at work."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.posters import Poster, PosterRefusedError, as_shown
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member

_DEFAULT_DAYS = "90"


class Posters(Protocol):
    """What can be done about posters."""

    async def all(self, conn: AsyncConnection) -> Sequence[Poster]:
        """Return every poster, the newest first."""

    async def employers(self, conn: AsyncConnection) -> Sequence[tuple[str, str]]:
        """Return the code and the name of every employer."""

    async def make(self, *, organisation: str, programme: str, days: int, made_by: str) -> Poster:
        """Make one. PosterRefusedError."""

    async def revoke(self, code: str) -> bool:
        """End one; False if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterPage:
    """The list with the form to make another one; as JSON the list alone."""

    pages: Pages
    posters: Posters
    programmes: Mapping[str, str]
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    now: Callable[[], datetime]

    async def __call__(
        self, request: Request, member: Member, *, error: PosterRefusedError | None = None, given: Mapping[str, str] | None = None
    ) -> Response:
        """Render it, with what was given and what is wrong with it."""
        async with self.reading() as conn:
            found, employers = await self.posters.all(conn), await self.posters.employers(conn)
        now = self.now()
        if not _is_browser(request):
            return JSONResponse([_shown(each, now) for each in found])
        return self.pages.render(
            request,
            "posters.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
            member=member,
            posters=[(each, as_shown(each.code), each.works(now=now)) for each in found],
            employers=employers,
            names=dict(employers),
            programmes=self.programmes,
            errors=[FieldError(error.reason.field or "organisation", error.reason.text)] if error else [],
            given=given or {"organisation": "", "programme": "", "days": _DEFAULT_DAYS},
        )


def posters_router(*, access: Access, page: PosterPage) -> APIRouter:
    """`/enrolment/posters`, as a page or as JSON."""
    router = APIRouter(tags=["staff"])
    staff = access.allow("coordinator")

    @router.get("/posters", response_model=None)
    async def listing(request: Request, member: Annotated[Member, Depends(staff)]) -> Response:
        """Every poster."""
        return await page(request, member)

    @router.post("/posters", response_model=None)
    async def make(
        request: Request,
        member: Annotated[Member, Depends(staff)],
        organisation: Annotated[str, Form()] = "",
        programme: Annotated[str, Form()] = "",
        days: Annotated[str, Form()] = "",
    ) -> Response:
        """Make a code for one employer and one programme."""
        try:
            number = int(days) if days.isascii() and days.isdecimal() else 0
            made = await page.posters.make(organisation=organisation, programme=programme, days=number, made_by=member.name)
        except PosterRefusedError as error:
            if not _is_browser(request):
                raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason.text) from None
            given = {"organisation": organisation, "programme": programme, "days": days}
            return await page(request, member, error=error, given=given)
        if _is_browser(request):
            return RedirectResponse("/enrolment/posters", HTTPStatus.SEE_OTHER)
        return JSONResponse(_shown(made, page.now()), HTTPStatus.CREATED)

    @router.post("/posters/{code}/revoke", response_model=None)
    async def revoke(request: Request, code: str, _: Annotated[Member, Depends(staff)]) -> Response:
        """End a code now."""
        if not await page.posters.revoke(code):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such poster.")
        if _is_browser(request):
            return RedirectResponse("/enrolment/posters", HTTPStatus.SEE_OTHER)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _shown(poster: Poster, now: datetime) -> dict[str, Any]:
    return {
        "code": as_shown(poster.code),
        "organisation": poster.organisation,
        "programme": poster.programme,
        "made_by": poster.made_by,
        "expires_at": poster.expires_at.isoformat(),
        "works": poster.works(now=now),
    }


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
