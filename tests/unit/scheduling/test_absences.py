"""Absences in a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.absences import missed_in_a_row
from scheduling.domain.registers import ABSENT, PRESENT, STATUSES


@pytest.mark.parametrize(
    ("statuses", "missed"),
    [
        ([], 0),
        (["present"], 0),
        (["absent"], 1),
        (["absent", "absent"], 2),
        (["absent", "present", "absent"], 1),
        (["absent", "excused", "absent"], 2),
        (["excused", "excused"], 0),
        (["present", "absent", "absent", "present"], 0),
    ],
)
def test_absences_count_since_somebody_last_came_and_an_excuse_is_no_absence(statuses: list[str], missed: int) -> None:
    assert missed_in_a_row(statuses) == missed


@given(st.lists(st.sampled_from(STATUSES), max_size=12))
def test_coming_ends_a_row_and_staying_away_lengthens_it_by_one(statuses: list[str]) -> None:
    assert missed_in_a_row([*statuses, PRESENT]) == 0
    assert missed_in_a_row([*statuses, ABSENT]) == missed_in_a_row(statuses) + 1
