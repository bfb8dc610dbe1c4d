"""Signals that somebody has died."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.nhs_number import NhsNumberError, parse_nhs_number
from enrolment.messaging import publish
from enrolment.messaging.reading import digest_of, sender_of
from enrolment.use_cases.hear_of_deaths import HearOfDeath, hear_of_deaths
from enrolment.use_cases.known import IntakeStore, Sent
from event_contracts.signals import Signal, SignalPart
from service_kit import outbox
from service_kit.consumer import Reaction, Received
from service_kit.envelope import Event, UnreadableError, read_model
from service_kit.outbox import Outgoing
from service_kit.results import Done, Result

DEATH_NOTIFICATION = "intake.nhs.death_notification.v1"
# The signal's versions differ in nothing that is read here.
_EVENT_TYPE = "pds-death-notification"


@dataclass(frozen=True, kw_only=True)
class Deaths:
    """Takes signals."""

    store: Callable[[AsyncConnection, datetime], IntakeStore]

    def reaction(self, event_type: str) -> Reaction[Any]:
        """Return what is done about one type of event."""
        return Reaction(event_type=event_type, read=read_death, key=lambda command: command.sent.event_id, handle=self._handle)

    async def _handle(self, conn: AsyncConnection, received: Sequence[Received[HearOfDeath]], now: datetime) -> Sequence[Result]:
        heard = await hear_of_deaths([each.command for each in received], store=self.store(conn, now), now=now)
        events: list[Outgoing] = []
        for each, one in zip(received, heard, strict=True):
            events += publish.events_of_step(one.step, because=each.event)
            events.append(publish.receipt_event(one.receipt, because=each.event))
        await outbox.add(conn, events)
        return [Done()] * len(received)


def read_death(event: Event) -> HearOfDeath:
    """Translate a signal in the form in which subscribers get it. Raises UnreadableError."""
    signal = read_model(event, Signal)
    parts = {part.name: part for part in _context(signal)}
    kind, subject = parts.get("event-type"), parts.get("subject")
    if kind is None or not (kind.valueString or "").startswith(_EVENT_TYPE):
        raise UnreadableError("The signal's event-type must be pds-death-notification.", field="event-type")
    identifier = subject.valueReference.identifier if subject is not None and subject.valueReference is not None else None
    if identifier is None:
        raise UnreadableError("The signal's subject must be identified by the NHS number.", field="subject")
    try:
        number = parse_nhs_number(identifier.value)
    except NhsNumberError as error:
        raise UnreadableError(error.sentence, field="subject") from None
    sent = Sent(sender=sender_of(event.nats_subject), event_id=event.id, body_digest=digest_of(event))
    return HearOfDeath(sent=sent, nhs_number=number)


def _context(signal: Signal) -> Iterator[SignalPart]:
    for parameter in signal.entry[0].resource.parameter:
        if parameter.name == "additional-context":
            yield from parameter.part
