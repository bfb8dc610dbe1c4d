"""A channel that the product doesn't have: a charity whose system sends leads in its own words, over NATS and over HTTP.

It shows what a channel is: this folder, and an entry in the wiring (`build(channels=…)`; in the product, `CHANNELS`).
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from enrolment.channels.channel import Channel, Surroundings
from enrolment.domain.nominations import Nominee
from enrolment.messaging.reading import digest_of, sender_of
from enrolment.use_cases.answer_nominations import Nominate
from enrolment.use_cases.known import Sender, Sent
from service_kit.consumer import Reaction
from service_kit.envelope import Event, read_model

NAME = "charity"
LEAD = "intake.charity.lead.v1"


class Lead(BaseModel):
    """What the charity's system knows of somebody who rang its helpline."""

    ref: str
    first: str
    last: str
    mobile: str

    def nomination(self, sent: Sent) -> Nominate:
        """Say the same in our words."""
        return Nominate(
            sent=sent,
            sender_nomination_id=self.ref,
            programme="escape-pain-knee-hip",
            preferred_site=None,
            nominee=Nominee(given_name=self.first, family_name=self.last, phone=self.mobile),
        )


def read_lead(event: Event) -> Nominate:
    """Read one event."""
    sent = Sent(sender=sender_of(event.nats_subject), event_id=event.id, body_digest=digest_of(event))
    return read_model(event, Lead).nomination(sent)


def _reactions(around: Surroundings) -> tuple[Reaction[Any], ...]:
    return (around.nominating.reaction(LEAD, read=read_lead),)


def _routers(around: Surroundings) -> tuple[APIRouter, ...]:
    router = APIRouter(tags=[NAME])

    @router.post("/charity/leads")
    async def lead(told: Lead, sender: Annotated[Sender, Depends(around.organisations.allow(NAME))]) -> Response:
        sent = Sent(sender=sender, event_id=f"http:{told.ref}", body_digest="")
        async with around.transaction() as conn:
            [outcome] = await around.nominating.answer(conn, [told.nomination(sent)], now=around.now())
        return JSONResponse({"ref": told.ref, "status": outcome.receipt.status}, HTTPStatus.ACCEPTED)

    return (router,)


CHANNEL = Channel(name=NAME, nominates=True, reactions=_reactions, routers=_routers)
