"""Pages about people: the list, and each one's journey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.http import reading
from enrolment.http.people import person_named
from enrolment.use_cases.review_referral import CLINICIAN
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member

# What each state is called, and in which tone it is shown.
STATES = {
    "needs_review": ("Needs review", "waiting"),
    "accepted": ("Accepted", "good"),
    "declined": ("Declined", "problem"),
    "duplicate": ("Duplicate", "neutral"),
    "cancelled": ("Cancelled", "ended"),
    "enrolled": ("Enrolled", "good"),
    "withdrawn": ("Withdrawn", "ended"),
}
STANDINGS = {"deceased": "Told to have died", "merged": "Merged", "erased": "Erased"}
LANGUAGES = {"en": "English", "cy": "Welsh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyPage:
    """One person's journey. `others` are the other services whose parts it shows: what each is called, its name in addresses."""

    engine: AsyncEngine
    pages: Pages
    programmes: Mapping[str, str]
    others: Sequence[tuple[str, str]]

    async def __call__(
        self,
        request: Request,
        participant_id: UUID,
        *,
        member: Member,
        errors: Sequence[FieldError] = (),
        status_code: int = HTTPStatus.OK,
    ) -> HTMLResponse:
        """Render it; 404 for somebody unknown."""
        found = await person_named(self.engine, participant_id)
        return self.pages.render(
            request,
            "journey.html",
            status_code=status_code,
            member=member,
            states=STATES,
            journey=found,
            programmes=self.programmes,
            languages=LANGUAGES,
            errors=errors,
            is_clinician=member.role == CLINICIAN,
            others=self.others,
            standings=STANDINGS,
        )


def participants_router(*, engine: AsyncEngine, access: Access, pages: Pages, journey_page: JourneyPage) -> APIRouter:
    """`/enrolment/participants` and below."""
    router = APIRouter()
    staff = access.allow("coordinator", CLINICIAN)

    @router.get("/participants")
    async def listing(
        request: Request, member: Annotated[Member, Depends(staff)], status: str = "", after: UUID | None = None
    ) -> HTMLResponse:
        """The newest participants, perhaps those of one state only."""
        wanted = status if status in STATES else None
        async with engine.connect() as conn:
            listed = await reading.newest(conn, status=wanted, after=after)
            counts = await reading.counts(conn)
        return _list(request, member, listed, counts, status=wanted)

    @router.post("/participants")
    async def search(
        request: Request, member: Annotated[Member, Depends(staff)], words: Annotated[str, Form(max_length=200)] = ""
    ) -> Response:
        """Participants by name or NHS number. A form that is posted, so that neither gets into addresses and logs."""
        if not words.strip():
            return RedirectResponse("/enrolment/participants", HTTPStatus.SEE_OTHER)
        async with engine.connect() as conn:
            listed = await reading.found(conn, words=words)
            counts = await reading.counts(conn)
        return _list(request, member, listed, counts, words=words.strip())

    @router.get("/participants/{participant_id}")
    async def journey(request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)]) -> HTMLResponse:
        """One person's journey: enrolment's part, and places for the other services'."""
        return await journey_page(request, participant_id, member=member)

    @router.get("/participants/{participant_id}/part")
    async def part(request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)]) -> HTMLResponse:
        """Enrolment's part of a journey."""
        async with engine.connect() as conn:
            found = await reading.journey(conn, participant_id)
        return pages.render(request, "part.html", member=member, states=STATES, journey=found, programmes=journey_page.programmes)

    def _list(
        request: Request,
        member: Member,
        listed: Sequence[reading.Listed],
        counts: dict[str, int],
        *,
        status: str | None = None,
        words: str = "",
    ) -> HTMLResponse:
        more = listed[-1].id if len(listed) == reading.PAGE_SIZE and not words else None
        return pages.render(
            request,
            "participants.html",
            member=member,
            states=STATES,
            participants=listed,
            counts=counts,
            status=status,
            more=more,
            words=words,
        )

    return router
