"""What staff see of tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTask:
    """A task with what it is about. `incident` is there where an incident led to it: what happened, and what was done."""

    task_id: UUID
    kind: str
    status: str
    urgent: bool
    site_id: str
    site_name: str
    cohort_id: UUID
    session_id: UUID | None
    session_number: int | None
    participant_id: UUID | None
    display_name: str | None
    incident: Mapping[str, str] | None
    raised_at: datetime
    due_at: datetime
    acknowledged_by_name: str | None
    acknowledged_at: datetime | None
    finished_by_name: str | None
    finished_at: datetime | None
    outcome: str
