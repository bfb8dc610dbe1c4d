"""Whether a person may be written to at all, as enrolment says."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from notifications.domain.message import Reason

ACTIVE = "active"
DECEASED = "deceased"
MERGED = "merged"
ERASED = "erased"
_KNOWN = frozenset({ACTIVE, DECEASED, MERGED, ERASED})
# Why nothing goes to a person of this status. Who was merged is written to as the person that they are now.
SILENT = MappingProxyType({DECEASED: Reason.PERSON_DIED, ERASED: Reason.PERSON_ERASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Where a person stands; people of whom nothing was told are active. `sequence` is the version of what was told."""

    participant_id: UUID
    sequence: int
    status: str = ACTIVE
    merged_into: UUID | None = None

    def after(self, before: "Person | None") -> "Person | None":
        """What is to be kept when `before` was known: None where this is not newer.

        A status that we don't know leaves the one that we do. Erased is final.
        """
        if before is not None and (self.sequence <= before.sequence or before.status == ERASED):
            return None
        if self.status in _KNOWN:
            return self
        return replace(before or Person(participant_id=self.participant_id, sequence=0), sequence=self.sequence)
