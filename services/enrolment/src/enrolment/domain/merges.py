"""Two records of one person become one, and can be taken apart again."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import UUID

from enrolment.domain.person import Participant, Person


class MergeError(ValueError):
    """The two can't be merged or taken apart; the message says why in a sentence."""


class SamePersonError(MergeError):
    """One person can't be merged with themselves."""

    def __init__(self) -> None:
        super().__init__("Choose two different people to merge.")


class TwoNumbersError(MergeError):
    """Two different valid NHS numbers never belong to one person."""

    def __init__(self) -> None:
        super().__init__(
            "These two people have different NHS numbers, so they are not one person. If a number is wrong, correct it first."
        )


class MergedOnError(MergeError):
    """Merges are undone in the opposite order."""

    def __init__(self) -> None:
        super().__init__("The person whom this one was merged into has changed since: take that step back first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a merge moved, so that it can be undone. `survivor_before` is how the person who stayed was described."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    merged_at: datetime
    merged_by: str
    referral_ids: tuple[UUID, ...]
    enrolment_ids: tuple[UUID, ...]
    survivor_before: Person
    undone_at: datetime | None = None
    undone_by: str | None = None


def joined(survivor: Participant, merged: Participant) -> Person:
    """Return the description of the one person that two records are of. Raises MergeError where they can't be one.

    What the survivor's record says stays; what it lacks comes from the other.
    """
    if survivor.id == merged.id:
        raise SamePersonError
    one, other = survivor.person.nhs_number, merged.person.nhs_number
    if one is not None and other is not None and one != other:
        raise TwoNumbersError
    return survivor.person.completed_by(merged.person)


def parted(now_described: Person, merge: Merge, merged: Participant) -> Person:
    """Return the survivor's description without what the merge brought; what was corrected since stays."""
    by_merge = merge.survivor_before.completed_by(merged.person)
    restored = {
        field.name: getattr(merge.survivor_before, field.name)
        for field in fields(Person)
        if getattr(now_described, field.name) == getattr(by_merge, field.name)
    }
    return replace(now_described, **restored)
