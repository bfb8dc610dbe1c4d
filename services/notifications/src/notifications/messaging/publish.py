"""What became of a message, told to whoever wants to know, without its words or address."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.notifications import MessageChanged, ReplyReceived
from notifications.domain.message import Message
from notifications.domain.replies import Word
from notifications.use_cases.take_reply import Reply
from service_kit import outbox
from service_kit.buckets import bucket_of
from service_kit.envelope import Event

MESSAGE_CHANGED = "notifications.message.changed.v1"
REPLY_RECEIVED = "notifications.reply.received.v1"


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


async def publish_reply(conn: AsyncConnection, reply: Reply) -> None:
    """Tell of a reply in a word that we read, once for each person whose number it came from."""
    if reply.word is not None:
        await outbox.add(conn, [_answer(reply, participant, reply.word) for participant in reply.participants])


def _answer(reply: Reply, participant: UUID, word: Word) -> outbox.Outgoing:
    return outbox.Outgoing(
        type=REPLY_RECEIVED,
        nats_subject=f"{REPLY_RECEIVED}.{bucket_of(participant)}",
        aggregate=str(participant),
        sequence=1,
        body=ReplyReceived(
            reply_id=reply.id,
            participant_id=participant,
            answer=word,
            place_id=reply.place_id,
            received_at=reply.received_at,
        ),
    )
