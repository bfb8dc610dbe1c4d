"""The page on which staff compare two people who may be one, and merge them or keep them apart."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.http.people import person_named
from enrolment.use_cases.review_referral import CLINICIAN
from page_base.pages import Pages
from service_kit.access import Access, Member


def compare_router(*, engine: AsyncEngine, access: Access, pages: Pages) -> APIRouter:
    """`GET /enrolment/participants/{participant_id}/compare/{other_id}`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/participants/{participant_id}/compare/{other_id}")
    async def compare(
        request: Request,
        participant_id: UUID,
        other_id: UUID,
        member: Annotated[Member, Depends(access.allow("coordinator", CLINICIAN))],
    ) -> HTMLResponse:
        """Both side by side, and what may be decided."""
        one, other = await person_named(engine, participant_id), await person_named(engine, other_id)
        return pages.render(request, "compare.html", member=member, one=one, other=other)

    return router
