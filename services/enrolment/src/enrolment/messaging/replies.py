"""What people answer by text, as far as it is a wish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.messaging import publish
from enrolment.use_cases.people_store import PeopleStore
from enrolment.use_cases.take_text_words import TextWord, take_text_words
from event_contracts.notifications import ReplyReceived
from service_kit import outbox
from service_kit.consumer import Consumer, Reaction, Received
from service_kit.envelope import read_model
from service_kit.results import Done, Result

DURABLE = "enrolment_notifications"
# Whether a word allows texts. The other words, known or not, are no wish.
_ALLOWS = MappingProxyType({"stop": False, "start": True})


@dataclass(frozen=True, kw_only=True)
class Replies:
    """Reads replies and keeps STOP and START as what the person wishes."""

    store: Callable[[AsyncConnection, datetime], PeopleStore]

    def consumer(self) -> Consumer:
        """Return the consumer of NOTIFICATIONS."""
        reaction: Reaction[Any] = Reaction(
            event_type="notifications.reply.received.v1",
            read=lambda event: read_model(event, ReplyReceived),
            key=lambda reply: str(reply.participant_id),
            handle=self._handle,
        )
        return Consumer(durable=DURABLE, stream="NOTIFICATIONS", reactions=(reaction,))

    async def _handle(
        self, conn: AsyncConnection, received: Sequence[Received[ReplyReceived]], now: datetime
    ) -> Sequence[Result]:
        words = [word for each in received if (word := text_word(each.command)) is not None]
        if words:
            changed = await take_text_words(words, store=self.store(conn, now), now=now)
            await outbox.add(conn, [event for each in changed for event in publish.events_of_wishes(each)])
        return [Done()] * len(received)


def text_word(reply: ReplyReceived) -> TextWord | None:
    """Translate a reply; None for one that says nothing about texts."""
    allows = _ALLOWS.get(reply.answer)
    if allows is None:
        return None
    return TextWord(participant_id=reply.participant_id, allows=allows, said_at=reply.received_at)
