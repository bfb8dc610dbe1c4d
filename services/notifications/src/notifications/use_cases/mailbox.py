"""The local mailbox: where messages end that leave for no real provider."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from notifications.domain.message import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message as its recipient reads it. `reference` is the sender's; `copies` above one means that it came more than once.

    `calendar` is the first of the calendars that came with it.
    """

    id: UUID
    reference: str
    channel: Channel
    recipient: str
    subject: str | None
    body: str
    sms_parts: int | None
    received_at: datetime
    copies: int = 1
    html: str | None = None
    calendar: str | None = None


class Mailbox(Protocol):
    """Keeps what the local providers deliver."""

    async def put(self, delivered: Delivered) -> None:
        """Keep it; it is there when this returns. Another one with the same reference counts as a copy of the first."""

    async def holds(self, references: Collection[str]) -> frozenset[str]:
        """Which of the references are there."""
