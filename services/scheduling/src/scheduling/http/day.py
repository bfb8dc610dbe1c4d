"""A facilitator's own day: today's and coming sessions, and registers that aren't signed off."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, sites_seen_by, wants_page
from scheduling.use_cases.look_up_day import Day
from service_kit.access import Member


def day_router(desk: Desk) -> APIRouter:
    """`GET /my-day`."""
    router = APIRouter()

    @router.get("/my-day", response_model=Day)
    async def get_day(
        request: Request, member: Annotated[Member, Depends(desk.access.allow(FACILITATOR, COORDINATOR))]
    ) -> Day | Response:
        """The sessions that whoever asks leads or covers; of somebody who does neither, those at their sites."""
        now = desk.now()
        day = await desk.reads.day(member_id=member.id, sites=sites_seen_by(member), now=now)
        if wants_page(request):
            return desk.pages.render(request, "day.html", member=member, day=day, now=now, programmes=desk.programmes)
        return day

    return router
