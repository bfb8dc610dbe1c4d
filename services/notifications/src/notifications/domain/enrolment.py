"""Whether a person is still enrolled in a programme, as enrolment says."""

from dataclasses import dataclass
from uuid import UUID

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One person's enrolment in one programme; a status that we don't know stops nothing."""

    id: UUID
    sequence: int
    participant_id: UUID
    status: str
