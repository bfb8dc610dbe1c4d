"""What a service does about the events of one durable consumer, as data for `delivery`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit.envelope import Event
from service_kit.results import Result

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Generic[C]):
    """An event and the command it was translated into."""

    event: Event
    command: C


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction(Generic[C]):
    """What to do about one type of event.

    `read` translates, raising UnreadableError. `key` names the aggregate whose later messages wait behind a held one.
    `handle` gets all commands of a group in one transaction: it loads their rows, decides event by event, stores everything,
    and answers one result per command in their order. It never waits for anything but the database.
    """

    event_type: str
    read: Callable[[Event], C]
    key: Callable[[C], str]
    handle: Callable[[AsyncConnection, Sequence[Received[C]], datetime], Awaitable[Sequence[Result]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message that can never be understood, and why, in words for its sender. `event` is there if its envelope was readable."""

    nats_subject: str
    sender: str
    event_id: str | None
    reason: str
    field: str | None
    event: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """An event whose id this sender has used before, with the same body or another."""

    event: Event
    sender: str
    same_body: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """One durable consumer.

    `sender_of` reads the outside sender from the NATS subject, which permissions guarantee; without it the sender is the event's
    source. The `answer_*` functions run in the transaction that records the message.
    """

    durable: str
    stream: str
    reactions: tuple[Reaction[Any], ...]
    sender_of: Callable[[str], str] | None = None
    answer_unreadable: Callable[[AsyncConnection, Unread, datetime], Awaitable[None]] | None = None
    answer_repeat: Callable[[AsyncConnection, Repeat, datetime], Awaitable[None]] | None = None
