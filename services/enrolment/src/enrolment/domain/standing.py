"""Whether a person is to be reckoned with, and the steps between. docs/states.md shows the same table."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from enrolment.domain.person import Participant

ACTIVE = "active"
DECEASED = "deceased"
MERGED = "merged"
ERASED = "erased"

# From each state, what may happen and where it leads.
STATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        ACTIVE: MappingProxyType({"notify death": DECEASED, "merge": MERGED, "erase": ERASED}),
        DECEASED: MappingProxyType({"revoke death": ACTIVE, "erase": ERASED}),
        MERGED: MappingProxyType({"unmerge": ACTIVE, "erase": ERASED}),
        ERASED: MappingProxyType({}),
    }
)
_WORDS = MappingProxyType(
    {
        "notify death": "be recorded as deceased",
        "revoke death": "be recorded as alive again",
        "merge": "be merged into another person",
        "unmerge": "be taken apart again",
        "erase": "be erased",
        "correct": "be corrected",
    }
)


class ImpossibleForPersonError(ValueError):
    """A person can't take this step from where they are; the message says so in a sentence."""

    def __init__(self, *, status: str, step: str) -> None:
        super().__init__(f"A person who is {status} can't {_WORDS[step]}.")
        self.status = status


def after(participant: Participant, *, step: str, now: datetime, merged_into: UUID | None = None) -> Participant:
    """Take one step of `STATES`; ImpossibleForPersonError for any other."""
    status = STATES[participant.status].get(step)
    if status is None:
        raise ImpossibleForPersonError(status=participant.status, step=step)
    return replace(participant, status=status, sequence=participant.sequence + 1, merged_into=merged_into, status_changed_at=now)
