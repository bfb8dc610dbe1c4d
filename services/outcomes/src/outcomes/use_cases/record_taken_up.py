"""A person took up what they were pointed to, as they told a member of staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.signposting import Signposting


class NotSignpostedError(LookupError):
    """There is no such list, or nothing of this code on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """One signpost of a list that was taken up, and who recorded it."""

    signposting_id: UUID
    code: str
    by: str


class Records(Protocol):
    """Where lists of signposts and what was taken up are kept."""

    async def signposting(self, signposting_id: UUID) -> Signposting | None:
        """The list of this id."""

    async def add_taken_up(self, told: TakenUp, *, now: datetime) -> None:
        """Keep it; what was recorded before stays as it is."""


async def record_taken_up(told: TakenUp, *, records: Records, now: datetime) -> Signposting:
    """Record that a signpost was taken up; NotSignpostedError if the person was not pointed there."""
    found = await records.signposting(told.signposting_id)
    if found is None or told.code not in {signpost.code for signpost in found.signposts}:
        raise NotSignpostedError("The person was not pointed there.")
    await records.add_taken_up(told, now=now)
    return found
