"""Which cohort a person gets: the preferred site first, then the earliest start, never past what a cohort can take."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.cohorts import Span
from scheduling.domain.places import CLOSE_ATTENTION_FULL, COHORTS_FULL, NO_COHORT_AT_SITE, NO_OPEN_COHORT, Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCohort:
    """A cohort that hasn't started, and how much of it is taken.

    `flagged` people may be more than the limit: a flag that was raised after placing is always recorded.
    """

    cohort_id: UUID
    programme: str
    site_id: str
    first_session_at: datetime
    capacity: int
    seats_taken: int
    close_attention_limit: int
    flagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """What matters about a person when a seat is looked for."""

    programme: str
    preferred_site: str | None
    close_attention: bool


@dataclass(slots=True)
class _Room:
    cohort: OpenCohort
    free: int
    free_close_attention: int


class Allocation:
    """Gives out the room in the open cohorts, person by person."""

    def __init__(self, cohorts: Iterable[OpenCohort]) -> None:
        self._by_programme: dict[str, list[_Room]] = {}
        self._by_site: dict[tuple[str, str], list[_Room]] = {}
        for cohort in sorted(cohorts, key=lambda cohort: (cohort.first_session_at, cohort.cohort_id)):
            room = _Room(cohort, cohort.capacity - cohort.seats_taken, cohort.close_attention_limit - cohort.flagged)
            if room.free > 0:
                self._by_programme.setdefault(cohort.programme, []).append(room)
                self._by_site.setdefault((cohort.programme, cohort.site_id), []).append(room)

    def cohort_for(self, seeker: Seeker) -> UUID | None:
        """Take room in the best cohort there is for this person; None where there is none."""
        at_site = self._by_site.get((seeker.programme, seeker.preferred_site), []) if seeker.preferred_site else []
        for rooms in (at_site, self._by_programme.get(seeker.programme, [])):
            for room in rooms:
                if room.free_close_attention > 0 or not seeker.close_attention:
                    self._take(room, close_attention=seeker.close_attention)
                    return room.cohort.cohort_id
        return None

    def has_room(self, programme: str) -> bool:
        """Whether any seat of the programme is left."""
        return bool(self._by_programme.get(programme))

    def _take(self, room: _Room, *, close_attention: bool) -> None:
        room.free -= 1
        room.free_close_attention -= close_attention
        if not room.free:
            self._by_programme[room.cohort.programme].remove(room)
            self._by_site[room.cohort.programme, room.cohort.site_id].remove(room)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedCohort:
    """A cohort that nobody else can change now: when it is, and which of its numbered seats are taken."""

    cohort_id: UUID
    span: Span
    capacity: int
    close_attention_limit: int
    seats_taken: frozenset[int]
    close_attention_seats_taken: frozenset[int]

    def free_close_attention_seats(self) -> list[int]:
        """The numbers of the close-attention seats that nobody has, the lowest last."""
        return _free_numbers(self.close_attention_limit, self.close_attention_seats_taken)


class Seating:
    """Gives out the numbered seats of locked cohorts, the lowest first."""

    def __init__(self, cohorts: Mapping[UUID, LockedCohort]) -> None:
        self._seats = {one.cohort_id: _free_numbers(one.capacity, one.seats_taken) for one in cohorts.values()}
        self._close_attention_seats = {one.cohort_id: one.free_close_attention_seats() for one in cohorts.values()}

    def take(self, cohort_id: UUID, *, close_attention: bool) -> Seat:
        """Take a seat in a cohort that an Allocation found room in."""
        return Seat(
            cohort_id=cohort_id,
            number=self._seats[cohort_id].pop(),
            close_attention_number=self._close_attention_seats[cohort_id].pop() if close_attention else None,
        )

    def take_close_attention(self, cohort_id: UUID) -> int | None:
        """Take a close-attention seat for somebody who is seated already; None where none is free."""
        free = self._close_attention_seats[cohort_id]
        return free.pop() if free else None


def waiting_reason(seeker: Seeker, *, sites: Mapping[str, AbstractSet[str]], has_room: bool) -> str:
    """Why somebody without a seat waits. `sites` are those with an open cohort, by programme, full ones too."""
    open_at = sites.get(seeker.programme, frozenset())
    if not open_at:
        return NO_OPEN_COHORT
    if has_room and seeker.close_attention:
        return CLOSE_ATTENTION_FULL
    if seeker.preferred_site and seeker.preferred_site not in open_at:
        return NO_COHORT_AT_SITE
    return COHORTS_FULL


def _free_numbers(count: int, taken: AbstractSet[int]) -> list[int]:
    """The free numbers of 1 to `count`, the lowest last, where it is popped."""
    return [number for number in range(count, 0, -1) if number not in taken]
