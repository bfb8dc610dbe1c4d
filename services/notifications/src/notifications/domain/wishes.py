"""What a person agreed to and wishes, as enrolment says."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Language, channel and consent of one person; `sequence` is the version of what was told."""

    participant_id: UUID
    sequence: int
    language: str
    preferred_channel: str | None
    allows_sms: bool
    allows_email: bool
