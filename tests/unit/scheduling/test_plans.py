"""What a cohort would look like: its dates, its themes, and every rule that it would break."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.plans import Plan, Wanted, plan_cohort, wanted_from
from scheduling.domain.programmes import Programme, Theme
from scheduling.domain.session_dates import WEEKDAYS, Calendar, SkippedDate, local_instant
from support.scheduling_examples import BANK_HOLIDAYS, MONDAY, NO_HOLIDAYS, PROGRAMME

ENGLAND = BANK_HOLIDAYS["england-and-wales"]
THEMES = [theme.code for theme in PROGRAMME.themes]
PAIRS = [(a, b) for a in WEEKDAYS for b in WEEKDAYS if (WEEKDAYS.index(b) - WEEKDAYS.index(a)) % 7 in (2, 3, 4, 5)]


def planned(
    *,
    programme: Programme = PROGRAMME,
    starts_on: date = MONDAY,
    weekdays: tuple[str, ...] = ("mon", "thu"),
    sessions: int = 12,
    themes: tuple[tuple[str, ...], ...] | None = None,
    calendar: Calendar = ENGLAND,
    today: date | None = None,
) -> Plan:
    wanted = Wanted(starts_on=starts_on, weekdays=weekdays, sessions=sessions, themes=themes)
    return plan_cohort(programme=programme, wanted=wanted, calendar=calendar, today=today)


def test_a_cohort_over_christmas_skips_the_bank_holidays() -> None:
    plan = planned()

    assert plan.problems == ()
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
    plan = planned(starts_on=starts_on, weekdays=weekdays, sessions=12, calendar=BANK_HOLIDAYS[division])

    assert [day.date for day in plan.skipped] == skipped


def test_a_closed_site_has_no_session_that_day() -> None:
    calendar = ENGLAND.with_closures([date(2026, 12, 3)])

    plan = planned(starts_on=MONDAY, weekdays=("mon", "thu"), sessions=12, calendar=calendar)

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
        (
            {"weekdays": ("mon", "Thursday")},
            "weekdays",
            "weekdays must be among mon, tue, wed, thu, fri, sat, sun, not Thursday.",
        ),
        (
            {"starts_on": date(2011, 12, 5)},
            "starts_on",
            "starts_on must be from 2012-01-01: no bank holidays are known before.",
        ),
        (
            {"starts_on": date(2028, 12, 4)},
            "starts_on",
            "starts_on must let all sessions be by 2028-12-31: no bank holidays are known later.",
        ),
    ],
)
def test_a_plan_that_breaks_a_rule_says_so_in_words(changes: dict[str, Any], field: str, sentence: str) -> None:
    problems = planned(**changes).problems

    assert (field, sentence) in {(problem.field, problem.sentence) for problem in problems}
    with pytest.raises(BrokenRuleError, match="must"):
        planned(**changes).kept()


def test_every_rule_that_is_broken_is_named() -> None:
    plan = planned(starts_on=date(2026, 11, 20), weekdays=("sun", "mon", "mon"), sessions=9, today=date(2026, 11, 23))

    assert [problem.field for problem in plan.problems] == ["starts_on", "sessions", "weekdays", "weekdays"]
    assert plan.sessions == ()


def test_a_start_today_is_not_in_the_past() -> None:
    assert planned(today=MONDAY).problems == ()
    assert planned(today=MONDAY + timedelta(days=1)).problems[0].sentence == (
        "starts_on must not be in the past: today is 2026-12-01."
    )


def test_sessions_in_fewer_than_five_weeks_are_refused_but_a_week_cut_by_a_holiday_counts() -> None:
    days: dict[str, Any] = {"programme": replace(PROGRAMME, sessions_a_week=3), "weekdays": ("mon", "wed", "fri")}
    without_a_week = Calendar(closed={MONDAY + timedelta(days=7 + n): "shut" for n in (0, 2, 4)}, known_until=date(2040, 1, 1))

    assert [problem.field for problem in planned(**days, sessions=10, calendar=NO_HOLIDAYS).problems] == ["weekdays"]
    assert planned(**days, sessions=10, calendar=without_a_week).problems == ()


def test_the_days_and_themes_are_read_as_they_are_typed() -> None:
    assert wanted_from(starts_on=MONDAY, days="Mon, thu", sessions=10, themes="a+b,c,") == Wanted(
        starts_on=MONDAY, weekdays=("mon", "thu"), sessions=10, themes=(("a", "b"), ("c",), ())
    )


def test_ten_sessions_cover_every_theme() -> None:
    of_sessions = [session.themes for session in planned(sessions=10).sessions]

    assert [code for themes in of_sessions for code in themes] == THEMES
    assert {len(themes) for themes in of_sessions} == {1, 2}


def test_where_there_are_fewer_themes_than_sessions_each_session_still_has_one() -> None:
    shorter = replace(PROGRAMME, themes=(Theme(code="a", title="A"), Theme(code="b", title="B")))

    assert [session.themes for session in planned(programme=shorter).sessions] == [("a",)] * 6 + [("b",)] * 6


@pytest.mark.parametrize(
    ("themes", "sentence"),
    [
        ([[code] for code in THEMES[:-1]] + [[]], "themes must all be covered: the cohort would miss Keeping active locally."),
        ([[code] for code in THEMES[:-1]], "themes must be given for each of the 12 sessions, not for 11."),
        ([[code] for code in THEMES[:-1]] + [["dancing"]], "themes must be those of the programme: dancing is not."),
        ([THEMES[:3], *([code] for code in THEMES[1:])], "themes must be at most 2 in a session."),
    ],
)
def test_themes_that_are_wished_for_must_be_all_of_them(themes: list[list[str]], sentence: str) -> None:
    plan = planned(themes=tuple(map(tuple, themes)))

    assert [problem.sentence for problem in plan.problems] == [sentence]
    assert len(plan.sessions) == 12


def test_themes_in_another_order_are_taken() -> None:
    wished = tuple((code,) for code in reversed(THEMES))

    assert [session.themes for session in planned(themes=wished).kept().sessions] == list(wished)


@given(
    starts_on=st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 9, 1)),
    weekdays=st.sampled_from(PAIRS),
    sessions=st.integers(10, 12),
    division=st.sampled_from(sorted(BANK_HOLIDAYS)),
)
def test_every_plan_keeps_every_rule(starts_on: date, weekdays: tuple[str, str], sessions: int, division: str) -> None:
    calendar = BANK_HOLIDAYS[division]
    plan = planned(starts_on=starts_on, weekdays=weekdays, sessions=sessions, calendar=calendar)

    assert plan.problems == ()
    assert len(plan.dates) == sessions
    assert {code for session in plan.sessions for code in session.themes} == set(THEMES)
    assert plan.dates[0] >= starts_on
    assert not set(plan.dates) & calendar.closed.keys()
    assert {WEEKDAYS[day.weekday()] for day in plan.dates} <= set(weekdays)
    assert len({day.isocalendar()[:2] for day in plan.dates}) >= 5
    assert all(later - earlier > timedelta(days=1) for earlier, later in zip(plan.dates, plan.dates[1:], strict=False))
    # No planned weekday between the first and the last session is left out without a reason.
    days = {starts_on + timedelta(days=n) for n in range((plan.dates[-1] - starts_on).days + 1)}
    of_the_weekdays = {day for day in days if WEEKDAYS[day.weekday()] in weekdays}
    assert of_the_weekdays == set(plan.dates) | {day.date for day in plan.skipped}


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
