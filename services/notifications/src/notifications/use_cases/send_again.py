"""Staff have a message sent again, with a reason; it is a message of its own, under the same rules as any other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.domain.message import Message, RepeatError
from notifications.use_cases.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Which message, who wants it, and why."""

    message_id: UUID
    by: str
    because: str


async def send_again(*, repeat: Repeat, desk: Desk, now: datetime, new_id: Callable[[], UUID]) -> Message | None:
    """Plan it once more. None where there is no such message; RepeatError where it still goes by itself or is of no more use."""
    found = await desk.messages.by_id([repeat.message_id])
    if not found:
        return None
    [message] = found
    if not repeat.because.strip():
        msg = "Reason: say why it is sent again."
        raise RepeatError(msg)
    alike = [other for other in await desk.messages.of_participants([message.participant_id]) if other.kind is message.kind]
    again = message.again(
        new_id=new_id(), number=len(alike), until=message.useful_until, by=repeat.by, because=repeat.because.strip(), now=now
    )
    await desk.messages.add([again])
    return again
