"""What a person agreed to and wishes, with when and where they said so."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

# Where a person said it.
BY_TEXT, BY_STAFF = "text_message", "staff"
SOURCES = ("self_referral", "nomination", "own_page", BY_STAFF, "gp", BY_TEXT)


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
        """Change them; what is wished already stays as it is, with its time and source.

        Not so what a later text says again: its time is what an earlier one, heard of after it, is held against.
        """
        if wishes == self.wishes and not (source == BY_TEXT and now > self.changed_at):
            return self
        return replace(self, wishes=wishes, sequence=self.sequence + 1, source=source, changed_by=changed_by, changed_at=now)


def after_text(kept: Preferences, *, allows: bool, said_at: datetime) -> Wishes:
    """Return what is wished after a text that said STOP (`allows` is no) or START at `said_at`.

    Texts may be heard of late. A later one counts more than an earlier; what was said elsewhere since counts more than START, but
    no STOP is lost.
    """
    newer = said_at > kept.changed_at
    if not newer and (allows or kept.source == BY_TEXT):
        return kept.wishes
    return replace(kept.wishes, allows_sms=allows)
