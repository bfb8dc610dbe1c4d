"""Why something was decided, for machines and for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, a sentence in plain words, and the part of the referral that it is about (`patient.birth_date`)."""

    code: str
    text: str
    field: str | None = None
