"""Whether a person is to be reckoned with, as enrolment says."""

from dataclasses import dataclass, replace
from uuid import UUID

ACTIVE = "active"
DECEASED = "deceased"
MERGED = "merged"
ERASED = "erased"
_KNOWN = frozenset({ACTIVE, DECEASED, MERGED, ERASED})
# Who is asked nothing.
GONE = frozenset({DECEASED, ERASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person stands; people of whom nothing was told are active. `sequence` is the version of what was told."""

    participant_id: UUID
    sequence: int
    status: str = ACTIVE
    merged_into: UUID | None = None

    def after(self, before: "Standing | None") -> "Standing | None":
        """What is to be kept when `before` was known: None where this is not newer.

        A status that isn't known leaves the one that is. Erased is final.
        """
        if before is not None and (self.sequence <= before.sequence or before.status == ERASED):
            return None
        if self.status in _KNOWN:
            return self
        return replace(before or Standing(participant_id=self.participant_id, sequence=0), sequence=self.sequence)
