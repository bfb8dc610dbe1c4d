"""Opening a planned cohort, and where and with whom a cohort is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from scheduling.http.desk import COORDINATOR, Desk, cohort_for, in_plain_words
from scheduling.use_cases.change_cohort import change_team, open_planned_cohort
from scheduling.use_cases.look_up import CohortDetail
from service_kit.access import Member


class TeamBody(BaseModel):
    """Where and with whom the sessions still to come are; no `room` leaves the room as it is."""

    room: str | None = Field(default=None, max_length=100)
    lead_id: UUID | None
    cover_id: UUID | None = None


def cohort_changes_router(desk: Desk) -> APIRouter:
    """`POST /cohorts/{cohort_id}/open` and `PUT /cohorts/{cohort_id}/team`."""
    router = APIRouter(prefix="/cohorts/{cohort_id}")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/open")
    async def post_open(cohort_id: UUID, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Open a planned cohort and seat the waiting people who fit."""
        await cohort_for(desk, cohort_id, member)
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await open_planned_cohort(
                    cohort_id=cohort_id, offering=desk.offering, repositories=work.repositories, now=desk.now()
                )
                await work.announce(changes)
        return await cohort_for(desk, cohort_id, member)

    @router.put("/team")
    async def put_team(cohort_id: UUID, body: TeamBody, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Change the room, the lead and the cover for the sessions still to come."""
        await cohort_for(desk, cohort_id, member)
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await change_team(
                    cohort_id=cohort_id,
                    room=body.room,
                    lead_id=body.lead_id,
                    cover_id=body.cover_id,
                    programmes=desk.programmes,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return await cohort_for(desk, cohort_id, member)

    return router
