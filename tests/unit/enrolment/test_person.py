from datetime import date

import pytest

from enrolment.domain.person import age_on, outward_code
from support.enrolment_examples import NUMBER, a_person


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1981, 11, 23), date(2026, 11, 22), 44),
        (date(1981, 11, 23), date(2026, 11, 23), 45),
        (date(1960, 2, 29), date(2026, 2, 28), 65),
        (date(1960, 2, 29), date(2026, 3, 1), 66),
    ],
)
def test_age_grows_on_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(day, birth_date=born) == age


@pytest.mark.parametrize(
    ("postcode", "expected"), [("LS10 4YU", "LS10"), ("ls104yu", "LS10"), ("W1 1AA", "W1"), ("LS10", None), (None, None)]
)
def test_the_outward_code_is_the_first_half_of_a_postcode(postcode: str | None, expected: str | None) -> None:
    assert outward_code(postcode) == expected


def test_a_second_description_fills_gaps_and_changes_nothing_that_is_known() -> None:
    known = a_person(nhs_number=None, nhs_number_as_sent="9990000010", phone="07700 900001")
    later = a_person(phone="07700 900999", email="rosalind@example.org")
    completed = known.completed_by(later)
    assert (completed.phone, completed.email) == ("07700 900001", "rosalind@example.org")
    assert (completed.nhs_number, completed.nhs_number_as_sent) == (NUMBER, None)


def test_an_emergency_contact_is_taken_whole_or_not_at_all() -> None:
    known = a_person(emergency_contact_name="Sam", emergency_contact_phone="07700 900124")
    later = a_person(emergency_contact_name="Kim", emergency_contact_phone="07700 900125")
    assert known.completed_by(later) == known
    assert a_person().completed_by(later).emergency_contact_name == "Kim"
