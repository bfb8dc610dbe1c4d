"""When questionnaires are due and when they close."""

from datetime import UTC, datetime, timedelta

from outcomes.domain.time_points import BASELINE, END, Window, time_points_of, window_of

PLACED = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = datetime(2026, 11, 30, 10, tzinfo=UTC)
LAST = datetime(2027, 1, 11, 10, tzinfo=UTC)


def test_the_baseline_is_due_when_placed_and_closes_a_week_after_the_first_session() -> None:
    window = window_of(BASELINE, placed_at=PLACED, first_session_at=FIRST, last_session_at=LAST)
    assert window == Window(due_at=PLACED, closes_at=FIRST + timedelta(days=7))


def test_the_end_is_due_at_the_last_session_and_closes_four_weeks_later() -> None:
    window = window_of(END, placed_at=PLACED, first_session_at=FIRST, last_session_at=LAST)
    assert window == Window(due_at=LAST, closes_at=LAST + timedelta(days=28))


def test_without_dated_sessions_nothing_can_be_planned() -> None:
    for point in (BASELINE, END):
        assert window_of(point, placed_at=PLACED, first_session_at=None, last_session_at=None) is None


def test_a_programme_that_is_not_listed_has_the_usual_time_points() -> None:
    assert time_points_of("a-programme-for-backs") == (BASELINE, END)
