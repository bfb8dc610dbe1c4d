"""Staff find that two records are of one person, or of two."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from enrolment.http.people_steps import PeopleSteps, actor_of
from enrolment.use_cases.merge_people import keep_apart, merge_people, unmerge_people
from service_kit.access import Member


def merges_router(desk: PeopleSteps) -> APIRouter:
    """`POST /enrolment/participants/{participant_id}/merge`, `…/unmerge` and `…/keep-apart`."""
    router = APIRouter()
    staff = desk.access.allow("coordinator", "clinician")

    @router.post("/participants/{participant_id}/merge")
    async def merge(
        request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)], other: Annotated[UUID, Form()]
    ) -> Response:
        """Merge another person (`other`) into this one, who stays."""
        return await desk.done(
            request,
            participant_id,
            member,
            lambda store, now: merge_people(
                participant_id, other, actor=actor_of(member), store=store, now=now, new_id=desk.new_id
            ),
        )

    @router.post("/participants/{participant_id}/unmerge")
    async def unmerge(request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)]) -> Response:
        """Take a person who was merged apart again."""
        return await desk.done(
            request,
            participant_id,
            member,
            lambda store, now: unmerge_people(participant_id, actor=actor_of(member), store=store, now=now, new_id=desk.new_id),
        )

    @router.post("/participants/{participant_id}/keep-apart")
    async def apart(
        request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)], other: Annotated[UUID, Form()]
    ) -> Response:
        """Say that this person and another (`other`) are two."""
        return await desk.done(
            request,
            participant_id,
            member,
            lambda store, now: keep_apart(
                participant_id, other, actor=actor_of(member), store=store, now=now, new_id=desk.new_id
            ),
        )

    return router
