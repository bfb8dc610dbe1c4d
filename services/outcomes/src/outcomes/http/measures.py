"""What is measured in the room: chair stand and activity of everybody in a cohort, on one page beside the register's people."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from outcomes.domain.assessment import Given
from outcomes.domain.instruments.instrument import Answer, Answers
from outcomes.domain.questionnaire import NotOpenError
from outcomes.http.form import WHOLE_NUMBER
from outcomes.http.participant import form_of
from outcomes.http.reading import STAFF, Desk
from outcomes.http.steps import item_of_name
from outcomes.use_cases.views import Measured
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member

STANDS, ARMS, MINUTES = "CHAIR-STAND.count", "CHAIR-STAND.arms_used", "ACTIVITY.minutes"
TIME_POINT = "^[a-z0-9_]{1,40}$"


def router(*, pages: Pages, access: Access, desk: Desk) -> APIRouter:
    """`GET|POST /outcomes/cohorts/{id}/measures?time_point=baseline`."""
    routes = APIRouter(include_in_schema=False)
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.get("/cohorts/{cohort_id}/measures")
    async def show(
        request: Request, cohort_id: UUID, member: Staff, time_point: Annotated[str, Query(pattern=TIME_POINT)] = "baseline"
    ) -> Response:
        async with desk.reading() as reads:
            people = await reads.measured(cohort_id, time_point=time_point)
        return pages.render(
            request,
            "measures.html",
            member=member,
            cohort_id=cohort_id,
            time_point=time_point,
            people=people,
            entered={},
            errors=(),
            saved=request.query_params.get("saved"),
        )

    @routes.post("/cohorts/{cohort_id}/measures")
    async def save(
        request: Request, cohort_id: UUID, member: Staff, time_point: Annotated[str, Query(pattern=TIME_POINT)] = "baseline"
    ) -> Response:
        form = await form_of(request)
        async with desk.reading() as reads:
            people = await reads.measured(cohort_id, time_point=time_point)
        wanted: list[tuple[Measured, dict[str, Answers]]] = []
        errors: list[FieldError] = []
        for number, one in enumerate(people, start=1):
            answers, wrong = read_row(number, form)
            errors.extend(wrong)
            if answers and answers != one.measured:
                wanted.append((one, answers))
        saved = 0
        for one, answers in [] if errors else wanted:
            given = Given(answers=answers, entered_by=str(member.id), reason="Measured in the room.")
            try:
                await desk.answer(one.questionnaire, given, in_the_room=True)
                saved += 1
            except NotOpenError as error:
                errors.append(FieldError("r1-count", f"{one.display_name or 'Somebody'}: {error}"))
        if errors:
            return pages.render(
                request,
                "measures.html",
                status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
                member=member,
                cohort_id=cohort_id,
                time_point=time_point,
                people=people,
                entered=form,
                errors=errors,
                saved=None,
            )
        address = f"/outcomes/cohorts/{cohort_id}/measures?time_point={time_point}&saved={saved}"
        return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)

    return routes


def read_row(number: int, form: dict[str, str]) -> tuple[dict[str, Answers], list[FieldError]]:
    """One person's measures from the form, and what is wrong with them; nothing entered is nothing."""
    answers: dict[str, dict[str, Answer]] = {}
    wrong: list[FieldError] = []
    for field, name in (("count", STANDS), ("minutes", MINUTES)):
        text = form.get(f"r{number}-{field}", "").strip().replace(",", "")
        item = item_of_name(name)
        if not text:
            continue
        if WHOLE_NUMBER.fullmatch(text) is None or not item.least <= int(text) <= item.most:
            rule = f"Person {number}: {item.label} must be a whole number from {item.least} to {item.most:,}"
            wrong.append(FieldError(f"r{number}-{field}", rule))
            continue
        answers.setdefault(name.partition(".")[0], {})[item.id] = int(text)
    if "CHAIR-STAND" in answers:
        answers["CHAIR-STAND"]["arms_used"] = form.get(f"r{number}-arms") == "true"
    return dict(answers), wrong
