"""Which cohort a person gets: the earliest start among those that fit by place, never past what a cohort can take.

A cohort fits if it is at the site the person asked for; for somebody who asked for none, if its site is in the postcode area
of their outward code; for somebody of whom neither is known, wherever it is. Nobody is sent elsewhere: they wait.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.cohorts import Span
from scheduling.domain.places import CLOSE_ATTENTION_FULL, COHORTS_FULL, NO_COHORT_AT_SITE, NO_OPEN_COHORT, Seat

_LETTERS_AT_THE_BEGINNING = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where somebody is to be seated: at a site, or else in a postcode area such as LS; with neither, anywhere."""

    site_id: str | None = None
    area: str | None = None


ANYWHERE = Wish()


def postcode_area(outward_code: str | None) -> str | None:
    """Return the letters before the first digit ("LS" of "LS1"), or None if there are none."""
    letters = _LETTERS_AT_THE_BEGINNING.match(outward_code or "")
    return letters.group().upper() if letters else None


def wishes_met_at(*, site_id: str, outward_code: str) -> frozenset[Wish]:
    """Return every wish that a cohort at this site fits."""
    return frozenset({Wish(site_id=site_id), Wish(area=postcode_area(outward_code)), ANYWHERE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCohort:
    """A cohort that hasn't started, where it is, and how much of it is taken. `outward_code` is its site's.

    `flagged` people may be more than the limit: a flag that was raised after placing is always recorded.
    """

    cohort_id: UUID
    programme: str
    site_id: str
    outward_code: str
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
    outward_code: str | None
    close_attention: bool

    @property
    def wish(self) -> Wish:
        """The site they asked for, otherwise the area they live in."""
        return Wish(site_id=self.preferred_site) if self.preferred_site else Wish(area=postcode_area(self.outward_code))


@dataclass(slots=True)
class _Room:
    cohort: OpenCohort
    wishes: frozenset[Wish]
    free: int
    free_close_attention: int


class Allocation:
    """Gives out the room in the open cohorts, person by person."""

    def __init__(self, cohorts: Iterable[OpenCohort]) -> None:
        self._rooms: dict[tuple[str, Wish], list[_Room]] = {}
        for cohort in sorted(cohorts, key=lambda cohort: (cohort.first_session_at, cohort.cohort_id)):
            room = _Room(
                cohort,
                wishes_met_at(site_id=cohort.site_id, outward_code=cohort.outward_code),
                cohort.capacity - cohort.seats_taken,
                cohort.close_attention_limit - cohort.flagged,
            )
            if room.free > 0:
                for wish in room.wishes:
                    self._rooms.setdefault((cohort.programme, wish), []).append(room)

    def cohort_for(self, seeker: Seeker) -> UUID | None:
        """Take room in the earliest cohort that fits this person; None where there is none."""
        for room in self._rooms.get((seeker.programme, seeker.wish), ()):
            if room.free_close_attention > 0 or not seeker.close_attention:
                self._take(room, close_attention=seeker.close_attention)
                return room.cohort.cohort_id
        return None

    def has_room(self, seeker: Seeker) -> bool:
        """Whether any seat is left that fits this person by place, be it without close attention."""
        return bool(self._rooms.get((seeker.programme, seeker.wish)))

    def free_seats(self, programme: str) -> Mapping[Wish, int]:
        """How many seats of the programme are left for each wish that has any."""
        return {
            wish: sum(room.free for room in rooms) for (code, wish), rooms in self._rooms.items() if code == programme and rooms
        }

    def _take(self, room: _Room, *, close_attention: bool) -> None:
        room.free -= 1
        room.free_close_attention -= close_attention
        if not room.free:
            for wish in room.wishes:
                self._rooms[room.cohort.programme, wish].remove(room)


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


def waiting_reason(seeker: Seeker, *, wishes_met: Mapping[str, AbstractSet[Wish]], has_room: bool) -> str:
    """Why somebody without a seat waits. `wishes_met` are those that some open cohort fits, by programme, full ones too.

    `has_room` says whether a cohort that fits them has a seat left.
    """
    met = wishes_met.get(seeker.programme, frozenset())
    if not met:
        return NO_OPEN_COHORT
    if seeker.wish not in met:
        return NO_COHORT_AT_SITE
    return CLOSE_ATTENTION_FULL if has_room and seeker.close_attention else COHORTS_FULL


def _free_numbers(count: int, taken: AbstractSet[int]) -> list[int]:
    """The free numbers of 1 to `count`, the lowest last, where it is popped."""
    return [number for number in range(count, 0, -1) if number not in taken]
