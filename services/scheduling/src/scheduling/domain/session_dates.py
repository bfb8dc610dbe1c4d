"""When the sessions of a cohort are: two weekdays, no bank holiday, enough weeks, local time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.programmes import Programme

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days on which a site is closed, each with the reason, and the last day for which bank holidays are known."""

    closed: Mapping[date, str]
    known_until: date

    def with_closures(self, days: Iterable[date]) -> "Calendar":
        """The calendar with a site's own closed days."""
        return replace(self, closed={**dict.fromkeys(days, "the site is closed"), **self.closed})

    def refuse_closed(self, day: date, *, field: str) -> None:
        """Raise BrokenRuleError if there can't be a session on this day."""
        if day in self.closed:
            raise BrokenRuleError(field, f"{field} must not be a closed day: {day} is closed ({self.closed[day]}).")
        if day > self.known_until:
            raise BrokenRuleError(field, f"{field} must be by {self.known_until}: no bank holidays are known later.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedDate:
    """A planned weekday without a session."""

    date: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDates:
    """The dates of a cohort's sessions, and those left out."""

    dates: tuple[date, ...]
    skipped: tuple[SkippedDate, ...]


def plan_session_dates(
    *, programme: Programme, starts_on: date, weekdays: Sequence[str], sessions: int, calendar: Calendar
) -> SessionDates:
    """Lay `sessions` sessions over the weekdays from `starts_on`, leaving out closed days. Raises BrokenRuleError."""
    days = _weekday_numbers(programme, weekdays)
    if not programme.fewest_sessions <= sessions <= programme.most_sessions:
        raise BrokenRuleError(
            "sessions",
            f"sessions must be between {programme.fewest_sessions} and {programme.most_sessions} for this programme.",
        )
    dates: list[date] = []
    skipped: list[SkippedDate] = []
    for day in _days_from(starts_on):
        if len(dates) == sessions:
            break
        if day > calendar.known_until:
            raise BrokenRuleError(
                "starts_on", f"starts_on must let all sessions be by {calendar.known_until}: no bank holidays are known later."
            )
        if day.weekday() not in days:
            continue
        if day in calendar.closed:
            skipped.append(SkippedDate(date=day, why=calendar.closed[day]))
        else:
            dates.append(day)
    if len({day.isocalendar()[:2] for day in dates}) < programme.fewest_weeks:
        raise BrokenRuleError("weekdays", f"weekdays must spread the sessions over {programme.fewest_weeks} or more weeks.")
    return SessionDates(dates=tuple(dates), skipped=tuple(skipped))


def local_instant(*, day: date, at: time) -> datetime:
    """The UTC instant of a wall clock time in the United Kingdom."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def _days_from(first: date) -> Iterator[date]:
    while True:
        yield first
        first += timedelta(days=1)


def _weekday_numbers(programme: Programme, weekdays: Sequence[str]) -> list[int]:
    for name in weekdays:
        if name not in WEEKDAYS:
            raise BrokenRuleError("weekdays", f"weekdays must be among {', '.join(WEEKDAYS)}.")
    days = sorted({WEEKDAYS.index(name) for name in weekdays})
    if len(days) != len(weekdays) or len(days) != programme.sessions_a_week:
        raise BrokenRuleError("weekdays", f"weekdays must be {programme.sessions_a_week} different days.")
    if any(later - earlier == 1 for earlier, later in pairwise([*days, days[0] + len(WEEKDAYS)])):
        raise BrokenRuleError("weekdays", "weekdays must not be next to each other.")
    return days
