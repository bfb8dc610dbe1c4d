"""A register that somebody works at: what may be entered, and when it is whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, Cohort, Session
from scheduling.domain.exercises import ExerciseRecord, checked_station
from scheduling.domain.places import DISCONTINUED, ON_REGISTER, Place
from scheduling.domain.programmes import Programme
from scheduling.domain.register_contents import (
    ATTENDANCE,
    CLOSE_ATTENTION,
    EXERCISE,
    GOALS,
    INCIDENT,
    REVIEW,
    SIGN_OFF,
    WITHOUT_PERSON,
)
from scheduling.domain.register_entries import CURRENT, Made, NewEntry, RegisterEntry, RegisterLog, slot_of
from scheduling.domain.registers import Mark

LONGEST_REASON = 300

# What a signature stands for: changed afterwards, it needs a reason.
_SIGNED = frozenset({ATTENDANCE, EXERCISE, GOALS, REVIEW})
# What may be told before a session begins, or of one that was cancelled.
_AT_ANY_TIME = frozenset({INCIDENT, CLOSE_ATTENTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The member of staff who enters something."""

    id: UUID
    name: str


class OpenRegister:
    """One session's register with its cohort and everybody in it."""

    def __init__(
        self,
        *,
        session_id: UUID,
        cohort: Cohort,
        places: Sequence[Place],
        programme: Programme,
        entries: Sequence[RegisterEntry],
        guests: Sequence[Place] = (),
        guest_cohorts: Sequence[Cohort] = (),
    ) -> None:
        """`guests` come to this session from the `guest_cohorts`. Raises UnknownSessionError."""
        self.session: Session = cohort.session(session_id)
        self.cohort = cohort
        self.programme = programme
        self.log = RegisterLog(entries)
        self.all_places = list(places)
        self.guests = list(guests)
        self.guest_cohorts = {one.cohort_id: one for one in guest_cohorts}
        self._stations = {station.code: station for station in programme.stations}

    @property
    def places(self) -> Mapping[UUID, Place]:
        """Everybody who is or was in the cohort, not who was only offered a place, and guests. Of who came back, what counts."""
        known = [place for place in self.all_places if place.status in (*ON_REGISTER, DISCONTINUED)]
        ordered = sorted(known, key=lambda place: place.status != DISCONTINUED)
        return {place.participant_id: place for place in (*ordered, *self.guests)}

    @property
    def expected(self) -> Mapping[UUID, Place]:
        """Who must be on the register, by participant."""
        return {participant: place for participant, place in self.places.items() if place.status in ON_REGISTER}

    @property
    def marks(self) -> Mapping[UUID | None, RegisterEntry]:
        """Who was there, as it stands, by place."""
        return self.log.of_kind(ATTENDANCE)

    @property
    def statuses(self) -> Mapping[UUID, str]:
        """The statuses that stand, by place."""
        return {
            place_id: entry.content.status
            for place_id, entry in self.marks.items()
            if place_id is not None and isinstance(entry.content, Mark)
        }

    @property
    def is_whole(self) -> bool:
        """Whether everybody who must be on it is."""
        return {place.place_id for place in self.expected.values()} <= self.marks.keys()

    @property
    def signed_off(self) -> RegisterEntry | None:
        """The signature, if it has one."""
        return self.log.current(SIGN_OFF)

    def participant_of(self, place_id: UUID | None) -> UUID | None:
        """Whose place it is."""
        everybody = (*self.all_places, *self.guests)
        return next((place.participant_id for place in everybody if place.place_id == place_id), None)

    def is_guest(self, place: Place) -> bool:
        """Whether somebody is of another cohort and comes to this session only."""
        return any(one.place_id == place.place_id for one in self.guests)

    def replace_places(self, changed: Sequence[Place]) -> None:
        """Work on with these places as they are now."""
        newer = {place.place_id: place for place in changed}
        self.all_places = [newer.get(place.place_id, place) for place in self.all_places]
        self.guests = [newer.get(place.place_id, place) for place in self.guests]

    def take(self, new: NewEntry, *, by: Staff, now: datetime) -> str:
        """Take an entry and say what became of it, as RegisterLog does. Raises BrokenRuleError; then nothing has changed."""
        if self.log.known(new.entry_id):
            return self.log.take(self._entry(new, place=None, by=by, now=now))
        if new.kind not in _AT_ANY_TIME:
            self.cohort.begun_session(self.session.session_id, now=now)
        place = self._place_of(new)
        if isinstance(new.content, ExerciseRecord) and not new.content.removed:
            checked_station(new.content, stations=self._stations)
        if new.kind in (GOALS, REVIEW):
            if place is not None and self.is_guest(place):
                raise BrokenRuleError("kind", f"kind must not be {new.kind} here: somebody's goals are with their own cohort.")
            self._refuse_at_another_session(new.kind)
        if new.kind == SIGN_OFF:
            self._refuse_unless_ready_to_sign()
        if len(new.reason) > LONGEST_REASON:
            raise BrokenRuleError("reason", f"reason must have at most {LONGEST_REASON} characters.")
        entry = self._entry(new, place=place, by=by, now=now)
        if new.kind in _SIGNED and self.signed_off and not new.reason.strip() and not self._says_nothing_new(entry):
            raise BrokenRuleError("reason", "reason must say why the register is changed after it was signed off.")
        return self.log.take(entry)

    def correction(self, participant_id: UUID, mark: Mark, *, entry_id: UUID, reason: str) -> NewEntry | None:
        """The entry by which somebody who sees the register as it is says this of a person; None where it says so already."""
        current = self.marks.get(self.places[participant_id].place_id)
        disputed = current is not None and any(entry.slot == current.slot for entry in self.log.contested)
        if current is not None and current.content == mark and not disputed:
            return None
        return NewEntry(
            entry_id=entry_id,
            kind=ATTENDANCE,
            content=mark,
            participant_id=participant_id,
            replaces=current.entry_id if current else None,
            reason=reason,
        )

    def _place_of(self, new: NewEntry) -> Place | None:
        if new.participant_id is None:
            if new.kind not in WITHOUT_PERSON:
                raise BrokenRuleError("participant_id", f"participant_id must say whom an entry of kind {new.kind} is about.")
            return None
        place = self.places.get(new.participant_id)
        if place is None:
            raise BrokenRuleError("participant_id", f"participant_id must be in the cohort, not {new.participant_id}.")
        return place

    def _refuse_at_another_session(self, kind: str) -> None:
        ran = [session for session in self.cohort.sessions if session.status != CANCELLED]
        first, last = (min(ran, key=_start), max(ran, key=_start)) if ran else (None, None)
        if kind == GOALS and self.session != first:
            raise BrokenRuleError("kind", "kind must not be goals here: goals are written at the first session.")
        if kind == REVIEW and self.session != last:
            raise BrokenRuleError("kind", "kind must not be review here: goals are reviewed at the last session.")

    def _refuse_unless_ready_to_sign(self) -> None:
        missing = sorted(participant for participant, place in self.expected.items() if place.place_id not in self.marks)
        if missing:
            raise BrokenRuleError(
                "entries", f"entries must hold everybody in the cohort before it is signed off: {len(missing)} missing."
            )
        if self.log.contested:
            raise BrokenRuleError(
                "entries",
                "entries must agree before the register is signed off: decide where two people entered differently.",
            )

    def _says_nothing_new(self, entry: RegisterEntry) -> bool:
        current = self.log.current(entry.slot)
        return current is not None and current.content == entry.content

    def _entry(self, new: NewEntry, *, place: Place | None, by: Staff, now: datetime) -> RegisterEntry:
        place_id = place.place_id if place else None
        return RegisterEntry(
            entry_id=new.entry_id,
            session_id=self.session.session_id,
            place_id=place_id,
            kind=new.kind,
            slot=slot_of(kind=new.kind, entry_id=new.entry_id, place_id=place_id, record_id=new.record_id),
            content=new.content,
            replaces=new.replaces,
            made=Made(by=by.id, name=by.name, at=new.at or now, received_at=now, reason=new.reason.strip()),
            standing=CURRENT,
        )


def _start(session: Session) -> datetime:
    return session.starts_at
