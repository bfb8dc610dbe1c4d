"""One person's place: what staff can do about it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.offers import ANSWERS, BY_STAFF, OfferClosedError
from scheduling.http.desk import COORDINATOR, Desk, in_plain_words, require_site, sites_seen_by
from scheduling.use_cases.answer_offer import answer_offer
from scheduling.use_cases.look_up import PlaceSheet
from scheduling.use_cases.return_to_list import return_to_list
from scheduling.use_cases.transfer_person import transfer_person
from service_kit.access import Member

NO_PLACE = "There is no place with this place_id."


class TransferBody(BaseModel):
    """Where the person goes."""

    cohort_id: UUID


class PlaceAnswer(BaseModel):
    """A place after staff changed it."""

    place_id: UUID
    status: str
    cohort_id: UUID | None


def places_router(desk: Desk) -> APIRouter:
    """`GET /places/{place_id}` (a page), `POST …/transfer`, `…/return`, and the page's form."""
    router = APIRouter(prefix="/places/{place_id}")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/transfer")
    async def post_transfer(place_id: UUID, body: TransferBody, member: Annotated[Member, coordinator]) -> PlaceAnswer:
        """Move a person into another cohort of the programme, or give a place to somebody who waits."""
        await place_sheet(desk, place_id, member)
        await _require_cohort(desk, body.cohort_id, member)
        with in_plain_words():
            await _transfer(desk, place_id, body.cohort_id)
        return _answer(await place_sheet(desk, place_id, member))

    @router.post("/return")
    async def post_return(place_id: UUID, member: Annotated[Member, coordinator]) -> PlaceAnswer:
        """Put somebody who left the waiting list back on it, as a new place."""
        await place_sheet(desk, place_id, member)
        with in_plain_words():
            return _answer(await place_sheet(desk, await _put_back(desk, place_id), member))

    @router.get("", include_in_schema=False)
    async def get_place(
        request: Request, place_id: UUID, member: Annotated[Member, coordinator], *, done: bool = False
    ) -> Response:
        """The place and what can be done about it."""
        return await place_page(desk, request, member, await place_sheet(desk, place_id, member), done=done)

    @router.post("", include_in_schema=False)
    async def post_place(request: Request, place_id: UUID, member: Annotated[Member, coordinator]) -> Response:
        """Take the page's form."""
        sheet = await place_sheet(desk, place_id, member)
        form = await request.form()
        try:
            place_id = await _act(desk, sheet, member, action=str(form.get("action", "")), chosen=str(form.get("cohort_id", "")))
        except (BrokenRuleError, OfferClosedError) as refused:
            errors = [FieldError("cohort_id" if isinstance(refused, BrokenRuleError) else "answer", refused.sentence)]
            return await place_page(desk, request, member, sheet, errors=errors, status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
        return RedirectResponse(f"/scheduling/places/{place_id}?done=true", HTTPStatus.SEE_OTHER)

    return router


async def _act(desk: Desk, sheet: PlaceSheet, member: Member, *, action: str, chosen: str) -> UUID:
    """Do what the page's form says; return the place to show."""
    if action == "return":
        return await _put_back(desk, sheet.place_id)
    if action in ANSWERS and sheet.offer is not None:
        async with desk.transaction() as work:
            changes = await answer_offer(
                offer=sheet.offer,
                answer=action,
                by=BY_STAFF,
                offering=desk.offering,
                repositories=work.repositories,
                now=desk.now(),
            )
            await work.announce(changes)
        return sheet.place_id
    cohort = next((one for one in sheet.choices if str(one.cohort_id) == chosen), None)
    if cohort is None:
        raise BrokenRuleError("cohort_id", "Choose a cohort")
    await _require_cohort(desk, cohort.cohort_id, member)
    await _transfer(desk, sheet.place_id, cohort.cohort_id)
    return sheet.place_id


async def _transfer(desk: Desk, place_id: UUID, cohort_id: UUID) -> None:
    async with desk.transaction() as work:
        changes = await transfer_person(
            place_id=place_id, cohort_id=cohort_id, offering=desk.offering, repositories=work.repositories, now=desk.now()
        )
        await work.announce(changes)


async def _put_back(desk: Desk, place_id: UUID) -> UUID:
    async with desk.transaction() as work:
        changes = await return_to_list(place_id=place_id, offering=desk.offering, repositories=work.repositories, now=desk.now())
        await work.announce(changes)
    return changes.places[0][0].place_id


async def place_sheet(desk: Desk, place_id: UUID, member: Member) -> PlaceSheet:
    """A place that the member may see; 404 or 403 otherwise."""
    sheet = await desk.reads.place(place_id, sites=sites_seen_by(member), now=desk.now())
    if sheet is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, NO_PLACE)
    if sheet.site_id is not None:
        require_site(member, sheet.site_id)
    return sheet


async def _require_cohort(desk: Desk, cohort_id: UUID, member: Member) -> None:
    cohort = await desk.reads.cohort(cohort_id)
    if cohort is not None:
        require_site(member, cohort.site_id)


def _answer(sheet: PlaceSheet) -> PlaceAnswer:
    return PlaceAnswer(place_id=sheet.place_id, status=sheet.status, cohort_id=sheet.cohort_id)


async def place_page(
    desk: Desk,
    request: Request,
    member: Member,
    sheet: PlaceSheet,
    *,
    done: bool = False,
    errors: list[FieldError] | None = None,
    status_code: int = HTTPStatus.OK,
) -> Response:
    """The page of a place, with what was wrong with what it sent."""
    return desk.pages.render(
        request,
        "place.html",
        status_code=status_code,
        member=member,
        sheet=sheet,
        make_ups=await desk.reads.make_ups(sheet.place_id, sites=sites_seen_by(member), now=desk.now()),
        done=done,
        errors=errors or [],
        programmes=desk.programmes,
    )
