"""Messages go between 08:00 and 20:00 where people live, also in the nights in which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.quiet_hours import CLOSES, LOCAL_TIME, OPENS, may_go_at

SUNDAY = 6


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-12-07T08:00:00+00:00", "2026-12-07T08:00:00+00:00"),
        ("2026-12-07T07:59:59+00:00", "2026-12-07T08:00:00+00:00"),
        ("2026-12-07T19:59:59+00:00", "2026-12-07T19:59:59+00:00"),
        ("2026-12-07T20:00:00+00:00", "2026-12-08T08:00:00+00:00"),
        ("2026-12-31T23:00:00+00:00", "2027-01-01T08:00:00+00:00"),
        ("2026-07-01T07:30:00+00:00", "2026-07-01T07:30:00+00:00"),
        ("2026-07-01T19:30:00+00:00", "2026-07-02T07:00:00+00:00"),
    ],
)
def test_a_message_goes_at_once_in_the_day_and_at_eight_after_the_night(now: str, goes: str) -> None:
    assert may_go_at(now=datetime.fromisoformat(now)) == datetime.fromisoformat(goes)


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        ("2026-03-28T21:00:00+00:00", "2026-03-29T07:00:00+00:00"),
        ("2026-03-29T00:30:00+00:00", "2026-03-29T07:00:00+00:00"),
        ("2026-10-24T20:00:00+00:00", "2026-10-25T08:00:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25T08:00:00+00:00"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25T08:00:00+00:00"),
    ],
)
def test_it_is_eight_on_the_wall_also_after_a_night_in_which_the_clocks_change(evening: str, morning: str) -> None:
    assert may_go_at(now=datetime.fromisoformat(evening)) == datetime.fromisoformat(morning)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_the_answer_is_never_past_never_quiet_and_never_more_than_a_night_away(now: datetime) -> None:
    goes = may_go_at(now=now)
    assert timedelta(0) <= goes - now <= timedelta(hours=13)
    assert OPENS <= goes.astimezone(LOCAL_TIME).time() < CLOSES
    assert may_go_at(now=goes) == goes


# Every night of 15 years in which the clocks change: the last Sunday of March and of October.
NIGHTS = [
    date(year, month, day)
    for year in range(2026, 2041)
    for month in (3, 10)
    for day in range(25, 32)
    if date(year, month, day).weekday() == SUNDAY
]


@given(st.sampled_from(NIGHTS), st.integers(0, 15 * 3600))
def test_in_a_night_in_which_the_clocks_change_nothing_goes_before_eight_on_the_wall(night: date, seconds: int) -> None:
    evening = datetime.combine(night - timedelta(days=1), time(18), tzinfo=LOCAL_TIME).astimezone(UTC)
    now = evening + timedelta(seconds=seconds)
    wall = now.astimezone(LOCAL_TIME)
    by_day = OPENS <= wall.time() < CLOSES
    opening = datetime.combine(night, OPENS, tzinfo=LOCAL_TIME)
    assert may_go_at(now=now) == (now if by_day else opening)
    hours = {3: 11, 10: 13}[night.month]
    closing = datetime.combine(night - timedelta(days=1), CLOSES, tzinfo=LOCAL_TIME)
    assert may_go_at(now=closing.astimezone(UTC)) - closing.astimezone(UTC) == timedelta(hours=hours)
