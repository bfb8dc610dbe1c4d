"""What outcomes keeps of a person's enrolment in a programme."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """The newest that is known of one enrolment; `outward_code` is the first half of a postcode.

    `access_needs` are codes such as `step_free`; `referred_at` is when the referral that led to it was made.
    """

    enrolment_id: UUID
    sequence: int
    participant_id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    referral_channel: str
    joints: tuple[str, ...] = ()
    outward_code: str | None = None
    language: str = "en"
    access_needs: tuple[str, ...] = ()
    referred_at: datetime | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the person left; a status that isn't known here counts as enrolled."""
        return self.status == WITHDRAWN
