"""What one person has done in a cohort, session by session: shown, never turned into advice."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk, require_site, wants_page
from scheduling.use_cases.look_up_register import PersonsProgress
from service_kit.access import Member


def progress_router(desk: Desk) -> APIRouter:
    """`GET /cohorts/{cohort_id}/people/{participant_id}`."""
    router = APIRouter()

    @router.get("/cohorts/{cohort_id}/people/{participant_id}", response_model=PersonsProgress)
    async def get_progress(
        request: Request,
        cohort_id: UUID,
        participant_id: UUID,
        member: Annotated[Member, Depends(desk.access.allow(FACILITATOR, COORDINATOR, CLINICIAN))],
    ) -> PersonsProgress | Response:
        """Exercises by session, goals and their review."""
        progress = await desk.reads.progress(cohort_id=cohort_id, participant_id=participant_id)
        if progress is None:
            raise HTTPException(404, "There is nobody with this participant_id in this cohort.")
        require_site(member, progress.site_id)
        if not wants_page(request):
            return progress
        programme = desk.programmes.get(progress.programme)
        titles = {station.code: station.title for station in programme.stations} if programme else {}
        return desk.pages.render(request, "progress.html", member=member, progress=progress, titles=titles)

    return router
