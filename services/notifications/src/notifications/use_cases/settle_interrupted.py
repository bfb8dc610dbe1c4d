"""Messages that were being sent when something was killed, or whose provider gave no clear answer, are settled."""

from collections.abc import Sequence
from datetime import datetime

from notifications.domain.backoff import wait_after
from notifications.domain.message import ENDED, Message, Reason, Status
from notifications.use_cases.provider import Provider
from notifications.use_cases.send_due_messages import Sending


async def settle_interrupted(*, sending: Sending, now: datetime) -> int:
    """Ask the providers about one portion of messages that nobody spoke for in time, and return how many were settled.

    What the provider has is sent; what it surely does not have is tried again; where it can't be asked the message ends as
    unknown and is never sent again by itself. While a provider can't be reached, its messages stay as they are.
    """
    real_now = sending.real_now()
    async with sending.open_counter() as counter:
        overdue = await counter.desk.messages.overdue_in_sending(real_now=real_now, limit=sending.portion)
        # Whoever asks about them has a lease of their own to answer in.
        asked_about = [message.keep_claimed(until=real_now + sending.lease) for message in overdue]
        await counter.desk.messages.change(asked_about)
    settled = 0
    for name in {message.provider for message in asked_about}:
        mine = [message for message in asked_about if message.provider == name]
        settled += await _settle(mine, provider=sending.carriers.named(name), sending=sending, now=now)
    return settled


async def _settle(messages: Sequence[Message], *, provider: Provider | None, sending: Sending, now: datetime) -> int:
    found = None
    if provider is not None:
        try:
            found = await provider.find([message.id for message in messages])
        except OSError:
            return 0
    taken = {message.id: message for message in messages}
    async with sending.open_counter() as counter:
        changed = []
        for current in await counter.desk.messages.by_id(taken):
            if current.status is not Status.SENDING or current.claimed_until != taken[current.id].claimed_until:
                continue
            if found is None:
                changed.append(current.lose_sight(now=now))
            elif current.id in found:
                changed.append(current.sent(now=now))
            else:
                changed.append(_again(current, real_now=sending.real_now(), now=now))
        await counter.desk.messages.change(changed)
        await counter.announce([message for message in changed if message.status in ENDED])
    return len(changed)


def _again(message: Message, *, real_now: datetime, now: datetime) -> Message:
    """At once after the first interruption, which may have been ours; later with the pauses that a failing provider gets."""
    if message.attempts == 1:
        return message.put_back(reason=Reason.INTERRUPTED, retry_at=real_now, now=now)
    wait = wait_after(attempts=message.attempts)
    if wait is None:
        return message.refused(reason=Reason.PROVIDER_UNAVAILABLE, now=now)
    return message.put_back(reason=Reason.INTERRUPTED, retry_at=real_now + wait, now=now)
