"""Outcomes' part of a participant's journey page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from outcomes.http.reading import STAFF, Reading
from outcomes.http.results import ResultRow, rows_of
from outcomes.use_cases.views import ParticipantResults
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
        enrolments = {one.enrolment_id: results_of(one.enrolment_id, found) for one in found.questionnaires}
        return pages.render(request, "part.html", member=member, found=found, enrolments=enrolments)

    return routes


def results_of(enrolment_id: UUID, found: ParticipantResults) -> tuple[tuple[str, ...], tuple[ResultRow, ...]]:
    """The time points of an enrolment that have results, in their order, and the results side by side."""
    newest = found.newest.get(enrolment_id, {})
    mine = sorted((one for one in found.questionnaires if one.enrolment_id == enrolment_id), key=lambda one: one.due_at)
    points = tuple(one.time_point for one in mine if one.time_point in newest)
    return points, rows_of(newest, points=points)
