"""What a person agreed to and wishes, with when and where they said so."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

# Where a person said it.
SOURCES = ("self_referral", "nomination", "own_page", "staff", "gp", "text_message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked and kept. Offers are marketing and need a yes; messages about the programme need no no."""

    language: str = "en"
    preferred_channel: str | None = None
    allows_sms: bool = True
    allows_email: bool = True
    shares_with_gp: bool = True
    allows_marketing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A person's wishes as they are since `changed_at`; `source` is one of SOURCES, `sequence` grows with every change."""

    participant_id: UUID
    sequence: int
    wishes: Wishes
    source: str
    changed_by: str | None
    changed_at: datetime

    def become(self, wishes: Wishes, *, source: str, changed_by: str | None, now: datetime) -> "Preferences":
        """Change them; what is wished already stays as it is, with its time and source."""
        if wishes == self.wishes:
            return self
        return replace(self, wishes=wishes, sequence=self.sequence + 1, source=source, changed_by=changed_by, changed_at=now)
