"""A session of another cohort that makes up for what somebody missed in their own: what they are owed, and what it counts for.

How it counts is the programme's: one that was attended stands in for one of their own that they missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.absences import missed_in_a_row
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import PLANNED, Cohort
from scheduling.domain.programmes import Programme
from scheduling.domain.registers import PRESENT

COMING = "coming"
TAKEN_BACK = "taken_back"
CANCELLED = "cancelled"
STATUSES = (COMING, TAKEN_BACK, CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeUp:
    """A session of the cohort `cohort_id` to which somebody of the cohort `of_cohort_id` comes, for these themes.

    Coming, or taken back by staff or with the person's place, or cancelled with the session. When and where it is are the
    session's; `attendance` is there once its register has it.
    """

    session_id: UUID
    cohort_id: UUID
    of_cohort_id: UUID
    themes: tuple[str, ...]
    status: str
    booked_by: UUID
    booked_by_name: str
    booked_at: datetime
    site_id: str
    site_name: str
    starts_at: datetime
    ends_at: datetime
    session_status: str = PLANNED
    attendance: str | None = None

    @property
    def is_expected(self) -> bool:
        """Whether it is still to be held, with the person."""
        return self.status == COMING and self.session_status == PLANNED

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it is expected at these times."""
        return self.is_expected and self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One session with somebody on its register: when it was, what it was about, and whether they came.

    `is_own`: of the cohort in which they are; `makes_up`: for one of that. What is of a cohort that they left counts as neither.
    """

    starts_at: datetime
    themes: tuple[str, ...]
    status: str
    is_own: bool
    makes_up: bool = False


FULL = "session_id must be a session with a free place: it is full."
NOBODY_FREE = "session_id must be a session with room for somebody who needs close attention: it has as many as it may."


def refuse_full_class(broken: str) -> None:
    """Raise the BrokenRuleError of a class that somebody else filled a moment ago, where `broken` names one of its limits."""
    if "make_ups_within_close_attention" in broken:
        raise BrokenRuleError("session_id", NOBODY_FREE)
    if "make_ups_within_capacity" in broken:
        raise BrokenRuleError("session_id", FULL)


def themes_owed(
    programme: Programme, *, cohort: Cohort, attended: Iterable[Attended], make_ups: Iterable[MakeUp] = ()
) -> tuple[str, ...]:
    """The themes of a cohort that somebody neither heard nor will hear: of sessions that they missed or that were cancelled."""
    heard = {code for one in attended if one.status == PRESENT for code in one.themes}
    heard |= {code for session in cohort.sessions if session.status == PLANNED for code in session.themes}
    heard |= {code for one in make_ups if one.is_expected for code in one.themes}
    laid = {code for session in cohort.sessions for code in session.themes}
    return tuple(theme.code for theme in programme.themes if theme.code in laid - heard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What somebody's registers add up to."""

    attended: int
    missed_in_a_row: int


def counted(programme: Programme, attended: Sequence[Attended]) -> Counted:
    """Count the sessions of somebody's cohort that they came to, and those elsewhere that stand in for one that they missed."""
    in_order = sorted((one for one in attended if one.is_own or one.makes_up), key=lambda one: one.starts_at)
    own = [one.status for one in in_order if one.is_own]
    present = own.count(PRESENT)
    elsewhere = sum(one.status == PRESENT and one.makes_up for one in in_order)
    made_up = min(elsewhere, len(own) - present) if programme.make_up_counts else 0
    # Who did not come elsewhere either is not counted as missing twice, and who came has come.
    missed = missed_in_a_row(one.status for one in in_order if one.is_own or one.status == PRESENT)
    return Counted(attended=present + made_up, missed_in_a_row=missed)
