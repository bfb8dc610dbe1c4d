"""Deciding about a referral that needs review."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.domain.referrals import Referral
from enrolment.http import reading
from enrolment.http.participants import JourneyPage
from enrolment.use_cases.review_referral import (
    CLINICIAN,
    NoSuchReferralError,
    NotWaitingError,
    OnlyClinicianError,
    QuestionMissingError,
    ReasonMissingError,
    Reviewer,
    ReviewError,
)
from page_base.pages import FieldError
from service_kit.access import Access, Member

LONGEST_NOTE = 500
QUEUE = "/enrolment/review"


class Review(Protocol):
    """Decides about one referral in a transaction of its own, and tells whoever has to know. Raises ReviewError."""

    async def __call__(self, referral_id: UUID, *, accept: bool, note: str, reviewer: Reviewer, now: datetime) -> Referral: ...


class Ask(Protocol):
    """Asks for more about one referral in a transaction of its own. Raises ReviewError."""

    async def __call__(self, referral_id: UUID, *, question: str, reviewer: Reviewer, now: datetime) -> None: ...


def reviews_router(
    *, engine: AsyncEngine, access: Access, journey_page: JourneyPage, review: Review, ask: Ask, now: Callable[[], datetime]
) -> APIRouter:
    """`POST /enrolment/referrals/{referral_id}/review` with `decision` (accept, decline or ask) and `note` as a form."""
    router = APIRouter()

    @router.post("/referrals/{referral_id}/review")
    async def decide(
        request: Request,
        referral_id: UUID,
        member: Annotated[Member, Depends(access.allow("coordinator", CLINICIAN))],
        decision: Annotated[str, Form()] = "",
        note: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> Response:
        """Accept, decline, or ask for more. A browser goes on to the journey, or back to the queue; a program gets JSON."""
        wrong = _wrong_input(decision, note)
        if wrong is not None:
            return await refused(request, referral_id, member, HTTPStatus.UNPROCESSABLE_ENTITY, wrong)
        reviewer = Reviewer(name=member.name, role=member.role)
        try:
            if decision == "ask":
                await ask(referral_id, question=note, reviewer=reviewer, now=now())
                return (
                    RedirectResponse(QUEUE, HTTPStatus.SEE_OTHER) if _is_browser(request) else JSONResponse({"status": "asked"})
                )
            decided = await review(referral_id, accept=decision == "accept", note=note, reviewer=reviewer, now=now())
        except NoSuchReferralError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        except ReviewError as error:
            return await refused(request, referral_id, member, *_refusal(error))
        if _is_browser(request):
            path = QUEUE if back == "queue" else f"/enrolment/participants/{decided.participant_id}"
            return RedirectResponse(path, HTTPStatus.SEE_OTHER)
        return JSONResponse(
            {
                "referral_id": str(decided.id),
                "participant_id": str(decided.participant_id),
                "status": decided.status,
                "enrolment_id": str(decided.enrolment_id) if decided.enrolment_id else None,
            }
        )

    async def refused(request: Request, referral_id: UUID, member: Member, status: HTTPStatus, error: FieldError) -> Response:
        if not _is_browser(request):
            raise HTTPException(status, error.text)
        async with engine.connect() as conn:
            participant_id = await reading.participant_of_referral(conn, referral_id)
        if participant_id is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(NoSuchReferralError()))
        shown = FieldError(f"{error.field}-{referral_id}", error.text)
        return await journey_page(request, participant_id, member=member, errors=[shown], status_code=status)

    return router


def _wrong_input(decision: str, note: str) -> FieldError | None:
    if decision not in {"accept", "decline", "ask"}:
        return FieldError("decision", "Choose whether to accept or to decline the referral")
    if len(note) > LONGEST_NOTE or "\x00" in note:
        return FieldError("note", f"Reason must be {LONGEST_NOTE} characters or fewer")
    return None


def _refusal(error: ReviewError) -> tuple[HTTPStatus, FieldError]:
    match error:
        case OnlyClinicianError():
            return HTTPStatus.FORBIDDEN, FieldError("decision", str(error))
        case NotWaitingError():
            return HTTPStatus.CONFLICT, FieldError("decision", str(error))
        case ReasonMissingError() | QuestionMissingError():
            return HTTPStatus.UNPROCESSABLE_ENTITY, FieldError("note", str(error))
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY, FieldError("decision", str(error))


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
