"""A message went to a person: the first one is when they were first in contact, for the figures of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTold:
    """What became of a message to a person, and when."""

    participant_id: UUID
    status: str
    at: datetime


class Records(Protocol):
    """Where first contacts are kept."""

    async def add_first_contacts(self, contacts: Sequence[MessageTold]) -> None:
        """Keep the contact of each person who has none yet."""


async def note_first_contacts(told: Sequence[MessageTold], *, records: Records) -> None:
    """Keep the first message that was sent to each person; a status that isn't known here is no contact."""
    first: dict[UUID, MessageTold] = {}
    for one in told:
        known = first.get(one.participant_id)
        if one.status == SENT and (known is None or one.at < known.at):
            first[one.participant_id] = one
    await records.add_first_contacts([first[participant_id] for participant_id in sorted(first)])
