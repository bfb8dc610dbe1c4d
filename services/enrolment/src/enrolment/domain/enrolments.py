"""A person's enrolment in a programme."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """`status` is enrolled or withdrawn; a person has at most one that is enrolled in a programme. Withdrawn is final."""

    id: UUID
    sequence: int
    participant_id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    changed_at: datetime
    referral_channel: str
    joints: tuple[str, ...]
    close_attention: bool
    outward_code: str | None
    preferred_site: str | None

    def withdrawn(self, *, now: datetime) -> "Enrolment":
        """End the enrolment; one that has ended stays as it is."""
        if self.status == "withdrawn":
            return self
        return replace(self, status="withdrawn", sequence=self.sequence + 1, changed_at=now)
