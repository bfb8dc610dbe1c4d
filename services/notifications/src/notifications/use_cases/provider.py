"""What sending needs from outside: a provider for a channel, and words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from notifications.domain.cohort import Cohort
from notifications.domain.contact import Contact
from notifications.domain.message import Channel, Message


@dataclass(frozen=True, slots=True)
class Calendar:
    """An iCalendar object (RFC 5545) and its method (RFC 5546)."""

    method: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a message. `subject`, `html` and `calendars` are an email's."""

    subject: str | None = None
    body: str
    html: str | None = None
    calendars: tuple[Calendar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in its final words. `reference` is ours: a provider that can be asked finds the message by it.

    `unsubscribe` is the address that a mail program posts to when its reader wants no more of these.
    """

    reference: UUID
    to: str
    words: Words
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never take it."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The provider surely does not have it, and may take it later."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It can't be said whether the provider has it."""


@dataclass(frozen=True, slots=True)
class NotBegun:
    """There was no time left to ask the provider."""


Answer = Accepted | Refused | Unavailable | Unclear | NotBegun


class Provider(Protocol):
    """Takes the messages of one channel."""

    @property
    def name(self) -> str:
        """The provider's name in the message log."""

    @property
    def at_once(self) -> int:
        """How many messages it takes at the same time."""

    async def send(self, letter: Letter) -> Answer:
        """Hand the message over and say what became of it; it returns within the time-out it was made with."""

    async def find(self, references: Collection[UUID]) -> frozenset[UUID] | None:
        """Which of these the provider has; None where it can't be asked at all. Raises OSError while it can't be reached."""

    async def close(self) -> None:
        """Let go of what it holds."""


class Wording(Protocol):
    """Turns a message into words."""

    def put(
        self, *, message: Message, channel: Channel, contact: Contact, cohorts: Mapping[UUID, Cohort], now: datetime
    ) -> Words:
        """Return the words in the person's language. Raises WordingError."""

    def unsubscribe_address(self, token: str) -> str:
        """Return the address that a mail program posts to."""


class WordingError(ValueError):
    """The words of a message can't be put together."""
