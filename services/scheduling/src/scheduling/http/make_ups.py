"""Sessions of other cohorts for what somebody missed: staff choose from those that there are, and take them back."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.http.desk import COORDINATOR, Desk, in_plain_words, require_site, sites_seen_by, staff_of
from scheduling.http.places import NO_PLACE, place_page, place_sheet
from scheduling.use_cases.book_make_up import book_make_up
from scheduling.use_cases.look_up import MakeUpSheet
from scheduling.use_cases.take_back_make_up import take_back_make_up
from service_kit.access import Member


class MakeUpBody(BaseModel):
    """The session that makes up."""

    session_id: UUID


def make_ups_router(desk: Desk) -> APIRouter:
    """`GET`, `POST /places/{place_id}/make-ups`, `POST …/{session_id}/take-back`, and the page's forms."""
    router = APIRouter(prefix="/places/{place_id}/make-ups")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.get("")
    async def get_make_ups(place_id: UUID, member: Annotated[Member, coordinator]) -> MakeUpSheet:
        """What somebody is owed, and the sessions of other cohorts with room that are about it."""
        await place_sheet(desk, place_id, member)
        return await _sheet(desk, place_id, member)

    @router.post("", status_code=201)
    async def post_make_up(place_id: UUID, body: MakeUpBody, member: Annotated[Member, coordinator]) -> MakeUpSheet:
        """Choose one; the person hears of it once."""
        await place_sheet(desk, place_id, member)
        with in_plain_words():
            await _book(desk, place_id, body.session_id, member)
        return await _sheet(desk, place_id, member)

    @router.post("/{session_id}/take-back")
    async def post_take_back(place_id: UUID, session_id: UUID, member: Annotated[Member, coordinator]) -> MakeUpSheet:
        """Take one back that has not begun; the person hears that, too."""
        await place_sheet(desk, place_id, member)
        with in_plain_words():
            await _take_back(desk, place_id, session_id)
        return await _sheet(desk, place_id, member)

    @router.post("/choose", include_in_schema=False)
    async def post_form(request: Request, place_id: UUID, member: Annotated[Member, coordinator]) -> Response:
        """Take the page's forms."""
        shown = await place_sheet(desk, place_id, member)
        form = await request.form()
        try:
            chosen = _session(str(form.get("session_id", "")))
            if form.get("action") == "take-back":
                await _take_back(desk, place_id, chosen)
            else:
                await _book(desk, place_id, chosen, member)
        except BrokenRuleError as broken:
            errors = [FieldError("session_id", broken.sentence)]
            return await place_page(desk, request, member, shown, errors=errors, status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
        return RedirectResponse(f"/scheduling/places/{place_id}?done=true", HTTPStatus.SEE_OTHER)

    return router


async def _sheet(desk: Desk, place_id: UUID, member: Member) -> MakeUpSheet:
    found = await desk.reads.make_ups(place_id, sites=sites_seen_by(member), now=desk.now())
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, NO_PLACE)
    return found


async def _book(desk: Desk, place_id: UUID, session_id: UUID, member: Member) -> None:
    register = await desk.reads.register(session_id, programmes=desk.programmes, now=desk.now())
    if register is not None:
        require_site(member, register.site_id)
    async with desk.transaction() as work:
        changes = await book_make_up(
            place_id=place_id,
            session_id=session_id,
            by=staff_of(member),
            offering=desk.offering,
            repositories=work.repositories,
            now=desk.now(),
        )
        await work.announce(changes)


async def _take_back(desk: Desk, place_id: UUID, session_id: UUID) -> None:
    async with desk.transaction() as work:
        changes = await take_back_make_up(
            place_id=place_id,
            session_id=session_id,
            offering=desk.offering,
            repositories=work.repositories,
            now=desk.now(),
        )
        await work.announce(changes)


def _session(chosen: str) -> UUID:
    try:
        return UUID(chosen)
    except ValueError:
        raise BrokenRuleError("session_id", "Choose a session") from None
