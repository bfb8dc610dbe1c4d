"""A private calendar feed: of a site or of a facilitator, opened by an address that nobody can guess and staff can revoke."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class UnknownFeedError(LookupError):
    """There is no such feed, or it was revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Whose sessions a feed has: those at a site, or those that somebody leads or stands in for."""

    feed_id: UUID
    site_id: str | None
    facilitator_id: UUID | None
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One session as a calendar shows it: nothing of the people in the cohort. `revision` rises with each change of it."""

    session_id: UUID
    number: int
    of_sessions: int
    programme: str
    site_name: str
    address: str | None
    room: str | None
    starts_at: datetime
    ends_at: datetime
    status: str
    revision: int
    themes: tuple[str, ...]
