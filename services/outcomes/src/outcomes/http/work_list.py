"""The work list of questionnaires, for staff."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from outcomes.domain.instruments.catalogue import instrument_of
from outcomes.domain.questionnaire import STATES
from outcomes.http.reading import STAFF, Reading
from outcomes.use_cases.views import Listed
from page_base.pages import Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

MOST_LISTED = 1000
LISTS = ("planned", "due", "reminded", *STATES[2:], "all")


def router(*, pages: Pages, access: Access, reading: Reading) -> APIRouter:
    """`GET /outcomes/questionnaires`, JSON for programs and a page for browsers."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.get("/questionnaires", response_model=None)
    async def work_list(
        request: Request,
        member: Staff,
        status: str = "due",
        participant_id: UUID | None = None,
        time_point: Annotated[str | None, Query(pattern="^[a-z0-9_-]{1,40}$")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 200,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        """The work list, the one that closes first at the top. `status`: a state, reminded (due still), or all."""
        if status not in LISTS:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"status must be one of {', '.join(LISTS)}.")
        async with reading() as reads:
            found = await reads.work_list(
                status=None if status == "all" else status,
                participant_id=participant_id,
                time_point=time_point,
                limit=limit,
                offset=offset,
            )
        if wants_page(request):
            return pages.render(request, "work_list.html", member=member, found=found, status=status, statuses=LISTS)
        return JSONResponse({"questionnaires": [_listed(one) for one in found.listed], "total": found.total})

    return routes


def _listed(one: Listed) -> dict[str, Any]:
    questionnaire = one.questionnaire
    return {
        "questionnaire_id": str(questionnaire.questionnaire_id),
        "participant_id": str(questionnaire.participant_id),
        "enrolment_id": str(questionnaire.enrolment_id),
        "display_name": one.display_name,
        "programme": questionnaire.programme,
        "time_point": questionnaire.time_point,
        "status": questionnaire.status,
        "due_at": questionnaire.due_at.isoformat(),
        "closes_at": questionnaire.closes_at.isoformat(),
        "late_until": questionnaire.late_until.isoformat(),
        "reminders": questionnaire.reminded,
        "answered_at": questionnaire.answered_at.isoformat() if questionnaire.answered_at else None,
        "instruments": {code: [item.id for item in instrument_of(code).items] for code in questionnaire.instruments},
    }
