"""The waiting list, the offers that stand, and where the next cohorts should open."""

from collections import Counter
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel

from scheduling.http.desk import CLINICIAN, COORDINATOR, Desk, wants_page
from scheduling.use_cases.look_up import OfferedPerson, SuggestedCohort, WaitingPerson
from service_kit.access import Member

PAGE = 100
MOST_SUGGESTED = 20


class WaitingList(BaseModel):
    """Those who wait, longest first, and those who have an offer that stands."""

    waiting: list[WaitingPerson]
    total: int
    offered: list[OfferedPerson]


class Suggestions(BaseModel):
    """Cohorts that should open, the fullest first."""

    programme: str
    suggestions: list[SuggestedCohort]


def waiting_router(desk: Desk) -> APIRouter:
    """`GET /waiting` and `GET /suggestions`."""
    router = APIRouter()
    reader = Depends(desk.access.allow(COORDINATOR, CLINICIAN))

    @router.get("/waiting", response_model=WaitingList)
    async def get_waiting(
        request: Request,
        member: Annotated[Member, reader],
        programme: str = "",
        reason: str = "",
        site: str = "",
        offset: Annotated[int, Query(ge=0)] = 0,
        given: int | None = None,
    ) -> WaitingList | Response:
        """The waiting list with the reason for each, filtered by programme, reason or the site asked for."""
        now = desk.now()
        everybody = await desk.reads.waiting(now=now)
        chosen = [one for one in everybody if _matches(one, programme=programme, reason=reason, site=site)]
        if not wants_page(request):
            return WaitingList(waiting=chosen, total=len(chosen), offered=await desk.reads.offered())
        return desk.pages.render(
            request,
            "waiting.html",
            member=member,
            waiting=chosen[offset : offset + PAGE],
            total=len(chosen),
            offset=offset,
            page_size=PAGE,
            offered=await desk.reads.offered(),
            programmes=desk.programmes,
            reasons=sorted(Counter(one.reason for one in everybody)),
            sites=sorted({one.preferred_site for one in everybody if one.preferred_site}),
            filters={"programme": programme, "reason": reason, "site": site},
            days_waited=[max(0, (now - one.waiting_since).days) for one in chosen[offset : offset + PAGE]],
            given=given,
            may_change=member.role != CLINICIAN,
        )

    @router.get("/suggestions", response_model=Suggestions)
    async def get_suggestions(
        request: Request,
        member: Annotated[Member, reader],
        programme: str = "",
        most: Annotated[int, Query(ge=1, le=MOST_SUGGESTED)] = 10,
    ) -> Suggestions | Response:
        """Where and when the next cohorts of a programme should open."""
        chosen = programme or min(desk.programmes)
        if chosen not in desk.programmes:
            names = ", ".join(sorted(desk.programmes))
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"programme must be among {names}.")
        found = await desk.reads.suggestions(chosen, most=most, now=desk.now())
        if wants_page(request):
            return desk.pages.render(
                request, "suggestions.html", member=member, programme=chosen, suggestions=found, programmes=desk.programmes
            )
        return Suggestions(programme=chosen, suggestions=found)

    return router


def _matches(one: WaitingPerson, *, programme: str, reason: str, site: str) -> bool:
    return (
        (not programme or one.programme == programme)
        and (not reason or one.reason == reason)
        and (not site or one.preferred_site == site)
    )
