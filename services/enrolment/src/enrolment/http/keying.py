"""A referral that came by phone or letter, keyed on one page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from enrolment.domain.programmes import Programme
from enrolment.domain.receipts import Receipt
from enrolment.http.keyed import LANGUAGES, QUESTIONS, SOURCES, Keyed, first, read_keyed
from enrolment.use_cases.receive_referral import LOCAL_TIME
from enrolment.use_cases.review_referral import CLINICIAN
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member

ACCESS_WORDS: Mapping[str, str] = {
    "step_free": "Way in without steps",
    "accessible_toilet": "Accessible toilet",
    "hearing_loop": "Hearing loop",
    "parking": "Parking near the door",
}


class KeyingDesk(Protocol):
    """Makes a referral of what was keyed."""

    async def keep(self, keyed: Keyed, *, key: UUID, member: str, role: str) -> Receipt:
        """Decide about it; the same key again is the same referral."""


def keying_router(
    *,
    desk: KeyingDesk,
    pages: Pages,
    access: Access,
    programmes: Mapping[str, Programme],
    new_id: Callable[[], UUID],
    now: Callable[[], datetime],
) -> APIRouter:
    """`GET|POST /enrolment/referrals/new` for a coordinator or clinician."""
    router = APIRouter(include_in_schema=False)
    staff = access.allow("coordinator", CLINICIAN)

    @router.get("/referrals/new")
    async def ask(request: Request, member: Annotated[Member, Depends(staff)], programme: str = "") -> HTMLResponse:
        return page(request, member, {"programme": [programme]} if programme else {}, errors=[])

    @router.post("/referrals/new")
    async def keep(request: Request, member: Annotated[Member, Depends(staff)]) -> Response:
        form = await request.form()
        entered = {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
        keyed, errors = read_keyed(entered, programmes=programmes, today=now().astimezone(LOCAL_TIME).date())
        if keyed is None:
            return page(request, member, entered, errors=errors)
        try:
            key = UUID(first(entered, "key"))
        except ValueError:
            key = new_id()
        receipt = await desk.keep(keyed, key=key, member=member.name, role=member.role)
        if receipt.participant_id is None:
            return page(request, member, entered, errors=[FieldError("given_name", each.text) for each in receipt.reasons])
        return RedirectResponse(f"/enrolment/participants/{receipt.participant_id}", HTTPStatus.SEE_OTHER)

    def page(
        request: Request, member: Member, entered: Mapping[str, Sequence[str]], *, errors: Sequence[FieldError]
    ) -> HTMLResponse:
        chosen = programmes.get(first(entered, "programme")) or next(
            each for each in programmes.values() if each.open_to_self_referral
        )
        return pages.render(
            request,
            "key_referral.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
            member=member,
            errors=errors,
            entered={"programme": [chosen.code], **entered},
            key=first(entered, "key") or str(new_id()),
            programme=chosen,
            programmes=programmes,
            sources=SOURCES,
            languages=LANGUAGES,
            access_words=ACCESS_WORDS,
            questions=QUESTIONS,
        )

    return router
