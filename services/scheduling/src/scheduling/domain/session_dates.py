"""Which days can have a session: the planned weekdays, no bank holiday, no closed day; local time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

from scheduling.domain.broken_rule import BrokenRuleError

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days on which a site is closed, each with the reason, and the days for which bank holidays are known."""

    closed: Mapping[date, str]
    known_until: date
    known_from: date = date.min

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
    """The dates of a cohort's sessions in their order, and those left out."""

    dates: tuple[date, ...]
    skipped: tuple[SkippedDate, ...]


def dates_from(first: date, *, weekdays: Collection[int], sessions: int, calendar: Calendar) -> SessionDates:
    """Take the weekdays (0 is Monday) from `first` on that aren't closed. Raises BrokenRuleError where holidays aren't known."""
    if first < calendar.known_from:
        raise BrokenRuleError("starts_on", f"starts_on must be from {calendar.known_from}: no bank holidays are known before.")
    dates: list[date] = []
    skipped: list[SkippedDate] = []
    for number in count():
        if len(dates) == sessions:
            break
        if number > (calendar.known_until - first).days:
            raise BrokenRuleError(
                "starts_on", f"starts_on must let all sessions be by {calendar.known_until}: no bank holidays are known later."
            )
        day = first + timedelta(days=number)
        if day.weekday() not in weekdays:
            continue
        if day in calendar.closed:
            skipped.append(SkippedDate(date=day, why=calendar.closed[day]))
        else:
            dates.append(day)
    return SessionDates(dates=tuple(dates), skipped=tuple(skipped))


def calendar_weeks(planned: SessionDates) -> int:
    """In how many calendar weeks, Monday to Sunday, the sessions are. A week cut by a holiday counts as if it hadn't been."""
    days = [*planned.dates, *(skipped.date for skipped in planned.skipped if skipped.date > planned.dates[0])]
    return len({day.isocalendar()[:2] for day in days})


def weekday_numbers(names: Sequence[str]) -> list[int]:
    """The numbers of weekdays named mon, tue and so on, Monday 0, in the order of the week. Raises BrokenRuleError."""
    if unknown := [name for name in names if name not in WEEKDAYS]:
        raise BrokenRuleError("weekdays", f"weekdays must be among {', '.join(WEEKDAYS)}, not {', '.join(unknown)}.")
    return sorted({WEEKDAYS.index(name) for name in names})


def are_next_to_each_other(days: Sequence[int]) -> bool:
    """Whether two of these weekdays follow each other; Sunday and Monday do."""
    return len(days) > 1 and any(later - earlier == 1 for earlier, later in pairwise([*days, days[0] + len(WEEKDAYS)]))


def local_instant(*, day: date, at: time) -> datetime:
    """The UTC instant of a wall clock time in the United Kingdom."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)
