"""A person answers a text message: STOP holds at once, YES and NO go to whoever decides, everything unclear to staff."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from notifications.domain.phone import number_hash
from notifications.domain.replies import Word, read_reply
from notifications.domain.replying import Doubt, meaning_of
from notifications.use_cases.desk import Desk, holder


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFromPerson:
    """A text message as a provider handed it to us; `provider_id` is the provider's own id of it."""

    provider: str
    provider_id: str
    phone: str
    text: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text message to us. Its words and number are kept only while a member of staff has to read it (`doubt`)."""

    id: UUID
    provider: str
    provider_id: str
    number_hash: str | None
    participants: tuple[UUID, ...]
    word: Word | None
    place_id: UUID | None
    doubt: Doubt | None
    phone: str | None
    text: str | None
    received_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None


class Replies(Protocol):
    """The replies of one transaction."""

    async def add_new(self, reply: Reply) -> bool:
        """Keep it; False where the provider's id is known."""

    async def open_offers(self, participant_ids: Sequence[UUID]) -> list[UUID]:
        """The places that are offered to these people and wait for an answer."""


async def take_reply(
    *,
    arrived: TextFromPerson,
    desk: Desk,
    replies: Replies,
    announce: Callable[[Reply], Awaitable[None]],
    new_id: Callable[[], UUID],
) -> Reply | None:
    """Understand it, keep it and tell of it, once however often it is handed over; None where it was here before."""
    hashed = number_hash(arrived.phone)
    told = [] if hashed is None else [contact.participant_id for contact in await desk.contacts.with_number(hashed)]
    # Two names of one person who were merged don't share a phone.
    known = await desk.people.of(told) if told else {}
    people = list(dict.fromkeys(holder(each, known) for each in told))
    offers = await replies.open_offers([*people, *(each for each in told if each not in people)]) if people else ()
    meaning = meaning_of(word=read_reply(arrived.text), people=people, open_offers=offers)
    for_staff = meaning.doubt is not None
    reply = Reply(
        id=new_id(),
        provider=arrived.provider,
        provider_id=arrived.provider_id,
        number_hash=hashed,
        participants=meaning.participants,
        word=meaning.word,
        place_id=meaning.place_id,
        doubt=meaning.doubt,
        phone=arrived.phone if for_staff else None,
        text=arrived.text if for_staff else None,
        received_at=arrived.received_at,
    )
    if not await replies.add_new(reply):
        return None
    if hashed is not None and reply.word in (Word.STOP, Word.START):
        await desk.suppressions.keep(hashed, stopped=reply.word is Word.STOP, at=arrived.received_at)
    if reply.word is not None:
        await announce(reply)
    return reply
