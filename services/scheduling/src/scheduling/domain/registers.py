"""The register of one session: everybody in the cohort, once, present, absent or excused."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.exercises import text_of

PRESENT = "present"
ABSENT = "absent"
EXCUSED = "excused"
STATUSES = (PRESENT, ABSENT, EXCUSED)

LONGEST_EXCUSE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Whether somebody was there; an excused absence may say why."""

    status: str
    excuse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a register."""

    participant_id: UUID
    status: str
    excuse: str = ""


def mark_from(values: Mapping[str, Any]) -> Mark:
    """Read whether somebody was there; only an excused absence has an excuse. Raises BrokenRuleError."""
    status = values.get("status")
    if status not in STATUSES:
        raise BrokenRuleError("status", f"status must be {PRESENT}, {ABSENT} or {EXCUSED}.")
    excuse = text_of(values, "excuse", longest=LONGEST_EXCUSE)
    if excuse and status != EXCUSED:
        raise BrokenRuleError("excuse", "excuse must be empty for somebody who is not excused.")
    return Mark(status=status, excuse=excuse)


def checked_register(entries: Sequence[Entry], *, expected: AbstractSet[UUID], known: AbstractSet[UUID]) -> Mapping[UUID, Mark]:
    """Return the marks by participant. Everybody `expected` must be there; `known` may be, such as those who left since.

    Raises BrokenRuleError.
    """
    marks: dict[UUID, Mark] = {}
    for entry in entries:
        mark = mark_from({"status": entry.status, "excuse": entry.excuse})
        if entry.participant_id in marks:
            raise BrokenRuleError("entries.participant_id", f"participant_id must not be repeated: {entry.participant_id} is.")
        if entry.participant_id not in known:
            raise BrokenRuleError("entries.participant_id", f"participant_id must be in the cohort, not {entry.participant_id}.")
        marks[entry.participant_id] = mark
    missing = sorted(expected - marks.keys())
    if missing:
        raise BrokenRuleError("entries", f"entries must hold everybody in the cohort: {', '.join(map(str, missing))} missing.")
    return marks
