"""Messages on INTAKE to commands, and the answers to those that can't be one."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.bars.reading import believed_number, read_bars
from enrolment.bars.tree import bundle_from_json, bundle_from_xml
from enrolment.domain.eligibility import Answers
from enrolment.domain.person import Person
from enrolment.messaging import publish
from enrolment.messaging.reading import digest_of, optional, required, sender_of
from enrolment.use_cases.answer_messages import Message, answer_messages
from enrolment.use_cases.answer_repeat import Receipts, answer_repeat
from enrolment.use_cases.answer_unreadable import Unreadable, UnreadableReceipts, answer_unreadable
from enrolment.use_cases.cancel_referral import CancelReferral
from enrolment.use_cases.known import IntakeStore, Sent
from enrolment.use_cases.receive_referral import ReceiveReferral, Rules
from enrolment.use_cases.update_referral import UpdateReferral
from event_contracts import intake
from service_kit import outbox
from service_kit.consumer import Consumer, Reaction, Received, Repeat, Unread
from service_kit.envelope import Event, UnreadableError, read_model
from service_kit.results import Done, Result

REFERRAL = "intake.gp.referral.v1"
DURABLE = "enrolment_intake"
_PREFERRED_CHANNELS = frozenset({"sms", "email"})


class Store(IntakeStore, Receipts, UnreadableReceipts, Protocol):
    """The database within one transaction, as this consumer uses it."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Reads what senders publish. `bars_programme` is the programme that a BaRS referral is for; BaRS has no code for ours.

    `more` are the reactions of other channels.
    """

    rules: Rules
    bars_versions: tuple[str, ...]
    bars_programme: str
    store: Callable[[AsyncConnection, datetime], Store]
    new_id: Callable[[], UUID]
    more: tuple[Reaction[Any], ...] = ()

    def consumer(self) -> Consumer:
        """Return the consumer of INTAKE."""
        return Consumer(
            durable=DURABLE,
            stream="INTAKE",
            reactions=(Reaction(event_type=REFERRAL, read=self.read, key=_key, handle=self._handle), *self.more),
            sender_of=_sender_text,
            answer_unreadable=self._answer_unreadable,
            answer_repeat=self._answer_repeat,
        )

    def read(self, event: Event) -> Message:
        """Translate one event, by its content type."""
        sender = sender_of(event.nats_subject)
        sent = Sent(sender=sender, event_id=event.id, body_digest=digest_of(event))
        match event.content_type:
            case "application/json":
                return _referral(read_model(event, intake.Referral), sent)
            case "application/fhir+json":
                bundle = bundle_from_json(event.data)
            case "application/fhir+xml":
                bundle = bundle_from_xml(event.data)
            case _:
                raise UnreadableError(
                    "The content type must be application/json, application/fhir+json or application/fhir+xml.",
                    field="datacontenttype",
                )
        return read_bars(bundle, sent=sent, programme=self.bars_programme, accepted_versions=self.bars_versions)

    async def _handle(self, conn: AsyncConnection, received: Sequence[Received[Message]], now: datetime) -> Sequence[Result]:
        outcomes = await answer_messages(
            [each.command for each in received],
            store=self.store(conn, now),
            rules=self.rules,
            now=now,
            new_id=self.new_id,
        )
        events = [
            outgoing
            for each, outcome in zip(received, outcomes, strict=True)
            for outgoing in publish.events_of(outcome, because=each.event)
        ]
        await outbox.add(conn, events)
        return [Done()] * len(received)

    async def _answer_unreadable(self, conn: AsyncConnection, unread: Unread, now: datetime) -> None:
        message = Unreadable(
            sender=sender_of(unread.nats_subject),
            event_id=unread.event_id,
            body_digest=digest_of(unread.event) if unread.event else None,
            reason=unread.reason,
            field=unread.field,
        )
        receipt = await answer_unreadable(message, receipts=self.store(conn, now), now=now)
        await outbox.add(conn, [publish.receipt_event(receipt, because=unread.event)])

    async def _answer_repeat(self, conn: AsyncConnection, repeat: Repeat, now: datetime) -> None:
        receipt = await answer_repeat(
            sender_of(repeat.event.nats_subject),
            event_id=repeat.event.id,
            same_body=repeat.same_body,
            receipts=self.store(conn, now),
            now=now,
        )
        if receipt is not None:
            await outbox.add(conn, [publish.receipt_event(receipt, because=repeat.event)])


def _sender_text(nats_subject: str) -> str:
    sender = sender_of(nats_subject)
    return f"{sender.channel}.{sender.organisation}"


def _key(message: Message) -> str:
    """Return a key of the person without naming them, so that what is held of one person keeps its order."""
    match message:
        case ReceiveReferral():
            key = message.person.identity().match_keys()[0]
        case UpdateReferral():
            key = message.referral.person.identity().match_keys()[0]
        case CancelReferral():
            key = message.person_key or message.sent.event_id
        case _:
            key = message.sent.event_id
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _referral(referral: intake.Referral, sent: Sent) -> ReceiveReferral:
    patient, clinical = referral.patient, referral.clinical
    number, doubtful = believed_number(patient.nhs_number)
    emergency = patient.emergency_contact
    return ReceiveReferral(
        sent=sent,
        sender_referral_id=required(referral.referral_id, "referral_id"),
        programme=referral.programme,
        referred_on=referral.referred_on,
        preferred_site=optional(referral.preferred_site, "preferred_site"),
        person=Person(
            given_name=required(patient.given_name, "patient.given_name"),
            family_name=required(patient.family_name, "patient.family_name"),
            birth_date=patient.birth_date,
            nhs_number=number,
            nhs_number_as_sent=optional(doubtful, "patient.nhs_number"),
            postcode=optional(patient.postcode, "patient.postcode"),
            phone=optional(patient.phone, "patient.phone"),
            email=optional(patient.email, "patient.email"),
            language=optional(patient.language, "patient.language") or "en",
            preferred_channel=patient.preferred_channel if patient.preferred_channel in _PREFERRED_CHANNELS else None,
            emergency_contact_name=required(emergency.name, "patient.emergency_contact.name") if emergency else None,
            emergency_contact_phone=required(emergency.phone, "patient.emergency_contact.phone") if emergency else None,
        ),
        answers=Answers(
            joints=tuple(dict.fromkeys(required(joint, "clinical.joints").casefold() for joint in clinical.joints)),
            conditions=tuple(required(condition, "clinical.conditions") for condition in clinical.conditions),
            pain_months=clinical.pain_months,
            needs_supervised_exercise=clinical.needs_supervised_exercise,
            independently_mobile=clinical.independently_mobile,
            can_attend=clinical.can_attend,
            red_flags=None
            if clinical.red_flags is None
            else tuple(required(flag, "clinical.red_flags") for flag in clinical.red_flags),
            exclusions=None
            if clinical.exclusions is None
            else tuple(required(exclusion, "clinical.exclusions") for exclusion in clinical.exclusions),
            close_attention=clinical.close_attention,
        ),
    )
