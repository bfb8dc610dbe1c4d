"""Outcomes' part of a participant's journey page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from outcomes.http.reading import STAFF, Reading
from outcomes.http.results import rows_of
from page_base.pages import Pages
from service_kit.access import Access, Member


def router(*, pages: Pages, access: Access, reading: Reading) -> APIRouter:
    """`GET /outcomes/participants/{id}/part`: questionnaires, scores with their change, and signposts."""
    routes = APIRouter(include_in_schema=False)
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.get("/participants/{participant_id}/part")
    async def part(request: Request, participant_id: UUID, member: Staff) -> Response:
        async with reading() as reads:
            found = await reads.participant(participant_id)
        enrolments = {one.enrolment_id: rows_of(found.newest.get(one.enrolment_id, {})) for one in found.questionnaires}
        return pages.render(request, "part.html", member=member, found=found, enrolments=enrolments)

    return routes
