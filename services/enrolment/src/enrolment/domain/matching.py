"""When two descriptions are of the same person.

They join by themselves only on the same NHS number with the same birth date, or on given name, family name, birth date and
postcode without conflicting NHS numbers. Three of those four, or the number alone, is near: twins, a father and son of one name,
a mistyped digit. A near match waits for a person. Two different valid NHS numbers never join.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from uuid import UUID

_NEAR = 3
_ALL = 4


class Likeness(Enum):
    """How alike two identities are."""

    SAME = "same"
    NEAR = "near"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a person is recognised by. Names and postcode are normalised, the NHS number is a valid one."""

    given_name: str
    family_name: str
    birth_date: date
    postcode: str | None
    nhs_number: str | None

    def match_keys(self) -> tuple[str, ...]:
        """Return two or three keys; identities that are the same or near share at least one.

        Three of four details always include family name and birth date, or given name and postcode.
        """
        keys = [f"family {self.family_name} {self.birth_date.isoformat()}"]
        if self.postcode:
            keys.append(f"given {self.given_name} {self.postcode}")
        if self.nhs_number:
            keys.append(f"number {self.nhs_number}")
        return tuple(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whom a description belongs to: `same` if it joins a known person by itself; `near` are those whom staff must compare."""

    same: UUID | None = None
    near: tuple[UUID, ...] = ()


def normalised_name(name: str) -> str:
    """Return a name for comparing: no case, accents, hyphens, apostrophes or spaces."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in decomposed if character.isalnum())


def normalised_postcode(postcode: str | None) -> str | None:
    """Return a postcode in capitals without spaces, or None if there is nothing in it."""
    return "".join((postcode or "").split()).upper() or None


def likeness(one: Identity, other: Identity) -> Likeness:
    """Compare two identities; the order doesn't matter."""
    both_numbered = one.nhs_number is not None and other.nhs_number is not None
    if both_numbered and one.nhs_number == other.nhs_number:
        return Likeness.SAME if one.birth_date == other.birth_date else Likeness.NEAR
    agreeing = (
        (one.given_name == other.given_name)
        + (one.family_name == other.family_name)
        + (one.birth_date == other.birth_date)
        + (one.postcode is not None and one.postcode == other.postcode)
    )
    if agreeing == _ALL and not both_numbered:
        return Likeness.SAME
    return Likeness.NEAR if agreeing >= _NEAR else Likeness.DIFFERENT


def find_match(
    identity: Identity, *, known: Iterable[tuple[UUID, Identity]], numbers: Mapping[UUID, str | None] | None = None
) -> Match:
    """Say who this is among people already known, of whom no two have the same NHS number and birth date.

    The NHS number decides before the other details. Where the details mean two people, or the number is on another's record,
    nobody is joined. Whoever else could be meant is near. A person may be known by several identities, as after a merge;
    `numbers` has the number that each has now, which an older identity never overrules.
    """
    by_number: set[UUID] = set()
    by_details: set[UUID] = set()
    near: set[UUID] = set()
    number_elsewhere: set[UUID] = set()
    for person_id, other in known:
        same_number = identity.nhs_number is not None and identity.nhs_number == other.nhs_number
        number_now = (numbers or {}).get(person_id)
        conflict = identity.nhs_number is not None and number_now is not None and number_now != identity.nhs_number
        match likeness(identity, other):
            case Likeness.SAME if not conflict:
                (by_number if same_number else by_details).add(person_id)
            case Likeness.SAME | Likeness.NEAR:
                near.add(person_id)
                if same_number:
                    number_elsewhere.add(person_id)
            case Likeness.DIFFERENT:
                pass
    if by_number:
        same = min(by_number)
        return Match(same=same, near=tuple(sorted((by_details | by_number) - {same})))
    if len(by_details) == 1 and not number_elsewhere - by_details:
        return Match(same=next(iter(by_details)))
    return Match(near=tuple(sorted(by_details | near)))
