"""What became of a message, told to whoever wants to know, without its words or address."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.notifications import MessageChanged
from notifications.domain.message import Message
from service_kit import outbox
from service_kit.buckets import bucket_of
from service_kit.envelope import Event

MESSAGE_CHANGED = "notifications.message.changed.v1"


async def publish_ended(conn: AsyncConnection, ended: Sequence[tuple[Message, Event | None]]) -> None:
    """Tell of messages that reached the end of their life, each with the event that brought it there if one did."""
    if ended:
        await outbox.add(conn, [_outgoing(message, because) for message, because in ended])


def _outgoing(message: Message, because: Event | None) -> outbox.Outgoing:
    participant = str(message.participant_id)
    return outbox.Outgoing(
        type=MESSAGE_CHANGED,
        nats_subject=f"{MESSAGE_CHANGED}.{bucket_of(participant)}",
        aggregate=participant,
        sequence=message.sequence,
        body=MessageChanged(
            message_id=message.id,
            sequence=message.sequence,
            participant_id=message.participant_id,
            kind=message.kind,
            about_id=message.about_id,
            channel=message.channel or "none",
            status=message.status,
            reason=message.reason,
            changed_at=message.changed_at,
        ),
        because=because,
    )
