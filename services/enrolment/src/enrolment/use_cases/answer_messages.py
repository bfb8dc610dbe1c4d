"""A group of messages from outside: load what they are about, decide one by one, write it all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import ORGANISATION, Actor, Entry
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral
from enrolment.use_cases.cancel_referral import CancelReferral, cancel_referral
from enrolment.use_cases.known import IntakeStore, Known, Wanted
from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.receive_referral import ReceiveReferral, Rules, receive_referral
from enrolment.use_cases.refuse_message import RefuseMessage, refuse_message
from enrolment.use_cases.update_referral import UpdateReferral, update_referral

Message = ReceiveReferral | UpdateReferral | CancelReferral | RefuseMessage


async def answer_messages(
    messages: Sequence[Message], *, store: IntakeStore, rules: Rules, now: datetime, new_id: Callable[[], UUID]
) -> list[Outcome]:
    """Answer each message, in their order; later ones see what earlier ones of the group changed."""
    known = await store.load(_wanted(messages))
    outcomes: list[Outcome] = []
    for message in messages:
        outcome = _answer(message, known, rules, now, new_id)
        known.put_receipt(outcome.receipt)
        for referral in outcome.referrals:
            known.put_audit(_deed(message, referral, now))
        outcomes.append(outcome)
    await store.save(known.changes())
    return outcomes


def _answer(message: Message, known: Known, rules: Rules, now: datetime, new_id: Callable[[], UUID]) -> Outcome:
    earlier = known.settled(message.sent.sender, message.sent.body_digest)
    if earlier is not None:
        return Outcome(receipt=_same_again(message, earlier, known, now))
    match message:
        case ReceiveReferral():
            return receive_referral(message, known=known, rules=rules, now=now, new_id=new_id)
        case UpdateReferral():
            return update_referral(message, known=known, rules=rules, now=now, new_id=new_id)
        case CancelReferral():
            return cancel_referral(message, known=known, now=now)
        case RefuseMessage():
            return refuse_message(message, now=now)


def _deed(message: Message, referral: Referral, now: datetime) -> Entry:
    sender = message.sent.sender
    by = message.by if isinstance(message, ReceiveReferral) else None
    return Entry(
        at=now,
        actor=by or Actor(kind=ORGANISATION, name=f"{sender.channel}.{sender.organisation}"),
        deed="referral_taken_back" if isinstance(message, CancelReferral) else "referred",
        participant_id=referral.participant_id,
        about=str(referral.id),
        details={"status": referral.status},
    )


def _same_again(message: Message, earlier: Receipt, known: Known, now: datetime) -> Receipt:
    """Answer a body that was answered before under another event id."""
    referral = None if earlier.referral_id is None else known.referrals.get(earlier.referral_id)
    linked = known.referrals_of([referral.participant_id]) if referral else []
    return Receipt(
        channel=earlier.channel,
        organisation=earlier.organisation,
        event_id=message.sent.event_id,
        sequence=1,
        status="duplicate",
        reasons=(Reason("message_already_received", "The same message was received before."), *earlier.reasons),
        sender_referral_id=earlier.sender_referral_id,
        referral_id=earlier.referral_id,
        participant_id=earlier.participant_id,
        enrolment_id=referral.enrolment_id if referral else None,
        linked_referral_ids=tuple(other.sender_referral_id for other in linked if other is not referral),
        first_status=referral.status if referral and not earlier.is_cancellation else earlier.status,
        body_digest=message.sent.body_digest,
        is_cancellation=earlier.is_cancellation,
        decided_at=now,
    )


def _wanted(messages: Sequence[Message]) -> Wanted:
    referrals = [message for message in messages if isinstance(message, ReceiveReferral)]
    updates = [message for message in messages if isinstance(message, UpdateReferral)]
    people = [message.person for message in referrals] + [update.referral.person for update in updates]
    return Wanted(
        bodies=[(message.sent.sender, message.sent.body_digest) for message in messages],
        names=[(message.sent.sender, message.sender_referral_id) for message in referrals],
        service_requests=[
            (message.sent.sender, name)
            for message in messages
            if isinstance(message, CancelReferral | UpdateReferral)
            for name in message.service_requests
        ],
        identity_keys=sorted({key for person in people for key in person.identity().match_keys()}),
    )
