"""Where a person stands in scheduling, as far as messages care."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from uuid import UUID

MISSED_TOO_MANY = 2


class Standing(Enum):
    """What a place's status means for messages."""

    WAITING = "waiting"
    OFFERED = "offered"
    IN_COHORT = "in_cohort"
    ENDED = "ended"
    OFF_THE_LIST = "off_the_list"
    NOT_KNOWN = "not_known"


OFFERED = "offered"
_STANDING = MappingProxyType(
    {
        "waiting": Standing.WAITING,
        "offered": Standing.OFFERED,
        "placed": Standing.IN_COHORT,
        "attending": Standing.IN_COHORT,
        "completed": Standing.ENDED,
        "below_completion": Standing.ENDED,
        "never_started": Standing.ENDED,
        "discontinued": Standing.ENDED,
        "cut_short": Standing.ENDED,
        "declined": Standing.OFF_THE_LIST,
    }
)

_FINISHED_WITH_COHORT = frozenset({"completed", "below_completion", "never_started", "cut_short"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A place that is offered: until when, and the token that opens the page which answers it."""

    until: datetime
    token: str


COMING = "coming"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeUp:
    """A session of another cohort to which the person comes; any status but `coming` means that they don't any more."""

    session_id: UUID
    cohort_id: UUID
    site_id: str
    site_name: str
    starts_at: datetime
    ends_at: datetime | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A person's place; `sequence` is its version, `missed_in_a_row` the sessions missed since the person last came.

    What it is offered for, why somebody waits, and sessions that make up elsewhere are told and not kept.
    """

    id: UUID
    sequence: int
    participant_id: UUID
    status: str
    cohort_id: UUID | None
    missed_in_a_row: int = 0
    offer: Offer | None = None
    waiting_reason: str | None = None
    make_ups: tuple[MakeUp, ...] = ()
    enrolment_id: UUID | None = None

    @property
    def standing(self) -> Standing:
        """What the status means here; a status that we don't know means nothing, so that nothing is told or taken back."""
        standing = _STANDING.get(self.status, Standing.NOT_KNOWN)
        if standing is Standing.IN_COHORT and self.cohort_id is None:
            return Standing.NOT_KNOWN
        if standing is Standing.OFFERED and (self.cohort_id is None or self.offer is None):
            return Standing.NOT_KNOWN
        return standing

    @property
    def finished_with_cohort(self) -> bool:
        """Whether it ended because its cohort did: of sessions that were cancelled with that the person still has to hear."""
        return self.status in _FINISHED_WITH_COHORT

    def stands_as(self, other: "Place | None") -> bool:
        """Whether a person has nothing new to hear compared with `other`."""
        return other is not None and self.standing is other.standing and self.cohort_id == other.cohort_id

    def began_to_miss(self, before: "Place | None") -> bool:
        """Whether so many sessions in a row were missed as to ask how the person is, and were not before."""
        return self.missed_in_a_row >= MISSED_TOO_MANY > (before.missed_in_a_row if before else 0)

    def after(self, before: "Place | None") -> "Place":
        """The place as it is to be kept when `before` was known: a status that we don't know leaves the one that we do."""
        if before is None or self.standing is not Standing.NOT_KNOWN:
            return self
        return replace(before, sequence=self.sequence)
