"""What a cohort would look like: its dates and themes, what is left out, and every rule that it would break."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import (
    Calendar,
    SessionDates,
    SkippedDate,
    are_next_to_each_other,
    calendar_weeks,
    dates_from,
    weekday_numbers,
)
from scheduling.domain.themes import checked_themes, lay_themes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """One session of a plan: the day, and the codes of its themes."""

    date: date
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sessions where any could be planned; `problems` is empty where a cohort can be like this."""

    sessions: tuple[PlannedSession, ...]
    skipped: tuple[SkippedDate, ...]
    problems: tuple[BrokenRuleError, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        """The days of the sessions."""
        return tuple(session.date for session in self.sessions)

    def as_data(self, programme: Programme | None = None) -> dict[str, object]:
        """The plan for other programs. With its programme also whose timetable it is, and the titles of the themes."""
        data: dict[str, object] = {
            "sessions": [{"date": session.date.isoformat(), "themes": list(session.themes)} for session in self.sessions],
            "skipped": [{"date": skipped.date.isoformat(), "why": skipped.why} for skipped in self.skipped],
            "problems": [problem.sentence for problem in self.problems],
        }
        if programme is not None:
            data["timetable"] = programme.timetable
            data["titles"] = {theme.code: theme.title for theme in programme.themes}
        return data

    def kept(self) -> "Plan":
        """The plan, if it breaks no rule. Raises the first BrokenRuleError otherwise."""
        if self.problems:
            raise self.problems[0]
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. `themes` holds the codes for each session; left out, they are laid over the sessions in their order."""

    starts_on: date
    weekdays: tuple[str, ...]
    sessions: int
    themes: tuple[tuple[str, ...], ...] | None = field(default=None)


def wanted_from(*, starts_on: date, days: str, sessions: int, themes: str | None = None) -> Wanted:
    """Read `mon,thu`, and `a+b,c`: sessions between commas, the themes of one session between plus signs."""
    return Wanted(
        starts_on=starts_on,
        weekdays=_codes(days, ","),
        sessions=sessions,
        themes=None if themes is None else tuple(_codes(session, "+") for session in themes.split(",")),
    )


def plan_cohort(*, programme: Programme, wanted: Wanted, calendar: Calendar, today: date | None = None) -> Plan:
    """Lay the sessions over the weekdays, leaving out closed days, and the themes over the sessions.

    Every rule that is broken is a problem of the plan. A start before `today`, where one is given, is one too.
    """
    themes, problems_of_themes = _themes(programme, wanted)
    planned, problems_of_dates = _dates(programme, wanted, calendar)
    return Plan(
        sessions=tuple(PlannedSession(date=day, themes=of_day) for day, of_day in zip(planned.dates, themes, strict=False)),
        skipped=planned.skipped,
        problems=(*_of_the_past(wanted.starts_on, today), *problems_of_themes, *problems_of_dates),
    )


def _of_the_past(starts_on: date, today: date | None) -> list[BrokenRuleError]:
    if today is None or starts_on >= today:
        return []
    return [BrokenRuleError("starts_on", f"starts_on must not be in the past: today is {today}.")]


def _themes(programme: Programme, wanted: Wanted) -> tuple[Sequence[tuple[str, ...]], list[BrokenRuleError]]:
    if not programme.allows(sessions=wanted.sessions):
        rule = f"between {programme.fewest_sessions} and {programme.most_sessions}"
        return (), [BrokenRuleError("sessions", f"sessions must be {rule} for this programme.")]
    if wanted.themes is None:
        return lay_themes(programme, sessions=wanted.sessions), []
    try:
        return checked_themes(programme, wanted.themes, sessions=wanted.sessions), []
    except BrokenRuleError as broken:
        return [*wanted.themes, *[()] * wanted.sessions][: wanted.sessions], [broken]


def _dates(programme: Programme, wanted: Wanted, calendar: Calendar) -> tuple[SessionDates, list[BrokenRuleError]]:
    nothing = SessionDates(dates=(), skipped=())
    try:
        days = weekday_numbers(wanted.weekdays)
    except BrokenRuleError as broken:
        return nothing, [broken]
    problems = _of_the_weekdays(programme, days, named=len(wanted.weekdays))
    if not days or not programme.allows(sessions=wanted.sessions):
        return nothing, problems
    try:
        planned = dates_from(wanted.starts_on, weekdays=days, sessions=wanted.sessions, calendar=calendar)
    except BrokenRuleError as broken:
        return nothing, [*problems, broken]
    return planned, [*problems, *_of_the_weeks(programme, planned)]


def _of_the_weekdays(programme: Programme, days: Sequence[int], *, named: int) -> list[BrokenRuleError]:
    problems = []
    if len(days) != named or len(days) != programme.sessions_a_week:
        problems.append(BrokenRuleError("weekdays", f"weekdays must be {programme.sessions_a_week} different days."))
    if are_next_to_each_other(days):
        problems.append(BrokenRuleError("weekdays", "weekdays must not be next to each other."))
    return problems


def _of_the_weeks(programme: Programme, planned: SessionDates) -> list[BrokenRuleError]:
    weeks = calendar_weeks(planned)
    if weeks >= programme.fewest_weeks:
        return []
    rule = f"{programme.fewest_weeks} or more calendar weeks"
    return [BrokenRuleError("weekdays", f"weekdays must spread the sessions over {rule}: they would be in {weeks}.")]


def _codes(text: str, separator: str) -> tuple[str, ...]:
    return tuple(code for part in text.split(separator) if (code := part.strip().lower()))
