"""A training day: who has a place, whose prerequisites were seen, and the credential that attending it issues."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import Credential, Facilitator, refuse_unseen
from scheduling.domain.programmes import Programme

COURSE = "course"

BOOKED = "booked"
ATTENDED = "attended"
ABSENT = "absent"
MOST_PLACES = 200
MOST_MONTHS = 120
MONTHS_OF_A_YEAR = 12


class UnknownTrainingDayError(LookupError):
    """There is no such training day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """Somebody with a place on a training day. `prerequisites` are those that were seen."""

    facilitator_id: UUID
    place: int
    prerequisites: tuple[str, ...] = ()
    attendance: str = BOOKED


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDay:
    """One day's training for a programme. Credentials that it issues expire after so many months, or without any, never."""

    training_day_id: UUID
    programme: str
    held_on: date
    venue: str
    trainer: str
    places: int
    expires_after_months: int | None = None
    trainees: tuple[Trainee, ...] = field(default=())

    def with_trainee(self, facilitator_id: UUID, *, prerequisites: tuple[str, ...]) -> "TrainingDay":
        """The day with a place for somebody, or with what was seen of somebody who has one. Raises BrokenRuleError."""
        if known := next((one for one in self.trainees if one.facilitator_id == facilitator_id), None):
            if known.attendance != BOOKED:
                raise BrokenRuleError(
                    "facilitator_id", f"facilitator_id must be somebody who is {BOOKED}, not {known.attendance}."
                )
            return self._with(replace(known, prerequisites=prerequisites))
        taken = {one.place for one in self.trainees}
        free = next((number for number in range(1, self.places + 1) if number not in taken), None)
        if free is None:
            raise BrokenRuleError("facilitator_id", f"facilitator_id must be one of {self.places}: every place is taken.")
        return self._with(Trainee(facilitator_id=facilitator_id, place=free, prerequisites=prerequisites))

    def with_attendance(self, facilitator_id: UUID, *, attended: bool, programme: Programme, today: date) -> "TrainingDay":
        """The day once it is known whether somebody came: not before it, nor with anything unseen. Raises BrokenRuleError."""
        trainee = next((one for one in self.trainees if one.facilitator_id == facilitator_id), None)
        if trainee is None:
            raise BrokenRuleError("facilitator_id", "facilitator_id must be somebody with a place on this day.")
        if today < self.held_on:
            raise BrokenRuleError("held_on", f"held_on must have come: the training is on {self.held_on}.")
        if trainee.attendance == ATTENDED and not attended:
            raise BrokenRuleError("attended", "attended must stay true: a credential was issued. Revoke that instead.")
        if attended:
            refuse_unseen(programme, trainee.prerequisites)
        return self._with(replace(trainee, attendance=ATTENDED if attended else ABSENT))

    def credential_of(self, facilitator: Facilitator, *, credential_id: UUID) -> Credential:
        """What somebody who attended holds from that day on."""
        trainee = next(one for one in self.trainees if one.facilitator_id == facilitator.facilitator_id)
        return Credential(
            credential_id=credential_id,
            kind=facilitator.kind,
            programmes=(self.programme,),
            route=COURSE,
            prerequisites=trainee.prerequisites,
            issued_on=self.held_on,
            expires_on=months_after(self.held_on, self.expires_after_months) if self.expires_after_months else None,
            training_day_id=self.training_day_id,
        )

    def _with(self, trainee: Trainee) -> "TrainingDay":
        others = tuple(one for one in self.trainees if one.facilitator_id != trainee.facilitator_id)
        return replace(self, trainees=tuple(sorted((*others, trainee), key=lambda one: one.place)))


def checked_day(day: TrainingDay, *, known: Callable[[str], bool]) -> TrainingDay:
    """Return the day if its entries keep the rules. Raises BrokenRuleError."""
    if not known(day.programme):
        raise BrokenRuleError("programme", "programme must be one that is known here.")
    for name in ("venue", "trainer"):
        if not getattr(day, name).strip():
            raise BrokenRuleError(name, f"{name} must not be empty.")
    if not 1 <= day.places <= MOST_PLACES:
        raise BrokenRuleError("places", f"places must be between 1 and {MOST_PLACES}.")
    if day.expires_after_months is not None and not 1 <= day.expires_after_months <= MOST_MONTHS:
        raise BrokenRuleError("expires_after_months", f"expires_after_months must be between 1 and {MOST_MONTHS}.")
    return day


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + months, MONTHS_OF_A_YEAR)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError
