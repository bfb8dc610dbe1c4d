"""When the sessions of a cohort are."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.session_dates import WEEKDAYS, SkippedDate, local_instant, plan_session_dates
from support.scheduling_examples import BANK_HOLIDAYS, MONDAY, NO_HOLIDAYS, PROGRAMME

ENGLAND = BANK_HOLIDAYS["england-and-wales"]
PAIRS = [(a, b) for a in WEEKDAYS for b in WEEKDAYS if (WEEKDAYS.index(b) - WEEKDAYS.index(a)) % 7 in (2, 3, 4, 5)]


def test_a_cohort_over_christmas_skips_the_bank_holidays() -> None:
    plan = plan_session_dates(programme=PROGRAMME, starts_on=MONDAY, weekdays=("mon", "thu"), sessions=12, calendar=ENGLAND)

    assert plan.dates[0] == date(2026, 11, 30)
    assert plan.dates[-1] == date(2027, 1, 11)
    assert plan.skipped == (SkippedDate(date=date(2026, 12, 28), why="Boxing Day"),)


@pytest.mark.parametrize(
    ("division", "starts_on", "weekdays", "skipped"),
    [
        ("scotland", date(2026, 11, 30), ("mon", "thu"), [date(2026, 11, 30), date(2026, 12, 28), date(2027, 1, 4)]),
        ("northern-ireland", date(2027, 3, 1), ("wed", "fri"), [date(2027, 3, 17), date(2027, 3, 26)]),
        ("england-and-wales", date(2028, 4, 3), ("mon", "fri"), [date(2028, 4, 14), date(2028, 4, 17), date(2028, 5, 1)]),
    ],
)
def test_each_division_has_its_own_bank_holidays(
    division: str, starts_on: date, weekdays: tuple[str, ...], skipped: list[date]
) -> None:
    plan = plan_session_dates(
        programme=PROGRAMME, starts_on=starts_on, weekdays=weekdays, sessions=12, calendar=BANK_HOLIDAYS[division]
    )

    assert [day.date for day in plan.skipped] == skipped


def test_a_closed_site_has_no_session_that_day() -> None:
    calendar = ENGLAND.with_closures([date(2026, 12, 3)])

    plan = plan_session_dates(programme=PROGRAMME, starts_on=MONDAY, weekdays=("mon", "thu"), sessions=12, calendar=calendar)

    assert date(2026, 12, 3) not in plan.dates
    assert SkippedDate(date=date(2026, 12, 3), why="the site is closed") in plan.skipped


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"sessions": 9}, "sessions", "sessions must be between 10 and 12 for this programme."),
        ({"sessions": 13}, "sessions", "sessions must be between 10 and 12 for this programme."),
        ({"weekdays": ("mon", "mon")}, "weekdays", "weekdays must be 2 different days."),
        ({"weekdays": ("mon",)}, "weekdays", "weekdays must be 2 different days."),
        ({"weekdays": ("mon", "wed", "fri")}, "weekdays", "weekdays must be 2 different days."),
        ({"weekdays": ("mon", "tue")}, "weekdays", "weekdays must not be next to each other."),
        ({"weekdays": ("sun", "mon")}, "weekdays", "weekdays must not be next to each other."),
        ({"weekdays": ("mon", "Thursday")}, "weekdays", "weekdays must be among mon, tue, wed, thu, fri, sat, sun."),
        (
            {"starts_on": date(2028, 12, 4)},
            "starts_on",
            "starts_on must let all sessions be by 2028-12-31: no bank holidays are known later.",
        ),
    ],
)
def test_a_plan_that_breaks_a_rule_is_refused_in_words(changes: dict[str, object], field: str, sentence: str) -> None:
    asked = {"starts_on": MONDAY, "weekdays": ("mon", "thu"), "sessions": 12} | changes

    with pytest.raises(BrokenRuleError) as refused:
        plan_session_dates(programme=PROGRAMME, calendar=ENGLAND, **asked)  # type: ignore[arg-type]  # the table mixes types

    assert (refused.value.field, refused.value.sentence) == (field, sentence)


def test_sessions_that_are_too_close_together_are_refused() -> None:
    hurried = replace(PROGRAMME, sessions_a_week=3)

    with pytest.raises(BrokenRuleError, match="5 or more weeks"):
        plan_session_dates(programme=hurried, starts_on=MONDAY, weekdays=("mon", "wed", "fri"), sessions=10, calendar=NO_HOLIDAYS)


@given(
    starts_on=st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 9, 1)),
    weekdays=st.sampled_from(PAIRS),
    sessions=st.integers(10, 12),
    division=st.sampled_from(sorted(BANK_HOLIDAYS)),
)
def test_every_plan_keeps_every_rule(starts_on: date, weekdays: tuple[str, str], sessions: int, division: str) -> None:
    calendar = BANK_HOLIDAYS[division]
    plan = plan_session_dates(programme=PROGRAMME, starts_on=starts_on, weekdays=weekdays, sessions=sessions, calendar=calendar)

    assert len(plan.dates) == sessions
    assert plan.dates[0] >= starts_on
    assert not set(plan.dates) & calendar.closed.keys()
    assert {WEEKDAYS[day.weekday()] for day in plan.dates} <= set(weekdays)
    assert len({day.isocalendar()[:2] for day in plan.dates}) >= 5
    assert all(later - earlier > timedelta(days=1) for earlier, later in zip(plan.dates, plan.dates[1:], strict=False))
    # No planned weekday between the first and the last session is left out without a reason.
    days = {starts_on + timedelta(days=n) for n in range((plan.dates[-1] - starts_on).days + 1)}
    planned = {day for day in days if WEEKDAYS[day.weekday()] in weekdays}
    assert planned == set(plan.dates) | {day.date for day in plan.skipped}


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 10, 22), datetime(2026, 10, 22, 9, 0, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 26, 10, 0, tzinfo=UTC)),
        (date(2027, 3, 25), datetime(2027, 3, 25, 10, 0, tzinfo=UTC)),
        (date(2027, 3, 29), datetime(2027, 3, 29, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_session_stays_at_ten_on_the_wall_when_the_clocks_change(day: date, instant: datetime) -> None:
    assert local_instant(day=day, at=time(10, 0)) == instant
