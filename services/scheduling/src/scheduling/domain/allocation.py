"""Which cohort a person gets when people are taken one by one: the best of those that fit, never past what a cohort can take."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.cohorts import Span
from scheduling.domain.fitting import OpenCohort, Reach, Seeker, fits, preference
from scheduling.domain.places import Seat


@dataclass(slots=True)
class _Room:
    cohort: OpenCohort
    free: int
    free_close_attention: int


class Allocation:
    """Gives out the room in the open cohorts, person by person."""

    def __init__(self, cohorts: Iterable[OpenCohort], *, reach: Reach) -> None:
        self._reach = reach
        self._rooms = [_Room(cohort, cohort.free, cohort.free_close_attention) for cohort in cohorts if cohort.free > 0]
        # People with the same wishes are many, and what fits them is sorted once.
        self._fitting: dict[Seeker, list[_Room]] = {}

    def cohort_for(self, seeker: Seeker, *, refused: AbstractSet[UUID] = frozenset()) -> UUID | None:
        """Take room in the best cohort that fits this person; None where there is none. `refused` ones are passed over."""
        for room in self._fitting_rooms(seeker):
            if room.cohort.cohort_id not in refused and (room.free_close_attention > 0 or not seeker.close_attention):
                room.free -= 1
                room.free_close_attention -= seeker.close_attention
                return room.cohort.cohort_id
        return None

    def left(self) -> list[OpenCohort]:
        """The cohorts that still have room, as they were before anything was given out."""
        return [room.cohort for room in self._rooms if room.free > 0]

    def _fitting_rooms(self, seeker: Seeker) -> list[_Room]:
        wishes = seeker.without_flag()
        rooms = self._fitting.get(wishes)
        if rooms is None:
            rooms = [room for room in self._rooms if fits(wishes, room.cohort, reach=self._reach)]
            rooms.sort(key=lambda room: preference(wishes, room.cohort, reach=self._reach))
        self._fitting[wishes] = rooms = [room for room in rooms if room.free > 0]
        return rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedCohort:
    """A cohort that nobody else can change now: where and when it is, and which of its numbered seats are taken.

    `next_session_at` is the first session that somebody who joins now would come to, if there is one. As many seats as `guests`
    from other cohorts need at one session are kept free; `flagged` counts those of them who need close attention, too.
    """

    cohort_id: UUID
    next_session_at: datetime | None
    span: Span
    capacity: int
    close_attention_limit: int
    flagged: int
    seats_taken: frozenset[int]
    close_attention_seats_taken: frozenset[int]
    guests: int = 0

    def free_close_attention_seats(self) -> list[int]:
        """The numbers of the close-attention seats that nobody has, the lowest last."""
        return _free_numbers(self.close_attention_limit, self.close_attention_seats_taken)


class Seating:
    """Gives out the numbered seats of locked cohorts, the lowest first."""

    def __init__(self, cohorts: Mapping[UUID, LockedCohort]) -> None:
        self._seats = {one.cohort_id: _free_numbers(one.capacity, one.seats_taken)[one.guests :] for one in cohorts.values()}
        self._close_attention_seats = {one.cohort_id: one.free_close_attention_seats() for one in cohorts.values()}
        self._unflagged = {one.cohort_id: one.close_attention_limit - one.flagged for one in cohorts.values()}

    def has_room(self, cohort_id: UUID, *, close_attention: bool) -> bool:
        """Whether a seat can be taken without passing a limit."""
        return bool(self._seats[cohort_id]) and (self._unflagged[cohort_id] > 0 or not close_attention)

    def take(self, cohort_id: UUID, *, close_attention: bool) -> Seat:
        """Take a seat in a cohort that has room."""
        self._unflagged[cohort_id] -= close_attention
        return Seat(
            cohort_id=cohort_id,
            number=self._seats[cohort_id].pop(),
            close_attention_number=self._close_attention_seats[cohort_id].pop() if close_attention else None,
        )

    def take_close_attention(self, cohort_id: UUID) -> int | None:
        """Take a close-attention seat for somebody who is seated already; None where none is free."""
        free = self._close_attention_seats[cohort_id]
        if not free or self._unflagged[cohort_id] <= 0:
            return None
        self._unflagged[cohort_id] -= 1
        return free.pop()


def _free_numbers(count: int, taken: AbstractSet[int]) -> list[int]:
    """The free numbers of 1 to `count`, the lowest last, where it is popped."""
    return [number for number in range(count, 0, -1) if number not in taken]
