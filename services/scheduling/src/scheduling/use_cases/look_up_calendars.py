"""What staff may want to see of when things are. Nothing here changes anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from scheduling.domain.calendars import Entry, Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSession:
    """One session on the calendar of a site."""

    session_id: UUID
    cohort_id: UUID
    number: int
    programme: str
    site_id: str
    site_name: str
    cohort_status: str
    room: str | None
    starts_at: datetime
    ends_at: datetime
    status: str
    lead: str | None
    cover: str | None


class Calendars(Protocol):
    async def between(self, *, since: datetime, until: datetime, sites: Sequence[str]) -> list[CalendarSession]: ...

    async def feeds(self) -> list[Feed]: ...

    async def open(self, token_hash: str, *, since: datetime) -> tuple[str, list[Entry]] | None:
        """Whose feed opens with this, and its sessions that start later; None where there is no such feed, or not any more."""
        ...
