"""Change since baseline, and whether it matters."""

import pytest

from outcomes.domain.change import Change, changes_since, is_important
from outcomes.domain.instruments.instrument import Score


def score(instrument: str, scale: str, value: float | None, *, version: str = "1") -> Score:
    return Score(instrument=instrument, version=version, scale=scale, value=value)


def test_a_change_is_the_later_value_minus_the_baseline() -> None:
    found = changes_since(baseline=[score("KOOS-12", "pain", 40)], later=[score("KOOS-12", "pain", 52.5)])
    assert found == (Change(instrument="KOOS-12", scale="pain", change=12.5, important=None),)


@pytest.mark.parametrize(
    ("baseline", "later"),
    [
        (score("NRS", "pain", None), score("NRS", "pain", 4)),
        (score("NRS", "pain", 4), score("NRS", "pain", None)),
        (score("NRS", "pain", 4), score("NRS", "pain", 3, version="2")),
        (score("CHAIR-STAND", "stands_adapted", 9), score("CHAIR-STAND", "stands", 12)),
    ],
)
def test_what_cannot_be_compared_has_no_change(baseline: Score, later: Score) -> None:
    assert changes_since(baseline=[baseline], later=[later]) == ()


@pytest.mark.parametrize(
    ("baseline", "change", "important"),
    [(8, -2, True), (8, -1, False), (3, -1, True), (4, -1, False), (5, 2, True), (0, 1, False), (0, 2, True), (7, 0, False)],
)
def test_two_points_or_thirty_per_cent_of_pain_matter(baseline: float, change: float, important: bool) -> None:  # noqa: FBT001 - a table
    assert is_important(instrument="NRS", scale="pain", baseline=baseline, change=change) is important


@pytest.mark.parametrize(("change", "important"), [(2, False), (3, True), (-3, True), (0, False)])
def test_two_and_a_half_chair_stands_matter(change: float, important: bool) -> None:  # noqa: FBT001 - a table
    assert is_important(instrument="CHAIR-STAND", scale="stands", baseline=10, change=change) is important


@pytest.mark.parametrize("instrument", ["KOOS-12", "HOOS-12", "ACTIVITY"])
def test_where_no_important_change_is_agreed_none_is_claimed(instrument: str) -> None:
    assert is_important(instrument=instrument, scale="pain", baseline=40, change=50) is None
