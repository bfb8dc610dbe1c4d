"""Staff record what a person wishes who told them so, by telephone or in the room."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from enrolment.domain.audit import Actor
from enrolment.domain.preferences import BY_STAFF, Wishes
from enrolment.domain.programmes import LANGUAGES
from enrolment.http.people_steps import PeopleSteps, actor_of
from enrolment.use_cases.change_preferences import change_preferences
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import PeopleStore
from service_kit.access import Member

_CHANNELS = ("sms", "email")


def wishes_router(desk: PeopleSteps) -> APIRouter:
    """`POST /enrolment/participants/{participant_id}/preferences`."""
    router = APIRouter()
    staff = desk.access.allow("coordinator", "clinician")

    @router.post("/participants/{participant_id}/preferences")
    async def record(request: Request, participant_id: UUID, member: Annotated[Member, Depends(staff)]) -> Response:
        """Keep what they wish. A form: `language`, `preferred_channel`, `messages` (sms, email), `agree` (gp, marketing)."""
        form = await request.form()
        language, channel = str(form.get("language", "")), str(form.get("preferred_channel", ""))
        messages, agreed = form.getlist("messages"), form.getlist("agree")
        wishes = Wishes(
            language=language if language in LANGUAGES else LANGUAGES[0],
            preferred_channel=channel if channel in _CHANNELS else None,
            allows_sms="sms" in messages,
            allows_email="email" in messages,
            shares_with_gp="gp" in agreed,
            allows_marketing="marketing" in agreed,
        )

        async def step(store: PeopleStore, now: datetime) -> StepTaken:
            return await _recorded(participant_id, wishes, actor=actor_of(member), store=store, now=now)

        return await desk.done(request, participant_id, member, step)

    return router


async def _recorded(participant_id: UUID, wishes: Wishes, *, actor: Actor, store: PeopleStore, now: datetime) -> StepTaken:
    changed = await change_preferences(participant_id, wishes, source=BY_STAFF, actor=actor, store=store, now=now)
    if changed is None:
        return StepTaken(at=now)
    return StepTaken(at=now, enrolments=changed.enrolments, contacts=(changed.participant,), preferences=(changed.preferences,))
