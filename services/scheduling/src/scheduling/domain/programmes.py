"""A programme is data: this is what the data may say."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

CLOSE_ATTENTION_LIMIT = 2


class ProgrammeError(ValueError):
    """A programme's data cannot be used; the message names the programme, the entry and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The shape of a programme's cohorts, and when somebody has completed one."""

    code: str
    name: str
    fewest_sessions: int
    most_sessions: int
    sessions_a_week: int
    fewest_weeks: int
    session_minutes: int
    usual_capacity: int
    largest_capacity: int
    close_attention_limit: int
    completion_share: Decimal
    fewest_sessions_run: int

    def completes(self, *, attended: int, run: int) -> bool:
        """Whether `attended` of `run` sessions is the share that completes the programme: 9 of 12, 9 of 11, 8 of 10."""
        return attended >= self.completion_share * run


def programme_from(document: Mapping[str, Any]) -> Programme:
    """Read one programme from its TOML document. Raises ProgrammeError naming the entry and the rule."""
    code = document.get("code", "without a code")
    names = {field.name for field in fields(Programme)}
    for name in sorted(names ^ document.keys()):
        raise ProgrammeError(f"programme {code}: {name} is {'missing' if name in names else 'not known'}.")
    for name in sorted(names - {"code", "name", "completion_share"}):
        if type(document[name]) is not int or document[name] < 1:
            raise ProgrammeError(f"programme {code}: {name} must be a whole number of at least 1.")
    for name in ("code", "name"):
        if not isinstance(document[name], str) or not document[name].strip():
            raise ProgrammeError(f"programme {code}: {name} must be a text.")
    if not isinstance(document["completion_share"], Decimal) or not 0 < document["completion_share"] <= 1:
        raise ProgrammeError(f"programme {code}: completion_share must be a fraction above 0 and at most 1.")
    programme = Programme(**document)
    ordered = (
        ("fewest_sessions", programme.fewest_sessions, "most_sessions", programme.most_sessions),
        ("fewest_sessions_run", programme.fewest_sessions_run, "most_sessions", programme.most_sessions),
        ("usual_capacity", programme.usual_capacity, "largest_capacity", programme.largest_capacity),
        ("sessions_a_week", programme.sessions_a_week, "3, the days of a week that are not next to each other", 3),
        ("close_attention_limit", programme.close_attention_limit, "the safety limit of 2", CLOSE_ATTENTION_LIMIT),
    )
    for lower, low, upper, high in ordered:
        if low > high:
            raise ProgrammeError(f"programme {code}: {lower} must not be more than {upper}.")
    return programme
