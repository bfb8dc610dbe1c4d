"""What scheduling knows of an enrolment: whom to place, and what placing them needs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.fitting import EVERYBODYS_LANGUAGE, Seeker
from scheduling.domain.week import availability

ENROLLED = "enrolled"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One person's enrolment in a programme, as enrolment last said. `status` is an open code: others are left alone.

    `available` are times of the week, none means any; `employer` is the organisation whose own cohorts they may join.
    """

    enrolment_id: UUID
    sequence: int
    participant_id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    close_attention: bool
    outward_code: str | None
    preferred_site: str | None
    referred_at: datetime | None = None
    language: str = EVERYBODYS_LANGUAGE
    access_needs: tuple[str, ...] = ()
    available: tuple[str, ...] = ()
    employer: str | None = None

    @property
    def seeker(self) -> Seeker:
        """What of it matters when a place is looked for."""
        return Seeker(
            programme=self.programme,
            preferred_site=self.preferred_site,
            outward_code=self.outward_code,
            close_attention=self.close_attention,
            available=availability(self.available),
            access_needs=frozenset(self.access_needs),
            language=self.language,
            employer=self.employer,
        )
