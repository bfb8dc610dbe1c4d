"""Staff erase a person."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from enrolment.domain.reason import Reason
from enrolment.http.people_steps import PeopleSteps, actor_of
from enrolment.use_cases.erase_person import erase_person
from service_kit.access import ADMIN, Member


def erasures_router(desk: PeopleSteps) -> APIRouter:
    """`POST /enrolment/participants/{participant_id}/erasure`."""
    router = APIRouter()
    admin = desk.access.allow(ADMIN)

    @router.post("/participants/{participant_id}/erasure")
    async def erase(
        request: Request,
        participant_id: UUID,
        member: Annotated[Member, Depends(admin)],
        confirmed: Annotated[str, Form()] = "",
    ) -> Response:
        """Erase somebody for good (`confirmed` yes). The name and the NHS number stay in a restricted row for 8 years."""
        if confirmed != "yes":
            wrong = Reason("confirmed", "Confirm that the person is to be erased: it can't be taken back.", "confirmed")
            return await desk.refused(request, participant_id, member, HTTPStatus.UNPROCESSABLE_ENTITY, (wrong,))
        return await desk.done(
            request,
            participant_id,
            member,
            lambda store, now: erase_person(participant_id, actor=actor_of(member), store=store, now=now),
        )

    return router
