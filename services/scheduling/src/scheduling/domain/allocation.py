"""Which seat a person gets: the preferred site first, then the earliest start, never past what a cohort can take."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from scheduling.domain.places import CLOSE_ATTENTION_FULL, COHORTS_FULL, NO_COHORT_AT_SITE, NO_OPEN_COHORT, Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCohort:
    """A cohort that hasn't started, and what is taken in it.

    `flagged` people may be more than the close-attention seats taken: a flag that was raised after placing is always recorded.
    """

    cohort_id: UUID
    programme: str
    site_id: str
    first_session_at: datetime
    capacity: int
    close_attention_limit: int
    seats_taken: frozenset[int] = frozenset()
    close_attention_seats_taken: frozenset[int] = frozenset()
    flagged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """What matters about a person when a seat is looked for."""

    programme: str
    preferred_site: str | None
    close_attention: bool


@dataclass(slots=True)
class _Room:
    cohort: OpenCohort
    free: list[int] = field(init=False)
    free_close_attention: list[int] = field(init=False)

    def __post_init__(self) -> None:
        cohort = self.cohort
        self.free = _free_numbers(cohort.capacity, cohort.seats_taken)
        numbers = _free_numbers(cohort.close_attention_limit, cohort.close_attention_seats_taken)
        self.free_close_attention = numbers[len(numbers) - max(0, cohort.close_attention_limit - cohort.flagged) :]

    def take(self, *, close_attention: bool) -> Seat:
        return Seat(
            cohort_id=self.cohort.cohort_id,
            number=self.free.pop(),
            close_attention_number=self.free_close_attention.pop() if close_attention else None,
        )


class Allocation:
    """Gives out the seats of the open cohorts, person by person."""

    def __init__(self, cohorts: Iterable[OpenCohort]) -> None:
        self._by_programme: dict[str, list[_Room]] = {}
        self._by_site: dict[tuple[str, str], list[_Room]] = {}
        for cohort in sorted(cohorts, key=lambda cohort: (cohort.first_session_at, cohort.cohort_id)):
            room = _Room(cohort)
            if room.free:
                self._by_programme.setdefault(cohort.programme, []).append(room)
                self._by_site.setdefault((cohort.programme, cohort.site_id), []).append(room)

    def seat_for(self, seeker: Seeker) -> Seat | None:
        """Take the best seat there is for this person, or None."""
        at_site = self._by_site.get((seeker.programme, seeker.preferred_site), []) if seeker.preferred_site else []
        for rooms in (at_site, self._by_programme.get(seeker.programme, [])):
            for room in rooms:
                if room.free_close_attention or not seeker.close_attention:
                    return self._take(room, close_attention=seeker.close_attention)
        return None

    def has_room(self, programme: str) -> bool:
        """Whether any seat of the programme is left."""
        return bool(self._by_programme.get(programme))

    def _take(self, room: _Room, *, close_attention: bool) -> Seat:
        seat = room.take(close_attention=close_attention)
        if not room.free:
            self._by_programme[room.cohort.programme].remove(room)
            self._by_site[room.cohort.programme, room.cohort.site_id].remove(room)
        return seat


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
