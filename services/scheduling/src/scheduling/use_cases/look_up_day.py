"""What a facilitator sees of their day: where to be, what to bring, what to talk about, and which registers aren't signed off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySession:
    """One session of theirs. `is_cover` says that they stand by for the lead; `themes` are codes of the programme."""

    session_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    status: str
    cohort_id: UUID
    programme: str
    site_id: str
    site_name: str
    address: str | None
    parking: str | None
    what_to_bring: str | None
    room_name: str | None
    themes: Sequence[str]
    lead_name: str | None
    cover_name: str | None
    is_cover: bool
    people: int
    close_attention: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Today's sessions, those of the next two weeks, and those that are over without a signature; each earliest first."""

    today: Sequence[DaySession]
    coming: Sequence[DaySession]
    unsigned: Sequence[DaySession]
