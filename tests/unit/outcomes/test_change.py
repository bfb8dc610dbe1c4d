"""Change since baseline, and whether it matters."""

import pytest

from outcomes.domain.change import IMPORTANT_CHANGES, Change, changes_since, is_better, is_important, rule_for
from outcomes.domain.instruments.catalogue import INSTRUMENTS
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


@pytest.mark.parametrize(
    ("instrument", "scale", "points"),
    [
        ("KOOS", "pain", 11.3),
        ("KOOS", "symptoms", 12.1),
        ("KOOS", "adl", 10.2),
        ("KOOS", "sport", 15.5),
        ("KOOS", "quality_of_life", 13.2),
        ("KOOS-PS", "function", 2.2),
        ("SWEMWBS", "metric", 3),
        ("CHAIR-STAND", "stands", 2.5),
        ("NRS", "pain", 2),
    ],
)
def test_the_table_of_important_changes_is_the_cited_one(instrument: str, scale: str, points: float) -> None:
    rule = rule_for(instrument=instrument, scale=scale)
    assert rule is not None
    assert rule.points == points
    assert rule.citation
    for change in (points, -points):
        assert is_important(instrument=instrument, scale=scale, baseline=50, change=change)
    assert not is_important(instrument=instrument, scale=scale, baseline=50, change=points - 0.01)


def test_every_row_of_the_table_names_a_scale_that_exists() -> None:
    for rule in IMPORTANT_CHANGES:
        assert INSTRUMENTS[rule.instrument].scale(rule.scale) is not None


def test_fifteen_per_cent_of_womac_function_is_a_response_from_the_very_share_on() -> None:
    rule = {"instrument": "KOOS", "scale": "womac_lk31_function"}
    assert is_important(**rule, baseline=20, change=-3.0)
    assert not is_important(**rule, baseline=20, change=-2.9)
    assert is_important(**rule, baseline=0.6, change=-0.09)


@pytest.mark.parametrize(
    ("instrument", "scale", "change", "better"),
    [
        ("NRS", "pain", -1, True),
        ("NRS", "pain", 1, False),
        ("KOOS", "pain", 1, True),
        ("KOOS", "womac_lk31_pain", 1, False),
        ("HADS", "anxiety", 2, False),
        ("NRS", "pain", 0, None),
        ("RESOURCE-USE", "gp", 3, None),
        ("UNKNOWN", "pain", 3, None),
    ],
)
def test_the_direction_of_a_scale_says_what_is_better(instrument: str, scale: str, change: float, better: bool | None) -> None:  # noqa: FBT001 - a table
    assert is_better(instrument=instrument, scale=scale, change=change) is better
