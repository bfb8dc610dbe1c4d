"""When two descriptions are of the same person."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.matching import Identity, Likeness, find_match, likeness, normalised_name, normalised_postcode
from support.enrolment_examples import NUMBER, OTHER_NUMBER, a_person

SAME, NEAR, DIFFERENT = Likeness.SAME, Likeness.NEAR, Likeness.DIFFERENT
BORN, ANOTHER_DAY = date(1958, 3, 14), date(1958, 4, 13)

IDENTITIES = st.builds(
    Identity,
    given_name=st.sampled_from(["rosalind", "idris"]),
    family_name=st.sampled_from(["example", "okafor"]),
    birth_date=st.sampled_from([BORN, ANOTHER_DAY]),
    postcode=st.sampled_from([None, "LS14HR", "LS14HS"]),
    nhs_number=st.sampled_from([None, NUMBER, OTHER_NUMBER]),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, SAME),
        ({"given_name": "Someone", "family_name": "Else", "postcode": "ZZ1 1ZZ"}, SAME),
        ({"birth_date": ANOTHER_DAY}, NEAR),
        ({"given_name": "X", "family_name": "Y", "birth_date": ANOTHER_DAY, "postcode": "Z"}, NEAR),
        ({"nhs_number": None}, SAME),
        ({"nhs_number": None, "given_name": "Rosie"}, NEAR),
        ({"nhs_number": None, "family_name": "Newname"}, NEAR),
        ({"nhs_number": None, "birth_date": ANOTHER_DAY}, NEAR),
        ({"nhs_number": None, "postcode": "ZZ1 1ZZ"}, NEAR),
        ({"nhs_number": None, "postcode": None}, NEAR),
        ({"nhs_number": None, "postcode": None, "given_name": "Rosie"}, DIFFERENT),
        ({"nhs_number": None, "given_name": "Rosie", "postcode": "ZZ1 1ZZ"}, DIFFERENT),
        ({"nhs_number": OTHER_NUMBER}, NEAR),
        ({"nhs_number": OTHER_NUMBER, "given_name": "Rosie"}, NEAR),
        ({"nhs_number": OTHER_NUMBER, "given_name": "Rosie", "postcode": "ZZ1 1ZZ"}, DIFFERENT),
        ({"nhs_number": None, "given_name": "ROSALIND ", "family_name": "exämple", "postcode": "ls14hr"}, SAME),
    ],
)
def test_likeness_follows_the_rules(changes: dict[str, Any], expected: Likeness) -> None:
    assert likeness(a_person().identity(), a_person(**changes).identity()) is expected


@given(IDENTITIES, IDENTITIES)
def test_likeness_does_not_depend_on_the_order(one: Identity, other: Identity) -> None:
    assert likeness(one, other) is likeness(other, one)


@given(IDENTITIES, IDENTITIES)
def test_two_different_valid_numbers_are_never_the_same(one: Identity, other: Identity) -> None:
    if one.nhs_number and other.nhs_number and one.nhs_number != other.nhs_number:
        assert likeness(one, other) is not SAME


@given(IDENTITIES, IDENTITIES)
def test_whoever_is_the_same_or_near_shares_a_key(one: Identity, other: Identity) -> None:
    if likeness(one, other) is not DIFFERENT:
        assert set(one.match_keys()) & set(other.match_keys())


@given(IDENTITIES, st.lists(IDENTITIES, max_size=6))
def test_somebody_joins_one_person_or_nobody_and_no_second_person_gets_their_number(
    identity: Identity, others: list[Identity]
) -> None:
    known: list[tuple[UUID, Identity]] = []
    for other in others:
        if not other.nhs_number or all((other.nhs_number, other.birth_date) != (x.nhs_number, x.birth_date) for _, x in known):
            known.append((UUID(int=len(known)), other))
    match = find_match(identity, known=known)
    same = {person for person, other in known if likeness(identity, other) is SAME}
    near = {person for person, other in known if likeness(identity, other) is NEAR}
    holders = {
        person for person, other in known if (other.nhs_number, other.birth_date) == (identity.nhs_number, identity.birth_date)
    }
    if match.same is None:
        assert set(match.near) == same | near
        assert not identity.nhs_number or not holders
    else:
        assert match.same in same
        assert set(match.near) == same - {match.same}
        assert not identity.nhs_number or holders <= {match.same}


def test_the_number_decides_before_the_details_and_the_other_person_is_compared() -> None:
    by_details, by_number = UUID(int=1), UUID(int=2)
    known = [
        (by_details, a_person(nhs_number=None).identity()),
        (by_number, a_person(given_name="Rosie", postcode=None).identity()),
    ]
    match = find_match(a_person().identity(), known=known)
    assert (match.same, match.near) == (by_number, (by_details,))


def test_a_number_that_is_on_somebody_elses_record_joins_nobody() -> None:
    her, number_holder = UUID(int=1), UUID(int=2)
    without_number = a_person(nhs_number=None).identity()
    holder = a_person(given_name="Sam", birth_date=ANOTHER_DAY).identity()
    match = find_match(a_person().identity(), known=[(her, without_number), (number_holder, holder)])
    assert match.same is None
    assert match.near == (her, number_holder)


def test_names_and_postcodes_are_compared_without_case_accents_or_punctuation() -> None:
    assert normalised_name("O'Brien-Núñez") == normalised_name("OBRIEN NUNEZ")
    assert normalised_postcode(" ls1 4hr ") == "LS14HR"
    assert normalised_postcode("  ") is None


@given(st.lists(st.tuples(st.integers(1, 4), IDENTITIES), max_size=8), IDENTITIES, st.dictionaries(st.integers(1, 4), IDENTITIES))
def test_whatever_people_were_known_by_before_two_different_numbers_never_join(
    known: list[tuple[int, Identity]], identity: Identity, now: dict[int, Identity]
) -> None:
    numbers = {UUID(int=person): described.nhs_number for person, described in now.items()}
    match = find_match(identity, known=[(UUID(int=person), other) for person, other in known], numbers=numbers)
    if match.same is not None and identity.nhs_number is not None:
        assert numbers.get(match.same) in {None, identity.nhs_number}
    assert match.same not in match.near


def test_a_person_who_was_merged_is_found_by_the_description_they_had() -> None:
    survivor = UUID(int=1)
    before, after = a_person(nhs_number=None, given_name="Rosie"), a_person()
    known = [(survivor, after.identity()), (survivor, before.identity())]
    assert find_match(before.identity(), known=known, numbers={survivor: NUMBER}).same == survivor
    other = a_person(nhs_number=OTHER_NUMBER, given_name="Rosie")
    found = find_match(other.identity(), known=known, numbers={survivor: NUMBER})
    assert (found.same, found.near) == (None, (survivor,))
