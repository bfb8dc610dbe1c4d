"""When questionnaires are due, when they close, and the file that says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outcomes.domain.time_points import TimePoint, Window, window_of
from outcomes.storage.time_points import WrongTimePointsError, read_time_points

PLACED = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = datetime(2026, 11, 30, 10, tzinfo=UTC)
LAST = datetime(2027, 1, 11, 10, tzinfo=UTC)
SCHEDULE = read_time_points(None)
POINTS = {point.code: point for point in SCHEDULE.of_programme["escape-pain-knee-hip"]}


def window(code: str) -> Window:
    found = window_of(POINTS[code], placed_at=PLACED, first_session_at=FIRST, last_session_at=LAST)
    assert found is not None
    return found


def test_the_baseline_is_due_when_placed_and_closes_a_week_after_the_first_session() -> None:
    assert (window("baseline").due_at, window("baseline").closes_at) == (PLACED, FIRST + timedelta(days=7))


def test_the_end_is_due_at_the_last_session_and_closes_four_weeks_later() -> None:
    assert (window("end").due_at, window("end").closes_at) == (LAST, LAST + timedelta(days=28))


@pytest.mark.parametrize(("code", "days"), [("followup_3m", 91), ("followup_6m", 182), ("followup_12m", 365)])
def test_a_follow_up_counts_from_the_last_session(code: str, days: int) -> None:
    found = window(code)
    assert found.due_at == LAST + timedelta(days=days)
    assert found.due_at < found.closes_at < found.late_until


def test_the_follow_up_at_six_months_is_asked_and_those_at_three_and_twelve_are_optional() -> None:
    asked = [point.code for point in SCHEDULE.points_of("escape-pain-knee-hip")]
    assert asked == ["baseline", "end", "followup_6m"]


def test_reminders_fall_on_full_hours_while_it_is_open_and_are_two_at_most() -> None:
    for code in POINTS:
        found = window(code)
        assert len(found.remind_at) <= 2
        for moment in found.remind_at:
            assert found.due_at < moment < found.closes_at
            assert (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)


def test_without_dated_sessions_nothing_can_be_planned() -> None:
    for point in POINTS.values():
        assert window_of(point, placed_at=PLACED, first_session_at=None, last_session_at=None) is None


def test_a_programme_that_is_not_listed_has_the_usual_time_points() -> None:
    assert [point.code for point in SCHEDULE.points_of("a-programme-for-backs")] == ["baseline", "end"]


def test_a_reminder_after_closing_is_left_out() -> None:
    point = TimePoint(
        code="end",
        title="End",
        due_from="last_session",
        due_after=timedelta(),
        closes_from="last_session",
        closes_after=timedelta(days=3),
        remind_after=(timedelta(days=2), timedelta(days=4)),
    )
    found = window_of(point, placed_at=PLACED, first_session_at=FIRST, last_session_at=LAST)
    assert found is not None
    assert found.remind_at == (LAST + timedelta(days=2),)


POINT = """[[usual]]
code = "baseline"
title = "Baseline"
due_from = "placed"
closes_from = "first_session"
closes_after = 7
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[usual", "The file of time points cannot be read"),
        ("", "The time points of usual must begin with baseline, each code once."),
        (POINT * 2, "The time points of usual must begin with baseline, each code once."),
        (POINT.replace("title", "name"), "The time point 'baseline' of usual needs title."),
        (POINT.replace('"placed"', '"birth"'), "The time point 'baseline' of usual: due_from is placed or last_session"),
        (POINT.replace("7", '"a week"'), "The time point 'baseline' of usual: all times are numbers of days."),
        (POINT + "remind_after = [1, 2, 3]", "The time point 'baseline' of usual reminds more than 2 times."),
        (POINT + "late_for = -1", "The time point 'baseline' of usual: a time is less than 0 days."),
        (POINT + 'also = ["SF-36"]', "The time point 'baseline' of usual: there is no instrument 'SF-36'; there are NRS"),
        (
            POINT
            + POINT.replace("baseline", "end").replace("placed", "last_session").replace("first_", "last_").replace("7", "0"),
            "The time point 'end' of usual closes before it is due.",
        ),
    ],
)
def test_a_file_of_time_points_that_is_wrong_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "time_points.toml"
    file.write_text(text)
    with pytest.raises(WrongTimePointsError) as wrong:
        read_time_points(file)
    assert str(wrong.value).startswith(sentence)


def test_a_licensed_instrument_is_asked_everywhere_only_if_it_exists() -> None:
    assert read_time_points(None, also_asked=["SWEMWBS"]).also_asked == ("SWEMWBS",)
    with pytest.raises(WrongTimePointsError, match="LIMBER_ALSO_ASKED: there is no instrument 'SF-36'"):
        read_time_points(None, also_asked=["SF-36"])
