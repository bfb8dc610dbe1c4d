"""A referral, what is decided about it, and the states it may pass through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from enrolment.domain.eligibility import Answers, assess
from enrolment.domain.matching import Match
from enrolment.domain.nhs_number import NhsNumberError, is_synthetic, parse_nhs_number
from enrolment.domain.person import Person, age_on
from enrolment.domain.programmes import Programme
from enrolment.domain.reason import Reason

# From each state to those it may go to. docs/states.md shows the same table.
STATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "needs_review": frozenset({"accepted", "declined", "duplicate", "cancelled"}),
        "accepted": frozenset({"cancelled"}),
        "duplicate": frozenset({"cancelled"}),
        "declined": frozenset(),
        "cancelled": frozenset(),
    }
)
ALREADY_ENROLLED = Reason("already_enrolled", "This person is already enrolled in the programme.")
TOLD_DEAD = Reason("told_dead", "We were told that this person has died; a member of staff has to find out.", "patient")
OLDEST_BELIEVABLE_AGE = 120


class ImpossibleStepError(ValueError):
    """A referral can't go from the state it is in to the one asked for."""

    def __init__(self, *, before: str, after: str) -> None:
        super().__init__(f"A referral that is {before.replace('_', ' ')} can't become {after.replace('_', ' ')}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral that is held.

    `sender_referral_id` is the sender's name for it, `service_request` its FHIR ServiceRequest's if there is one. `enrolment_id`
    is the enrolment that it led to, or that it found. `near_participant_ids` are known people who resemble this one.
    """

    id: UUID
    sequence: int
    participant_id: UUID
    channel: str
    organisation: str
    sender_referral_id: str
    service_request: str | None
    programme: str
    referred_on: date | None
    answers: Answers
    preferred_site: str | None
    status: str
    reasons: tuple[Reason, ...]
    event_id: str
    enrolment_id: UUID | None
    near_participant_ids: tuple[UUID, ...]
    received_at: datetime
    decided_at: datetime
    decided_by: str | None = None
    note: str | None = None
    access_needs: tuple[str, ...] = ()
    available: tuple[str, ...] = ()
    employer: str | None = None
    asked_at: datetime | None = None

    def become(
        self,
        status: str,
        *,
        now: datetime,
        reasons: tuple[Reason, ...],
        enrolment_id: UUID | None = None,
        decided_by: str | None = None,
        note: str | None = None,
    ) -> "Referral":
        """Take one step of `STATES`; ImpossibleStepError for any other."""
        if status not in STATES[self.status]:
            raise ImpossibleStepError(before=self.status, after=status)
        return replace(
            self,
            status=status,
            sequence=self.sequence + 1,
            reasons=reasons,
            enrolment_id=enrolment_id or self.enrolment_id,
            decided_at=now,
            decided_by=decided_by or self.decided_by,
            note=note or self.note,
        )

    @property
    def has_red_flag(self) -> bool:
        """Whether the sender named a red flag, which only a clinician releases."""
        return bool(self.answers.red_flags)

    @property
    def is_open(self) -> bool:
        """Whether its sender may still cancel it."""
        return "cancelled" in STATES[self.status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A status of `STATES` and why."""

    status: str
    reasons: tuple[Reason, ...] = ()


def decide(  # noqa: PLR0913 - all that a decision hangs on
    *,
    programme: Programme,
    person: Person,
    match: Match,
    answers: Answers,
    already_enrolled: bool,
    red_flag_waiting: bool,
    told_dead: bool = False,
    today: date,
    in_production: bool,
) -> Decision:
    """Decide about a new referral.

    A red flag, a doubtful identity or an earlier red flag that no clinician has released goes to review whatever else holds; then
    a definite no declines; then whatever is unclear goes to review.
    """
    eligibility = assess(programme, age=age_on(today, birth_date=person.birth_date), answers=answers)
    doubts = (*_identity_doubts(person, match, in_production=in_production), *_waiting_doubt(red_flag_waiting))
    if told_dead:
        doubts = (*doubts, TOLD_DEAD)
    if already_enrolled and not eligibility.red_flags and not told_dead:
        return Decision(status="duplicate", reasons=(ALREADY_ENROLLED, *doubts))
    if eligibility.red_flags or doubts:
        known = (ALREADY_ENROLLED,) if already_enrolled else ()
        return Decision(
            status="needs_review",
            reasons=(*eligibility.red_flags, *known, *doubts, *eligibility.against, *eligibility.unclear),
        )
    if eligibility.against:
        return Decision(status="declined", reasons=eligibility.against)
    if eligibility.unclear:
        return Decision(status="needs_review", reasons=eligibility.unclear)
    return Decision(status="accepted")


def birth_date_problem(birth_date: date, *, today: date) -> Reason | None:
    """Say what is wrong with a birth date that nobody alive can have."""
    if birth_date > today:
        return Reason("birth_date_in_future", "The birth date is in the future.", "patient.birth_date")
    if age_on(today, birth_date=birth_date) > OLDEST_BELIEVABLE_AGE:
        text = f"The birth date is more than {OLDEST_BELIEVABLE_AGE} years ago."
        return Reason("birth_date_too_old", text, "patient.birth_date")
    return None


def _identity_doubts(person: Person, match: Match, *, in_production: bool) -> tuple[Reason, ...]:
    doubts: list[Reason] = []
    if person.nhs_number_as_sent is not None:
        try:
            parse_nhs_number(person.nhs_number_as_sent)
        except NhsNumberError as error:
            doubts.append(Reason(error.code, error.sentence, "patient.nhs_number"))
    if in_production and person.nhs_number is not None and is_synthetic(person.nhs_number):
        text = "The NHS number begins with 9: such numbers are for testing and are never issued."
        doubts.append(Reason("nhs_number_synthetic", text, "patient.nhs_number"))
    if match.near:
        text = "This person closely resembles somebody already known; a member of staff has to compare them."
        doubts.append(Reason("near_match", text, "patient"))
    return tuple(doubts)


def _waiting_doubt(red_flag_waiting: bool) -> tuple[Reason, ...]:  # noqa: FBT001 - reads the same at its one call
    if not red_flag_waiting:
        return ()
    return (
        Reason("red_flag_waiting", "An earlier referral of this person has a red flag that a clinician has not yet released."),
    )
