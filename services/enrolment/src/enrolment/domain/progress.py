"""What a sender hears later of somebody whom it referred or nominated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

# What each status of a place is to those who hear of care. Waiting, offered and declined are between the person and us.
_NEWS: Mapping[str, str] = MappingProxyType(
    {
        "placed": "placed",
        "attending": "placed",
        "never_started": "never_started",
        "completed": "completed",
        "below_completion": "below_completion",
        "cut_short": "cut_short",
        "discontinued": "discontinued",
    }
)
PLACED = "placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person stands, as scheduling says it."""

    place_id: UUID
    enrolment_id: UUID
    sequence: int
    programme: str
    status: str
    first_session_at: datetime | None
    sessions_attended: int
    sessions_run: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlace:
    """What was last known of a place, and what was last told of it; `first_told_at` is when it was first news to anybody."""

    place_id: UUID
    enrolment_id: UUID
    sequence: int
    status: str
    told: str | None
    first_told_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CareListener:
    """A referral whose sender cares for the person, and may hear as far as the person agrees."""

    channel: str
    organisation: str
    event_id: str
    sender_referral_id: str
    enrolment_id: UUID


def news_of(status: str) -> str | None:
    """Return what a status of a place is to those who hear of care, or None for one that is nothing to them."""
    return _NEWS.get(status)
