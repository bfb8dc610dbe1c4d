"""A provider says what became of a message that it had: it may say so twice, late, and in any order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.domain.message import ENDED, Message, Reason
from notifications.use_cases.fall_back_to_email import fall_back_to_email
from notifications.use_cases.send_due_messages import Counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a provider says about one message: it arrived, or why not. `reference` is our message id."""

    reference: UUID
    failure: Reason | None = None


async def record_delivery(*, delivery: Delivery, counter: Counter, now: datetime, new_id: Callable[[], UUID]) -> bool:
    """Write it down; False where the message isn't ours. What doesn't fit the message's life any more is passed over.

    A message that arrived stays arrived, and one that arrived after all takes back the email that was planned in its place.
    """
    found = await counter.desk.messages.by_id([delivery.reference])
    if not found:
        return False
    [message] = found
    after = _after(message, delivery.failure, now=now)
    if after is None:
        return True
    changed = [after]
    if delivery.failure is None:
        changed += [
            other.drop(reason=Reason.REPLACED, now=now)
            for other in await counter.desk.messages.open_of_participants([message.participant_id])
            if (other.kind, other.about_id) == (message.kind, message.email_about_id)
        ]
    await counter.desk.messages.change(changed)
    await fall_back_to_email(changed, desk=counter.desk, now=now, new_id=new_id)
    await counter.announce([one for one in changed if one.status in ENDED])
    return True


def _after(message: Message, failure: Reason | None, *, now: datetime) -> Message | None:
    if failure is None:
        return message.delivered(now=now) if message.can("delivered") else None
    return message.not_delivered(reason=failure, now=now) if message.can("not delivered") else None
