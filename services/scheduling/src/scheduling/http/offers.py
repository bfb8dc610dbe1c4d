"""The offer of a place: the page that its link opens, without a sign-in, and the answer that staff enter for somebody."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from page_base.pages import FieldError
from scheduling.domain.offers import ACCEPTED, ANSWERS, BY_LINK, BY_STAFF, DECLINED, OFFERED, Offer, OfferClosedError
from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, require_site
from scheduling.use_cases.answer_offer import answer_offer
from scheduling.use_cases.look_up import OfferSheet
from scheduling.use_cases.note_late_answer import note_late_answer
from service_kit.access import Member

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NO_OFFER = "There is no offer of this place."


class AnswerBody(BaseModel):
    """An answer to an offer: accepted or declined."""

    answer: str = Field(max_length=20)


class Answered(BaseModel):
    """What became of an offer."""

    place_id: UUID
    cohort_id: UUID
    status: str
    answer_by: datetime
    answered_by: str | None


def offers_router(desk: Desk) -> APIRouter:
    """`GET`, `POST /offers/{token}` for the person, `POST /places/{place_id}/answer` for staff."""
    router = APIRouter()
    staff = Depends(desk.access.allow(COORDINATOR, FACILITATOR))

    @router.get("/offers/{token}", include_in_schema=False)
    async def get_offer(request: Request, token: str) -> Response:
        """Show the offer; looking at it never answers it."""
        return _page(desk, request, await _sheet(desk, token))

    @router.post("/offers/{token}", include_in_schema=False)
    async def post_offer(request: Request, token: str) -> Response:
        """Take the answer of the page's form."""
        sheet = await _sheet(desk, token)
        if sheet is None:
            return _page(desk, request, None)
        chosen = str((await request.form()).get("answer", ""))
        if chosen not in ANSWERS:
            errors = [FieldError("answer", "Choose whether you would like the place")]
            return _page(desk, request, sheet, status_code=HTTPStatus.UNPROCESSABLE_ENTITY, errors=errors)
        try:
            await _answer(desk, sheet.offer, chosen, by=BY_LINK)
        except OfferClosedError as closed:
            async with desk.transaction() as work:
                await note_late_answer(
                    offer=sheet.offer,
                    answer=chosen,
                    repositories=work.repositories,
                    now=desk.now(),
                    new_id=desk.offering.new_id,
                )
            return _page(desk, request, await _sheet(desk, token), status_code=HTTPStatus.CONFLICT, refused=closed.sentence)
        return RedirectResponse(request.url.path, status_code=HTTPStatus.SEE_OTHER)

    @router.post("/places/{place_id}/answer")
    async def post_answer(place_id: UUID, body: AnswerBody, member: Annotated[Member, staff]) -> Answered:
        """Answer the latest offer of a place for somebody who rang; the same answer again changes nothing."""
        sheet = await desk.reads.offer_of_place(place_id)
        if sheet is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, NO_OFFER)
        require_site(member, sheet.site_id)
        if body.answer not in ANSWERS:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"answer must be {ACCEPTED} or {DECLINED}.")
        try:
            await _answer(desk, sheet.offer, body.answer, by=BY_STAFF)
        except OfferClosedError as closed:
            raise HTTPException(HTTPStatus.CONFLICT, closed.sentence) from None
        after = await desk.reads.offer_of_place(place_id)
        offer = (after or sheet).offer
        return Answered(
            place_id=place_id,
            cohort_id=offer.cohort_id,
            status=offer.status_at(desk.now()),
            answer_by=offer.answer_by,
            answered_by=offer.answered_by,
        )

    return router


async def _sheet(desk: Desk, token: str) -> OfferSheet | None:
    return await desk.reads.offer(token) if TOKEN.fullmatch(token) else None


async def _answer(desk: Desk, offer: Offer, answer: str, *, by: str) -> None:
    async with desk.transaction() as work:
        changes = await answer_offer(
            offer=offer, answer=answer, by=by, offering=desk.offering, repositories=work.repositories, now=desk.now()
        )
        await work.announce(changes)


def _page(
    desk: Desk,
    request: Request,
    sheet: OfferSheet | None,
    *,
    status_code: int | None = None,
    errors: list[FieldError] | None = None,
    refused: str | None = None,
) -> Response:
    now = desk.now()
    state = None if sheet is None else sheet.offer.status_at(now)
    if status_code is None:
        answerable = (OFFERED, ACCEPTED, DECLINED)
        status_code = HTTPStatus.OK if state in answerable else HTTPStatus.GONE if sheet else HTTPStatus.NOT_FOUND
    response = desk.pages.render(
        request,
        "offer.html",
        status_code=status_code,
        sheet=sheet,
        state=state,
        errors=errors or [],
        refused=refused,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
