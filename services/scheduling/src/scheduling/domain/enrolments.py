"""What scheduling knows of an enrolment: whom to place, and what placing them needs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

ENROLLED = "enrolled"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One person's enrolment in a programme, as enrolment last said. `status` is an open code: others are left alone."""

    enrolment_id: UUID
    sequence: int
    participant_id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    close_attention: bool
    outward_code: str | None
    preferred_site: str | None
