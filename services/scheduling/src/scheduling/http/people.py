"""People: the waiting list, and one person's part of the journey page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk, sites_seen_by, wants_page
from scheduling.use_cases.look_up import WaitingPerson
from service_kit.access import Member


class WaitingList(BaseModel):
    """Those who wait, longest enrolled first."""

    waiting: list[WaitingPerson]


def people_router(desk: Desk) -> APIRouter:
    """`GET /waiting` and `GET /participants/{participant_id}/part`."""
    router = APIRouter()

    @router.get("/waiting", response_model=WaitingList)
    async def get_waiting(
        request: Request, member: Annotated[Member, Depends(desk.access.allow(COORDINATOR, CLINICIAN))]
    ) -> WaitingList | Response:
        """The waiting list with the reason for each."""
        waiting = await desk.reads.waiting(now=desk.now())
        if wants_page(request):
            return desk.pages.render(request, "waiting.html", member=member, waiting=waiting, programmes=desk.programmes)
        return WaitingList(waiting=waiting)

    @router.get("/participants/{participant_id}/part", include_in_schema=False)
    async def get_part(
        request: Request,
        participant_id: UUID,
        member: Annotated[Member, Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))],
    ) -> Response:
        """Where one person stands."""
        places = await desk.reads.places_of(participant_id, now=desk.now())
        sites = sites_seen_by(member)
        return desk.pages.render(
            request,
            "part.html",
            member=member,
            places=[place for place in places if not sites or place.site_id is None or place.site_id in sites],
            elsewhere=any(sites and place.site_id and place.site_id not in sites for place in places),
        )

    return router
