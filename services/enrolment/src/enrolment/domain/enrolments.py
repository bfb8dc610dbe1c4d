"""A person's enrolment in a programme."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """`status` is enrolled or withdrawn; a person has at most one that is enrolled in a programme. Withdrawn is final.

    `available` are times of the week (`mon-am`) at which the person can come; none means any. `employer` is the organisation that
    they work for, for cohorts that are its own.
    """

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
    referred_at: datetime | None = None
    language: str = "en"
    access_needs: tuple[str, ...] = ()
    available: tuple[str, ...] = ()
    employer: str | None = None

    def withdrawn(self, *, now: datetime) -> "Enrolment":
        """End the enrolment; one that has ended stays as it is."""
        if self.status == "withdrawn":
            return self
        return replace(self, status="withdrawn", sequence=self.sequence + 1, changed_at=now)
