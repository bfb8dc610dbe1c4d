"""What pages and reports show, read with plain SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from notifications.use_cases.mailbox import Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """A message in the log: no words, no address. `reason` is a sentence."""

    id: UUID
    participant_id: UUID
    kind: str
    about_id: str
    channel: str | None
    provider: str | None
    status: str
    reason: str | None
    attempts: int
    planned_at: datetime
    due_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """A stretch of a message's life; `reason` is a sentence."""

    status: str
    at: datetime
    reason: str | None
    provider: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLife:
    """One message with its whole life, and who had it sent again and why."""

    line: MessageLine
    stages: Sequence[StageLine]
    asked_by: str | None
    asked_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many messages of one kind a provider was given, by what became of them."""

    kind: str
    provider: str
    delivered: int
    sent: int
    failed: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.delivered + self.sent + self.failed + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of the log, and how many there are in all."""

    lines: Sequence[MessageLine]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxListing:
    """A page of the mailbox, and how many there are in all."""

    items: Sequence[Delivered]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Numbers of messages by kind and status, and what must never be, in plain sentences."""

    by_kind: Mapping[str, Mapping[str, int]]
    problems: Sequence[str]


class Views(Protocol):
    """What can be read."""

    async def mailbox(
        self, *, channel: str | None, recipient: str | None, reference: str | None, limit: int, offset: int
    ) -> MailboxListing:
        """What the local providers delivered, newest first."""

    async def delivered(self, mailbox_id: UUID) -> Delivered | None:
        """One of them."""

    async def log(
        self,
        *,
        participant_id: UUID | None,
        kind: str | None,
        channel: str | None,
        status: str | None,
        limit: int,
        offset: int,
    ) -> Listing:
        """Messages, newest planned first."""

    async def life(self, message_id: UUID) -> MessageLife | None:
        """One message and its life."""

    async def rates(self, *, since: datetime) -> Sequence[Rate]:
        """What became of messages that providers were given since then, by kind and provider."""

    async def history(self, participant_id: UUID) -> Sequence[MessageLine]:
        """All messages of a person, in the order of their times."""

    async def audit(self, *, now: datetime, real_now: datetime) -> Audit:
        """Whether everything is as it must be."""
