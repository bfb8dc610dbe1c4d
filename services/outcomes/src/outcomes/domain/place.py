"""Where a person stands in the programme, as scheduling tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Standing = Literal["has_place", "no_place", "unknown"]

HAS_PLACE = frozenset({"placed", "attending", "completed", "below_completion", "cut_short"})
NO_PLACE = frozenset({"waiting", "never_started", "discontinued"})
WENT_TO_THE_END = frozenset({"completed", "below_completion", "cut_short"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The newest that is known of one place. `sequence` grows with each change; times are UTC."""

    place_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    programme: str
    status: str
    cohort_id: UUID | None = None
    first_session_at: datetime | None = None
    last_session_at: datetime | None = None
    sessions_attended: int = 0
    sessions_run: int = 0
    changed_at: datetime
    site_id: str | None = None

    @property
    def standing(self) -> Standing:
        """Whether questionnaires belong to this place; a status that isn't known here decides nothing."""
        if self.status in HAS_PLACE:
            return "has_place"
        return "no_place" if self.status in NO_PLACE else "unknown"

    @property
    def went_to_the_end(self) -> bool:
        """Whether the programme is over for this person and they didn't leave it before."""
        return self.status in WENT_TO_THE_END
