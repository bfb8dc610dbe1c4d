"""Staff take somebody out of a programme, or record a death or that it was none."""

from collections.abc import Awaitable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from enrolment.domain.reason import Reason
from enrolment.http.change_page import WITHDRAWAL_WORDS
from enrolment.http.people_steps import PeopleSteps, actor_of
from enrolment.use_cases.notify_death import notify_death, revoke_death
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import PeopleStore
from enrolment.use_cases.withdraw_enrolment import withdraw_enrolment
from service_kit.access import Member


def standings_router(desk: PeopleSteps) -> APIRouter:
    """`POST /enrolment/participants/{participant_id}/death` and `…/enrolments/{enrolment_id}/withdrawal`."""
    router = APIRouter()
    staff = desk.access.allow("coordinator", "clinician")

    @router.post("/participants/{participant_id}/enrolments/{enrolment_id}/withdrawal")
    async def withdraw(
        request: Request,
        participant_id: UUID,
        enrolment_id: UUID,
        member: Annotated[Member, Depends(staff)],
        reason: Annotated[str, Form()] = "",
    ) -> Response:
        """Take the person out of a programme."""
        if reason not in WITHDRAWAL_WORDS:
            wrong = Reason("reason", "Choose why the person leaves.", f"reason-{enrolment_id}")
            return await desk.refused(request, participant_id, member, HTTPStatus.UNPROCESSABLE_ENTITY, (wrong,))

        def step(store: PeopleStore, now: datetime) -> Awaitable[StepTaken]:
            return withdraw_enrolment(participant_id, enrolment_id, reason=reason, actor=actor_of(member), store=store, now=now)

        return await desk.done(request, participant_id, member, step)

    @router.post("/participants/{participant_id}/death")
    async def death(
        request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)], step: Annotated[str, Form()] = ""
    ) -> Response:
        """Record a death (`step` notify), which stops every message, or take the notice back (`step` revoke)."""
        if step not in {"notify", "revoke"}:
            wrong = Reason("step", "Choose whether the person has died or is alive.", "step")
            return await desk.refused(request, participant_id, member, HTTPStatus.UNPROCESSABLE_ENTITY, (wrong,))
        use_case = notify_death if step == "notify" else revoke_death
        return await desk.done(
            request,
            participant_id,
            member,
            lambda store, now: use_case(participant_id, actor=actor_of(member), store=store, now=now),
        )

    return router
