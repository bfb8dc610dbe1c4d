"""What a nominator may see of numbers: nothing about fewer than five people, and nothing from which that could be worked out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.counts import FEWEST, Shown, Tally, month_began, shown


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    nominated = draw(st.integers(0, 60))
    completed = draw(st.integers(0, nominated))
    placed = draw(st.integers(0, completed))
    told = draw(st.integers(0, placed))
    return Tally(nominated=nominated, completed=completed, placed=placed, told=told, by_poster=draw(st.integers(0, 60)))


def consistent_with(tally: Tally) -> list[Tally]:
    """Every tally that a nominator, who knows whom it nominated and of whom it was told, would have been shown the same for."""
    wanted = shown(tally)
    candidates = (
        Tally(nominated=tally.nominated, completed=completed, placed=placed, told=tally.told, by_poster=tally.by_poster)
        for completed in range(tally.told, tally.nominated + 1)
        for placed in range(tally.told, completed + 1)
    )
    return [each for each in candidates if shown(each) == wanted]


@given(tallies())
def test_nothing_that_is_shown_is_about_fewer_than_five(tally: Tally) -> None:
    seen = shown(tally)
    for count in (seen.completed, seen.placed, seen.by_poster):
        assert count is None or (count >= FEWEST and count % FEWEST == 0)


@given(tallies())
def test_a_shown_number_always_leaves_at_least_five_others_of_whom_it_says_nothing(tally: Tally) -> None:
    seen = shown(tally)
    if seen.completed is not None:
        assert tally.nominated - tally.completed >= FEWEST
    if seen.placed is not None:
        assert tally.placed - tally.told >= FEWEST
        assert tally.nominated - tally.placed >= FEWEST


@given(tallies())
def test_nobody_can_work_out_that_all_or_none_of_the_rest_completed(tally: Tally) -> None:
    if shown(tally).completed is not None:
        possible = {each.completed for each in consistent_with(tally)}
        assert tally.nominated not in possible
        assert 0 not in possible


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(nominated=100, completed=42, placed=23, told=10, by_poster=7), Shown(completed=40, placed=20, by_poster=5)),
        (Tally(nominated=100, completed=4, placed=2, told=0, by_poster=4), Shown(completed=None, placed=None, by_poster=None)),
        (Tally(nominated=44, completed=42, placed=23, told=10, by_poster=0), Shown(completed=None, placed=20, by_poster=None)),
        (Tally(nominated=100, completed=42, placed=40, told=10, by_poster=0), Shown(completed=40, placed=None, by_poster=None)),
        (Tally(nominated=100, completed=42, placed=23, told=20, by_poster=0), Shown(completed=40, placed=None, by_poster=None)),
    ],
)
def test_some_counts(tally: Tally, expected: Shown) -> None:
    assert shown(tally) == expected


def test_a_month_begins_at_midnight_where_the_programmes_run() -> None:
    assert month_began(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert month_began(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == datetime(2026, 12, 1, tzinfo=UTC)
