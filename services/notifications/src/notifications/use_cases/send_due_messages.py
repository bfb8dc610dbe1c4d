"""Messages that are due go out, or wait, or are given up, each visibly.

No transaction is open while a provider is spoken to. First the messages are marked as being sent, in a transaction of their own;
then they are sent; then what became of them is written. Whatever is killed in between leaves them marked, and
`settle_interrupted` asks the provider about them: no message is handed over twice because nobody remembered the first time.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from notifications.domain.backoff import wait_after
from notifications.domain.cohort import Cohort
from notifications.domain.contact import Contact
from notifications.domain.going import Drop, Go, Wait, decide
from notifications.domain.message import ENDED, Channel, Message, Reason, Status
from notifications.domain.sms import is_too_long
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.desk import Desk
from notifications.use_cases.provider import (
    Accepted,
    Answer,
    Letter,
    NotBegun,
    Provider,
    Refused,
    Unavailable,
    Unclear,
    Wording,
    WordingError,
)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message that was marked as being sent, and what it needs to go."""

    message: Message
    go: Go
    provider: Provider
    contact: Contact
    cohort: Cohort | None


class Announce(Protocol):
    """Tells other services, in the transaction at hand, of messages that reached the end of their life."""

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Announce them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A desk with a voice: one transaction."""

    desk: Desk
    announce: Announce


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What sending works with: `portion` messages at a time, each given to a provider in the first half of `lease` or not."""

    open_counter: Callable[[], AbstractAsyncContextManager[Counter]]
    carriers: Carriers
    wording: Wording
    real_now: Callable[[], datetime]
    lease: timedelta
    portion: int


async def send_due_messages(*, sending: Sending, now: datetime) -> int:
    """Deal with one portion of the messages that are due, and return how many there were."""
    begun_at = sending.real_now()
    async with sending.open_counter() as counter:
        due = await counter.desk.messages.due(now=now, real_now=begun_at, limit=sending.portion)
        cleared = await _clear(due, counter=counter, sending=sending, now=now, begun_at=begun_at)
    answers = await _hand_over(cleared, sending=sending, now=now, last_call=begun_at + sending.lease / 2)
    if answers:
        async with sending.open_counter() as counter:
            await record(answers, counter=counter, now=now, real_now=sending.real_now())
    return len(due)


async def record(
    answers: Mapping[UUID, tuple[Message, Answer | Reason]], *, counter: Counter, now: datetime, real_now: datetime
) -> None:
    """Write what became of messages as they were taken; one that somebody else has settled meanwhile is left as it is.

    A Reason in place of an answer means that the message can't be given to any provider.
    """
    changed = []
    for current in await counter.desk.messages.by_id(answers):
        taken, answer = answers[current.id]
        if current.status is Status.SENDING and current.attempts == taken.attempts:
            after = _after(current, answer, now=now, real_now=real_now)
            if after is not None:
                changed.append(after)
    await counter.desk.messages.change(changed)
    await counter.announce([message for message in changed if message.status in ENDED])


def _after(message: Message, answer: Answer | Reason, *, now: datetime, real_now: datetime) -> Message | None:
    match answer:
        case Accepted():
            return message.sent(now=now)
        case Reason():
            return message.refused(reason=answer, now=now)
        case Refused():
            return message.refused(reason=Reason.REFUSED_BY_PROVIDER, now=now)
        case NotBegun():
            return message.put_back(reason=Reason.INTERRUPTED, retry_at=real_now, now=now)
        case Unavailable():
            return _later(message, now=now, real_now=real_now)
        case Unclear():
            return None


def _later(message: Message, *, now: datetime, real_now: datetime) -> Message:
    wait = wait_after(attempts=message.attempts)
    if wait is None:
        return message.refused(reason=Reason.PROVIDER_UNAVAILABLE, now=now)
    return message.put_back(reason=Reason.PROVIDER_UNAVAILABLE, retry_at=real_now + wait, now=now)


async def _clear(
    due: Sequence[Message], *, counter: Counter, sending: Sending, now: datetime, begun_at: datetime
) -> list[Cleared]:
    if not due:
        return []
    desk = counter.desk
    contacts = await desk.contacts.of({message.participant_id for message in due})
    cohort_ids = {message.cohort_id for message in due if message.cohort_id is not None}
    cohorts = await desk.cohorts.of(cohort_ids) if cohort_ids else {}
    cleared: list[Cleared] = []
    changed: list[Message] = []
    for message in due:
        contact = contacts.get(message.participant_id)
        match decide(message=message, contact=contact, working=sending.carriers.channels, now=now):
            case Go(channel) as go if contact is not None:
                provider = sending.carriers.carrier(channel, real_now=begun_at)
                taken = message.claim(channel=channel, provider=provider.name, until=begun_at + sending.lease, now=now)
                cohort = cohorts.get(message.cohort_id) if message.cohort_id else None
                cleared.append(Cleared(taken, go, provider, contact, cohort))
                changed.append(taken)
            case Wait(reason, later):
                changed.append(message.defer(reason=reason, until=later, now=now))
            case Drop(reason):
                changed.append(message.drop(reason=reason, now=now))
    await desk.messages.change(changed)
    await counter.announce([message for message in changed if message.status in ENDED])
    return cleared


async def _hand_over(
    cleared: Collection[Cleared], *, sending: Sending, now: datetime, last_call: datetime
) -> dict[UUID, tuple[Message, Answer | Reason]]:
    turns = {one.provider.name: asyncio.Semaphore(one.provider.at_once) for one in cleared}

    async def hand_over(one: Cleared) -> tuple[Message, Answer | Reason]:
        async with turns[one.provider.name]:
            return one.message, await _one(one, sending=sending, now=now, last_call=last_call)

    done = await asyncio.gather(*(hand_over(one) for one in cleared))
    _take_note(done, carriers=sending.carriers, real_now=sending.real_now())
    return {message.id: (message, answer) for message, answer in done}


def _take_note(done: Sequence[tuple[Message, Answer | Reason]], *, carriers: Carriers, real_now: datetime) -> None:
    heard: dict[str, list[Answer]] = {}
    for message, answer in done:
        if message.provider is not None and not isinstance(answer, Reason | NotBegun):
            heard.setdefault(message.provider, []).append(answer)
    for name, answers in heard.items():
        carriers.heard(name, answers, real_now=real_now)


async def _one(one: Cleared, *, sending: Sending, now: datetime, last_call: datetime) -> Answer | Reason:
    channel = one.go.channel
    try:
        subject, body = sending.wording.put(message=one.message, channel=channel, contact=one.contact, cohort=one.cohort, now=now)
    except WordingError:
        return Reason.NO_WORDS
    if channel is Channel.SMS and is_too_long(body):
        return Reason.TOO_LONG
    # Later than this somebody else might settle the message while it is on its way.
    if sending.real_now() >= last_call:
        return NotBegun()
    return await one.provider.send(Letter(reference=one.message.id, to=one.go.address, subject=subject, body=body))
