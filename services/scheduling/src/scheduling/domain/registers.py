"""The register of one session: everybody in the cohort, once, present, absent or excused."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError

PRESENT = "present"
ABSENT = "absent"
EXCUSED = "excused"
STATUSES = (PRESENT, ABSENT, EXCUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a register."""

    participant_id: UUID
    status: str


def checked_register(entries: Sequence[Entry], *, expected: AbstractSet[UUID], known: AbstractSet[UUID]) -> Mapping[UUID, str]:
    """Return the statuses by participant. Everybody `expected` must be there; `known` may be, such as those who left since.

    Raises BrokenRuleError.
    """
    statuses: dict[UUID, str] = {}
    for entry in entries:
        if entry.status not in STATUSES:
            raise BrokenRuleError("entries.status", f"status must be {PRESENT}, {ABSENT} or {EXCUSED}.")
        if entry.participant_id in statuses:
            raise BrokenRuleError("entries.participant_id", f"participant_id must not be repeated: {entry.participant_id} is.")
        if entry.participant_id not in known:
            raise BrokenRuleError("entries.participant_id", f"participant_id must be in the cohort, not {entry.participant_id}.")
        statuses[entry.participant_id] = entry.status
    missing = sorted(expected - statuses.keys())
    if missing:
        raise BrokenRuleError("entries", f"entries must hold everybody in the cohort: {', '.join(map(str, missing))} missing.")
    return statuses
