"""A code on a poster at work: whoever has it enrols by the form for everybody, and HR never hears who did."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from enrolment.domain.reason import Reason

# No letter or digit that looks like another one on a wall.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
LONGEST_LIFE_DAYS = 366


class PosterRefusedError(ValueError):
    """A poster can't be made so; `reason` names the field and the rule."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """A code for the people of one employer and one programme, until a day."""

    code: str
    channel: str
    organisation: str
    programme: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def works(self, *, now: datetime) -> bool:
        """Whether the code may be used now."""
        return self.revoked_at is None and now < self.expires_at

    def revoked(self, *, now: datetime) -> "Poster":
        """End it; one that has ended stays as it is."""
        return self if self.revoked_at is not None else replace(self, revoked_at=now)


def make_poster(
    *,
    channel: str,
    organisation: str,
    programme: str,
    programmes: Sequence[str],
    days: int,
    made_by: str,
    now: datetime,
    choose: Callable[[str], str],
) -> Poster:
    """Make a code that works for so many days; PosterRefusedError. `choose` picks a character at random."""
    if programme not in programmes:
        raise PosterRefusedError(Reason("unknown_programme", "This service doesn't run that programme.", "programme"))
    if not 1 <= days <= LONGEST_LIFE_DAYS:
        text = f"A poster's code works for 1 to {LONGEST_LIFE_DAYS} days."
        raise PosterRefusedError(Reason("days", text, "days"))
    letters = "".join(choose(_ALPHABET) for _ in range(_LENGTH))
    return Poster(
        code=letters,
        channel=channel,
        organisation=organisation,
        programme=programme,
        made_by=made_by,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )


def as_typed(text: str) -> str:
    """Return a code as it is kept, of however somebody typed it."""
    return re.sub(r"[\s-]", "", text).upper()


def as_shown(code: str) -> str:
    """Return a code as a poster shows it: in two halves."""
    return f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}"
