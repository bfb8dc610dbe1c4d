"""Messages that are due go out, or wait, or are given up, each visibly.

No transaction is open while a provider is spoken to. First the messages are marked as being sent, in a transaction of their own;
then they are sent; then what became of them is written. Whatever is killed in between leaves them marked, and
`settle_interrupted` asks the provider about them: no message is handed over twice because nobody remembered the first time.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from notifications.domain.backoff import wait_after
from notifications.domain.message import ENDED, Message, Reason, Status
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.clear_for_sending import Cleared, Moment, clear_for_sending
from notifications.use_cases.desk import Desk
from notifications.use_cases.fall_back_to_email import fall_back_to_email
from notifications.use_cases.provider import Accepted, Answer, NotBegun, Refused, Unavailable, Unclear, Wording

# With fewer, sending stands still while the database writes. With more, a slow provider has messages marked and put back in vain.
PORTIONS_ON_THEIR_WAY = 4


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
    new_id: Callable[[], UUID]
    new_token: Callable[[], str]
    lease: timedelta
    portion: int


async def send_due_messages(*, sending: Sending, now: datetime) -> int:
    """Deal with messages that are due, and return how many there were.

    While some portions are with the providers the next is made ready, for as long as there is one and the first is fresh.
    """
    begun_at = sending.real_now()
    turns = {provider.name: asyncio.Semaphore(provider.at_once) for provider in sending.carriers.all()}
    on_their_way: deque[asyncio.Task[None]] = deque()
    number = 0
    try:
        while True:
            real_now = sending.real_now()
            cleared, found = await _clear(sending=sending, now=now + (real_now - begun_at), real_now=real_now)
            number += found
            if cleared:
                last_call = real_now + sending.lease / 2
                on_their_way.append(
                    asyncio.create_task(_deliver(cleared, sending=sending, turns=turns, last_call=last_call, now=now))
                )
            if found < sending.portion or sending.real_now() >= begun_at + sending.lease / 4:
                return number
            if len(on_their_way) == PORTIONS_ON_THEIR_WAY:
                await on_their_way.popleft()
    finally:
        # What is with a provider is heard out, also where the next portion failed: nobody could say what became of it.
        for failed in [one for one in await asyncio.gather(*on_their_way, return_exceptions=True) if one is not None]:
            raise failed


async def _clear(*, sending: Sending, now: datetime, real_now: datetime) -> tuple[list[Cleared], int]:
    async with sending.open_counter() as counter:
        due = await counter.desk.messages.due(now=now, real_now=real_now, limit=sending.portion)
        moment = Moment(now=now, real_now=real_now, until=real_now + sending.lease, new_token=sending.new_token)
        cleared, changed = await clear_for_sending(
            due, desk=counter.desk, carriers=sending.carriers, wording=sending.wording, moment=moment
        )
        await counter.desk.messages.change(changed)
        await fall_back_to_email(changed, desk=counter.desk, now=now, new_id=sending.new_id)
        await counter.announce([message for message in changed if message.status in ENDED])
    return cleared, len(due)


async def _deliver(
    cleared: Collection[Cleared],
    *,
    sending: Sending,
    turns: Mapping[str, asyncio.Semaphore],
    last_call: datetime,
    now: datetime,
) -> None:
    answers = await _hand_over(cleared, sending=sending, turns=turns, last_call=last_call)
    async with sending.open_counter() as counter:
        await record(answers, counter=counter, now=now, real_now=sending.real_now(), new_id=sending.new_id)


async def record(
    answers: Mapping[UUID, tuple[Message, Answer]],
    *,
    counter: Counter,
    now: datetime,
    real_now: datetime,
    new_id: Callable[[], UUID],
) -> None:
    """Write what became of messages as they were taken; one that somebody else has settled meanwhile is left as it is."""
    changed = []
    for current in await counter.desk.messages.by_id(answers):
        taken, answer = answers[current.id]
        if current.status is Status.SENDING and current.attempts == taken.attempts:
            after = _after(current, answer, now=now, real_now=real_now)
            if after is not None:
                changed.append(after)
    await counter.desk.messages.change(changed)
    await fall_back_to_email(changed, desk=counter.desk, now=now, new_id=new_id)
    await counter.announce([message for message in changed if message.status in ENDED])


def _after(message: Message, answer: Answer, *, now: datetime, real_now: datetime) -> Message | None:
    match answer:
        case Accepted():
            return message.sent(now=now)
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


async def _hand_over(
    cleared: Collection[Cleared], *, sending: Sending, turns: Mapping[str, asyncio.Semaphore], last_call: datetime
) -> dict[UUID, tuple[Message, Answer]]:
    async def hand_over(one: Cleared) -> tuple[Message, Answer]:
        async with turns[one.provider.name]:
            # Later than this somebody else might settle the message while it is on its way.
            late = sending.real_now() >= last_call
            return one.message, NotBegun() if late else await one.provider.send(one.letter)

    done = await asyncio.gather(*(hand_over(one) for one in cleared))
    _take_note(done, carriers=sending.carriers, real_now=sending.real_now())
    return {message.id: (message, answer) for message, answer in done}


def _take_note(done: Sequence[tuple[Message, Answer]], *, carriers: Carriers, real_now: datetime) -> None:
    heard: dict[str, list[Answer]] = {}
    for message, answer in done:
        if message.provider is not None and not isinstance(answer, NotBegun):
            heard.setdefault(message.provider, []).append(answer)
    for name, answers in heard.items():
        carriers.heard(name, answers, real_now=real_now)
