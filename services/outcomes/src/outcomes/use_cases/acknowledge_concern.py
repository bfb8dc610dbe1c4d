"""A member of staff saw to a concern."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.concerns import Concern, acknowledged
from outcomes.use_cases.announcing import Announcement, Announcer


class UnknownConcernError(LookupError):
    """There is no such concern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Who saw to which concern, and what was done."""

    concern_id: UUID
    by: str
    note: str


class Records(Protocol):
    """Where concerns are kept."""

    async def locked_concern(self, concern_id: UUID) -> Concern | None:
        """The concern, locked until the transaction ends."""

    async def save_concern(self, concern: Concern) -> None:
        """Keep what became of a concern, and add it to its trail."""


async def acknowledge_concern(told: Acknowledgement, *, records: Records, announcer: Announcer, now: datetime) -> Concern:
    """Acknowledge a concern; UnknownConcernError or NothingToAcknowledgeError where that can't be."""
    concern = await records.locked_concern(told.concern_id)
    if concern is None:
        raise UnknownConcernError("There is no such concern.")
    after = acknowledged(concern, by=told.by, note=told.note, now=now)
    await records.save_concern(after)
    await announcer.announce([Announcement(thing=after)])
    return after
