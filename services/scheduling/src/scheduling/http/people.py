"""One person's part of the journey page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk, sites_seen_by
from service_kit.access import Member


def people_router(desk: Desk) -> APIRouter:
    """`GET /participants/{participant_id}/part`."""
    router = APIRouter()

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
