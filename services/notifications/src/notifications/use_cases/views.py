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

    async def history(self, participant_id: UUID) -> Sequence[MessageLine]:
        """All messages of a person, in the order of their times."""

    async def audit(self, *, now: datetime, real_now: datetime) -> Audit:
        """Whether everything is as it must be."""
