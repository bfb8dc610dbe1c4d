"""Staff put right what is known of a person."""

from collections.abc import Awaitable
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from enrolment.domain.corrections import LONGEST
from enrolment.domain.reason import Reason
from enrolment.http.people_steps import PeopleSteps, actor_of
from enrolment.use_cases.correct_person import Correction, correct_person
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import PeopleStore
from service_kit.access import Member


def corrections_router(desk: PeopleSteps) -> APIRouter:
    """`POST /enrolment/participants/{participant_id}/correction`."""
    router = APIRouter()
    staff = desk.access.allow("coordinator", "clinician")

    @router.post("/participants/{participant_id}/correction")
    async def correct(request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)]) -> Response:
        """Correct the fields that are in the form; one that is empty is taken away."""
        form = await request.form()
        values: dict[str, str | date | None] = {
            name: str(form[name]) for name in (*LONGEST, "nhs_number") if isinstance(form.get(name), str)
        }
        joints = [str(each) for each in form.getlist("joints")] or None
        parts = [str(form.get(f"birth_date-{part}", "")).strip() for part in ("year", "month", "day")]
        if any(parts):
            try:
                values["birth_date"] = date(*(int(part) for part in parts))
            except ValueError:
                wrong = Reason("birth_date_format", "The birth date must be a real date, such as 27 3 1958.", "birth_date")
                return await desk.refused(request, participant_id, member, HTTPStatus.UNPROCESSABLE_ENTITY, (wrong,))
        correction = Correction(participant_id=participant_id, values=values, joints=joints)

        def step(store: PeopleStore, now: datetime) -> Awaitable[StepTaken]:
            return correct_person(
                correction,
                actor=actor_of(member),
                store=store,
                now=now,
                new_id=desk.new_id,
                joints=desk.joints,
                in_production=desk.in_production,
            )

        return await desk.done(request, participant_id, member, step)

    return router
