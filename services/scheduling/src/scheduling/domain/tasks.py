"""What a member of staff has to do something about, and the steps of such a task."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError

MISSED_TWO = "missed_two"
INCIDENT = "incident"
CLOSE_ATTENTION_OVER = "close_attention_over"
CANNOT_COME = "cannot_come"
TWO_PLACES = "two_places"
LATE_YES = "late_yes"
LATE_NO = "late_no"
MAKE_UP_LOST = "make_up_lost"

OPEN = "open"
ACKNOWLEDGED = "acknowledged"
DONE = "done"
NOT_NEEDED = "not_needed"
STATUSES = (OPEN, ACKNOWLEDGED, DONE, NOT_NEEDED)
UNFINISHED = (OPEN, ACKNOWLEDGED)

LONGEST_OUTCOME = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """Who may see to tasks of a kind, and within what time; urgent ones come first on the list."""

    roles: tuple[str, ...]
    within: timedelta
    urgent: bool


# How soon is the software's default, not a rule of the programme.
KINDS: Mapping[str, TaskKind] = MappingProxyType(
    {
        MISSED_TWO: TaskKind(roles=("facilitator", "coordinator"), within=timedelta(days=2), urgent=False),
        CANNOT_COME: TaskKind(roles=("facilitator", "coordinator"), within=timedelta(days=1), urgent=False),
        INCIDENT: TaskKind(roles=("clinician", "coordinator"), within=timedelta(days=1), urgent=True),
        CLOSE_ATTENTION_OVER: TaskKind(roles=("coordinator", "clinician"), within=timedelta(hours=4), urgent=True),
        LATE_YES: TaskKind(roles=("coordinator", "facilitator"), within=timedelta(days=1), urgent=False),
        LATE_NO: TaskKind(roles=("coordinator", "facilitator"), within=timedelta(days=1), urgent=False),
        MAKE_UP_LOST: TaskKind(roles=("coordinator",), within=timedelta(days=1), urgent=False),
        TWO_PLACES: TaskKind(roles=("coordinator", "clinician"), within=timedelta(days=1), urgent=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who took a step of a task, and when."""

    by: UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to see to. Of each kind there is at most one unfinished task `about` the same thing."""

    task_id: UUID
    kind: str
    about: str
    status: str
    cohort_id: UUID
    session_id: UUID | None
    participant_id: UUID | None
    raised_at: datetime
    due_at: datetime
    acknowledged: Step | None = None
    finished: Step | None = None
    outcome: str = ""

    def acknowledge(self, step: Step) -> "Task":
        """Somebody sees to it. Once acknowledged it stays theirs. Raises BrokenRuleError."""
        if self.status == ACKNOWLEDGED:
            return self
        self._refuse_unless_unfinished()
        return replace(self, status=ACKNOWLEDGED, acknowledged=step)

    def done(self, step: Step, *, outcome: str) -> "Task":
        """It was seen to; `outcome` says how. Raises BrokenRuleError."""
        self._refuse_unless_unfinished()
        text = outcome.strip()
        if not text:
            raise BrokenRuleError("outcome", "outcome must say what was done.")
        if len(text) > LONGEST_OUTCOME:
            raise BrokenRuleError("outcome", f"outcome must have at most {LONGEST_OUTCOME} characters.")
        return replace(self, status=DONE, finished=step, outcome=text)

    def not_needed(self) -> "Task":
        """What it was about is no longer so."""
        return replace(self, status=NOT_NEEDED) if self.status in UNFINISHED else self

    def _refuse_unless_unfinished(self) -> None:
        if self.status not in UNFINISHED:
            raise BrokenRuleError("task_id", f"task_id must be a task that is not finished: this one is {self.status}.")


def new_task(
    *,
    task_id: UUID,
    kind: str,
    about: str,
    cohort_id: UUID,
    now: datetime,
    session_id: UUID | None = None,
    participant_id: UUID | None = None,
) -> Task:
    """A task as it is raised, due as soon as its kind asks."""
    return Task(
        task_id=task_id,
        kind=kind,
        about=about,
        status=OPEN,
        cohort_id=cohort_id,
        session_id=session_id,
        participant_id=participant_id,
        raised_at=now,
        due_at=now + KINDS[kind].within,
    )
