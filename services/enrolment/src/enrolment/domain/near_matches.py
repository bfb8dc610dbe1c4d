"""Two people who may be one: found by matching, decided by staff."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

OPEN = "open"
MERGED = "merged"
KEPT_APART = "kept_apart"

# From each state, what may happen and where it leads. docs/states.md shows the same table.
STATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        OPEN: MappingProxyType({"merge": MERGED, "keep apart": KEPT_APART}),
        KEPT_APART: MappingProxyType({"merge": MERGED}),
        MERGED: MappingProxyType({"take apart": KEPT_APART}),
    }
)
_DONE = MappingProxyType({OPEN: "not decided yet", MERGED: "merged already", KEPT_APART: "kept apart already"})


class DecidedError(ValueError):
    """The two can't be decided about in this way; the message says why in a sentence."""

    def __init__(self, status: str) -> None:
        super().__init__(f"These two people are {_DONE[status]}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMatch:
    """A pair, the smaller id first. `referral_id` is the referral by which they were found to be alike."""

    id: UUID
    one_id: UUID
    other_id: UUID
    status: str
    found_at: datetime
    referral_id: UUID | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None

    def after(self, step: str, *, now: datetime, by: str) -> "NearMatch":
        """Take one step of `STATES`; DecidedError for any other."""
        status = STATES[self.status].get(step)
        if status is None:
            raise DecidedError(self.status)
        return replace(self, status=status, decided_at=now, decided_by=by)


def near_match(one_id: UUID, other_id: UUID, *, match_id: UUID, now: datetime, referral_id: UUID | None = None) -> NearMatch:
    """Two people found to be alike."""
    first, second = sorted((one_id, other_id))
    return NearMatch(id=match_id, one_id=first, other_id=second, status=OPEN, found_at=now, referral_id=referral_id)
