"""Nominations and removals as JSON to commands, and what is told about them."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.nominations import Nominee, health_fields, health_refused
from enrolment.messaging import publish
from enrolment.messaging.reading import digest_of, optional, required, sender_of
from enrolment.use_cases.answer_nominations import (
    Nominate,
    NominationMessage,
    NominationOutcome,
    NominationStore,
    RemoveNomination,
    answer_nominations,
)
from enrolment.use_cases.known import Sent
from enrolment.use_cases.lapse_nominations import LapseStore, lapse_nominations
from enrolment.use_cases.receive_referral import Rules
from enrolment.use_cases.refuse_message import RefuseMessage
from event_contracts import intake
from service_kit import outbox
from service_kit.consumer import Reaction, Received
from service_kit.envelope import Event, UnreadableError, read_model
from service_kit.outbox import Outgoing
from service_kit.results import Done, Result


class Store(NominationStore, LapseStore, Protocol):
    """The database within one transaction, as nominations use it."""


@dataclass(frozen=True, kw_only=True)
class Nominating:
    """Takes nominations and removals, whichever channel and door they come through."""

    rules: Rules
    store: Callable[[AsyncConnection], Store]
    new_id: Callable[[], UUID]
    new_token: Callable[[], str]

    def reactions(self, *, nomination_type: str, removal_type: str) -> tuple[Reaction[Any], ...]:
        """Return what a channel does about its two types of event."""
        return self.reaction(nomination_type, read=read_nomination), self.reaction(removal_type, read=read_removal)

    def reaction(self, event_type: str, *, read: Callable[[Event], NominationMessage]) -> Reaction[Any]:
        """Return what is done about one type of event, whose body is read so. `read` raises UnreadableError."""
        return Reaction(event_type=event_type, read=read, key=_key, handle=self._handle)

    async def answer(
        self, conn: AsyncConnection, messages: Sequence[NominationMessage], *, now: datetime, keep_receipts: bool = True
    ) -> list[NominationOutcome]:
        """Answer messages in this transaction and tell whoever has to know, all but the senders."""
        outcomes = await answer_nominations(
            messages,
            store=self.store(conn),
            rules=self.rules,
            now=now,
            new_id=self.new_id,
            new_token=self.new_token,
            keep_receipts=keep_receipts,
        )
        await outbox.add(conn, [each for outcome in outcomes for each in consequences(outcome, because=None)])
        return outcomes

    async def lapse(self, conn: AsyncConnection, *, now: datetime) -> int:
        """End invitations whose time is over, and tell that nobody is to be reached there any more; return how many."""
        over = await lapse_nominations(store=self.store(conn), now=now)
        await outbox.add(conn, [publish.contact_of_stand_in(each, because=None) for each in over])
        return len(over)

    async def _handle(
        self, conn: AsyncConnection, received: Sequence[Received[NominationMessage]], now: datetime
    ) -> Sequence[Result]:
        outcomes = await answer_nominations(
            [each.command for each in received],
            store=self.store(conn),
            rules=self.rules,
            now=now,
            new_id=self.new_id,
            new_token=self.new_token,
        )
        events: list[Outgoing] = []
        for each, outcome in zip(received, outcomes, strict=True):
            events.append(publish.receipt_event(outcome.receipt, because=each.event))
            events.extend(consequences(outcome, because=each.event))
        await outbox.add(conn, events)
        return [Done()] * len(received)


def consequences(outcome: NominationOutcome, *, because: Event | None) -> Iterator[Outgoing]:
    """Yield what follows from one outcome: how to reach the person, or no more, before the link that goes there."""
    if outcome.invited is not None:
        yield publish.contact_of_stand_in(outcome.invited, because=because)
    if outcome.over is not None:
        yield publish.contact_of_stand_in(outcome.over, because=because)
    if outcome.issued is not None:
        yield publish.link_issued(outcome.issued, because=because)
    for link in outcome.ended:
        yield publish.link_ended(link)


def read_nomination(event: Event) -> NominationMessage:
    """Read one nomination; a field about health makes it one to refuse, so that its body is kept nowhere."""
    sent = Sent(sender=sender_of(event.nats_subject), event_id=event.id, body_digest=digest_of(event))
    refused = health_fields(_names_in(event))
    if refused:
        return RefuseMessage(sent=sent, reason=health_refused(refused[0]))
    return nomination_from(read_model(event, intake.Nomination), sent)


def read_removal(event: Event) -> NominationMessage:
    """Read one removal."""
    sent = Sent(sender=sender_of(event.nats_subject), event_id=event.id, body_digest=digest_of(event))
    refused = health_fields(_names_in(event))
    if refused:
        return RefuseMessage(sent=sent, reason=health_refused(refused[0]))
    removal = read_model(event, intake.NominationRemoval)
    return RemoveNomination(sent=sent, sender_nomination_id=required(removal.nomination_id, "nomination_id"))


def nomination_from(nomination: intake.Nomination, sent: Sent) -> Nominate:
    """Translate a nomination; UnreadableError names a field that holds no text."""
    return Nominate(
        sent=sent,
        sender_nomination_id=required(nomination.nomination_id, "nomination_id"),
        programme=nomination.programme,
        preferred_site=optional(nomination.preferred_site, "preferred_site"),
        nominee=Nominee(
            given_name=required(nomination.given_name, "given_name"),
            family_name=required(nomination.family_name, "family_name"),
            birth_date=nomination.birth_date,
            email=optional(nomination.email, "email"),
            phone=optional(nomination.phone, "phone"),
            postcode=optional(nomination.postcode, "postcode"),
            language=optional(nomination.language, "language") or "en",
        ),
    )


def _names_in(event: Event) -> list[str]:
    """Return the names of all fields of a JSON body, however deep."""
    if event.content_type != "application/json":
        raise UnreadableError("The content type must be application/json.", field="datacontenttype")
    try:
        waiting = deque([json.loads(event.data)])
    except (ValueError, RecursionError):
        raise UnreadableError("The body is not valid JSON.") from None
    names: list[str] = []
    while waiting:
        part = waiting.popleft()
        if isinstance(part, dict):
            names += part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return names


def _key(message: NominationMessage) -> str:
    """Return what later messages about the same nomination queue behind."""
    sender = message.sent.sender
    name = message.sent.event_id if isinstance(message, RefuseMessage) else message.sender_nomination_id
    return f"{sender.channel} {sender.organisation} {name}"
