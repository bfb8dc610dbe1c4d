"""Where a person stands: waiting, in a cohort, or done. The table of states is in docs/states.md."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from scheduling.domain.cohorts import HELD
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.make_ups import COMING, TAKEN_BACK, MakeUp
from scheduling.domain.programmes import Programme
from scheduling.domain.waiting_reasons import COHORT_CANCELLED, NO_OPEN_COHORT

WAITING = "waiting"
OFFERED = "offered"
PLACED = "placed"
ATTENDING = "attending"
COMPLETED = "completed"
BELOW_COMPLETION = "below_completion"
NEVER_STARTED = "never_started"
DISCONTINUED = "discontinued"
CUT_SHORT = "cut_short"
DECLINED = "declined"

IN_COHORT = (PLACED, ATTENDING)
HOLDING_A_SEAT = (OFFERED, *IN_COHORT)
LIVE = (WAITING, OFFERED, PLACED, ATTENDING)
OF_FINISHED_COHORT = (COMPLETED, BELOW_COMPLETION, NEVER_STARTED, CUT_SHORT)
ON_REGISTER = (*IN_COHORT, *OF_FINISHED_COHORT)
STATES = (*LIVE, *OF_FINISHED_COHORT, DISCONTINUED, DECLINED)


class UnknownPlaceError(LookupError):
    """There is no such place."""


_NO_SEAT: Mapping[str, None] = MappingProxyType(
    {"cohort_id": None, "seat": None, "close_attention_seat": None, "offered_until": None, "offer_token": None}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A numbered seat of a cohort. A person who needs close attention also takes one of the cohort's close-attention seats."""

    cohort_id: UUID
    number: int
    close_attention_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One person's place for one enrolment. `sequence` counts the changes; the seat is kept until the place is discontinued.

    `missed_in_a_row` sessions were missed since the person last came. Once staff have set the flag for close attention, what
    was said at intake no longer changes it. `make_ups` are the sessions of other cohorts to which the person comes or came.
    """

    place_id: UUID
    sequence: int
    enrolment_id: UUID
    participant_id: UUID
    programme: str
    status: str
    waiting_reason: str | None
    cohort_id: UUID | None
    seat: int | None
    close_attention: bool
    close_attention_seat: int | None
    sessions_attended: int
    sessions_run: int
    changed_at: datetime
    missed_in_a_row: int = 0
    close_attention_by_staff: bool = False
    offered_until: datetime | None = None
    offer_token: str | None = None
    make_ups: tuple[MakeUp, ...] = ()

    def seated(self, seat: Seat, *, now: datetime) -> "Place":
        """The place of a waiting person who was given a seat."""
        if self.status != WAITING:
            return self
        return self._with_seat(seat, now=now, status=PLACED)

    def offered(self, seat: Seat, *, until: datetime, token: str, now: datetime) -> "Place":
        """The place of a waiting person who was offered a seat, which is held for them until then."""
        if self.status != WAITING:
            return self
        return self._with_seat(seat, now=now, status=OFFERED, offered_until=until, offer_token=token)

    def accepted(self, *, now: datetime) -> "Place":
        """The place of somebody who took what was offered."""
        if self.status != OFFERED:
            return self
        return self._changed(now, status=PLACED, offered_until=None, offer_token=None)

    def refused(self, reason: str, *, leaves_the_list: bool, now: datetime) -> "Place":
        """The place after an offer was declined or not answered: waiting again for that reason, or off the list."""
        if self.status != OFFERED:
            return self
        waiting = {"status": DECLINED} if leaves_the_list else {"status": WAITING, "waiting_reason": reason}
        return self._changed(now, **waiting, **_NO_SEAT)

    def offered_only_until(self, latest: datetime) -> "Place":
        """The place with an offer that ends then at the latest."""
        if self.offered_until is None or self.offered_until <= latest:
            return self
        return replace(self, offered_until=latest)

    def on_the_list_again(self, *, place_id: UUID, now: datetime) -> "Place":
        """A new place for somebody who left the waiting list: waiting, with what staff said of close attention."""
        return replace(
            self, place_id=place_id, sequence=1, status=WAITING, waiting_reason=NO_OPEN_COHORT, changed_at=now, missed_in_a_row=0
        )

    def transferred(self, seat: Seat, *, now: datetime) -> "Place":
        """The place in another cohort; what was attended stays with the register of the first one."""
        if self.status not in (WAITING, *HOLDING_A_SEAT):
            return self
        counts = {"sessions_attended": 0, "sessions_run": 0, "missed_in_a_row": 0}
        return self._with_seat(
            seat, now=now, status=PLACED, offered_until=None, offer_token=None, make_ups=self._without_make_ups(), **counts
        )

    def kept_waiting(self, reason: str, *, now: datetime) -> "Place":
        """The place of somebody who still waits, for this reason."""
        if self.status != WAITING or self.waiting_reason == reason:
            return self
        return self._changed(now, waiting_reason=reason)

    def released(self, *, now: datetime) -> "Place":
        """The place after its cohort was cancelled before anything was held: back on the waiting list."""
        if self.status not in (OFFERED, PLACED):
            return self
        make_ups = self._without_make_ups()
        return self._changed(now, status=WAITING, waiting_reason=COHORT_CANCELLED, make_ups=make_ups, **_NO_SEAT)

    def withdrawn(self, *, now: datetime) -> "Place":
        """The place after the person withdrew: discontinued, its seat free, unless it was done already."""
        if self.status not in LIVE:
            return self
        if self.status == OFFERED:
            return self._changed(now, status=DISCONTINUED, **_NO_SEAT)
        make_ups = self._without_make_ups()
        return self._changed(
            now, status=DISCONTINUED, waiting_reason=None, seat=None, close_attention_seat=None, make_ups=make_ups
        )

    def reinstated(self, seat: Seat, *, now: datetime) -> "Place":
        """The place after it turned out that the person never left: in the same cohort, with what they had attended."""
        if self.status != DISCONTINUED:
            return self
        return self._with_seat(seat, now=now, status=ATTENDING if self.sessions_attended else PLACED)

    def given_to(self, participant_id: UUID, *, now: datetime) -> "Place":
        """The place of another person, as a merge makes it."""
        return self._changed(now, participant_id=participant_id)

    def with_attendance(
        self, *, attended: int, run: int, finished: bool, programme: Programme, now: datetime, missed_in_a_row: int | None = None
    ) -> "Place":
        """The place after the registers so far: `attended` of the `run` sessions that were held.

        Left out, `missed_in_a_row` stays as it was.
        """
        if self.status in (WAITING, OFFERED, DISCONTINUED, DECLINED) or (self.status in OF_FINISHED_COHORT and not finished):
            return self
        status = ATTENDING if attended else PLACED
        if finished:
            status = _final_state(attended=attended, run=run, programme=programme)
        missed = self.missed_in_a_row if missed_in_a_row is None else missed_in_a_row
        known = (self.status, self.sessions_attended, self.sessions_run, self.missed_in_a_row)
        if (status, attended, run, missed) == known:
            return self
        return self._changed(now, status=status, sessions_attended=attended, sessions_run=run, missed_in_a_row=missed)

    def rescheduled(self, *, now: datetime) -> "Place":
        """The place after its cohort's first or last session moved: a newer fact about the same place."""
        return self._changed(now) if self.status in HOLDING_A_SEAT else self

    def with_make_up(self, make_up: MakeUp, *, now: datetime) -> "Place":
        """The place of somebody who comes to a session of another cohort."""
        others = [one for one in self.make_ups if one.session_id != make_up.session_id]
        return self._changed(now, make_ups=tuple(sorted((*others, make_up), key=lambda one: one.starts_at)))

    def without_make_up(self, session_id: UUID, *, status: str, now: datetime) -> "Place":
        """The place once a session elsewhere is not expected any more: taken back, or cancelled."""
        if not any(one.session_id == session_id and one.status == COMING for one in self.make_ups):
            return self
        make_ups = (replace(one, status=status) if one.session_id == session_id else one for one in self.make_ups)
        return self._changed(now, make_ups=tuple(make_ups))

    def with_make_up_attended(self, session_id: UUID, attendance: str | None, *, now: datetime) -> "Place":
        """The place once the register of a session elsewhere says whether the person came."""
        known = next((one for one in self.make_ups if one.session_id == session_id), None)
        if known is None or known.attendance == attendance:
            return self
        after = replace(known, session_status=HELD, attendance=attendance)
        return self._changed(now, make_ups=tuple(after if one is known else one for one in self.make_ups))

    def told_again(self, *, now: datetime) -> "Place":
        """The place after something about it changed that others hold: a newer fact about the same place."""
        return self._changed(now)

    def _without_make_ups(self) -> tuple[MakeUp, ...]:
        return tuple(replace(one, status=TAKEN_BACK) if one.is_expected else one for one in self.make_ups)

    def with_close_attention(self, *, close_attention: bool, free_seat: int | None) -> "Place":
        """The place with the flag raised or lowered. It is always recorded, even where no close-attention seat is free."""
        if self.close_attention == close_attention:
            return self
        seat = free_seat if close_attention and self.status in HOLDING_A_SEAT else None
        return replace(self, close_attention=close_attention, close_attention_seat=seat)

    def flagged_by_staff(self, *, close_attention: bool, free_seat: int | None) -> "Place":
        """The place with the flag as a member of staff set it, which intake no longer changes."""
        return replace(
            self.with_close_attention(close_attention=close_attention, free_seat=free_seat), close_attention_by_staff=True
        )

    def _with_seat(self, seat: Seat, *, now: datetime, **changes: Any) -> "Place":
        return self._changed(
            now,
            waiting_reason=None,
            cohort_id=seat.cohort_id,
            seat=seat.number,
            close_attention_seat=seat.close_attention_number,
            **changes,
        )

    def _changed(self, now: datetime, **changes: Any) -> "Place":
        return replace(self, sequence=self.sequence + 1, changed_at=now, **changes)


def first_place(enrolment: Enrolment, *, place_id: UUID, now: datetime) -> Place:
    """The place of a newly enrolled person before anything is decided: waiting, nothing told yet."""
    return Place(
        place_id=place_id,
        sequence=0,
        enrolment_id=enrolment.enrolment_id,
        participant_id=enrolment.participant_id,
        programme=enrolment.programme,
        status=WAITING,
        waiting_reason=None,
        cohort_id=None,
        seat=None,
        close_attention=enrolment.close_attention,
        close_attention_seat=None,
        sessions_attended=0,
        sessions_run=0,
        changed_at=now,
    )


def _final_state(*, attended: int, run: int, programme: Programme) -> str:
    if not attended:
        return NEVER_STARTED
    if run < programme.fewest_sessions_run:
        return CUT_SHORT
    return COMPLETED if programme.completes(attended=attended, run=run) else BELOW_COMPLETION
