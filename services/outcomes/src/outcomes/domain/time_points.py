"""When a programme asks its questionnaires: data, one row for each time point, read from a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

DueFrom = Literal["placed", "last_session"]
ClosesFrom = Literal["first_session", "last_session"]
MOST_REMINDERS = 2
HOUR = timedelta(hours=1)
BASELINE = "baseline"
END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePoint:
    """One moment of measuring: due some time after one event of the programme, open until some time after another.

    For `late` after closing, answers are still taken, and marked as late. `remind_after` counts from the due time, twice at most.
    `also` are instruments that are asked at this time point beside the usual ones. One that is not `asked` is skipped.
    """

    code: str
    title: str
    due_from: DueFrom
    due_after: timedelta
    closes_from: ClosesFrom
    closes_after: timedelta
    late: timedelta = timedelta()
    remind_after: tuple[timedelta, ...] = ()
    also: tuple[str, ...] = ()
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when a questionnaire may be answered, when it closes, until when late answers are taken, and when to remind (UTC)."""

    due_at: datetime
    closes_at: datetime
    late_until: datetime
    remind_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The time points of each programme in the order in which they come; a programme that isn't named has the `usual` ones.

    `also_asked` are instruments that a licensed site asks at every time point.
    """

    usual: tuple[TimePoint, ...]
    of_programme: Mapping[str, tuple[TimePoint, ...]] = field(default_factory=dict)
    also_asked: tuple[str, ...] = ()

    def points_of(self, programme: str) -> tuple[TimePoint, ...]:
        """The time points at which the programme asks."""
        return tuple(point for point in self.of_programme.get(programme, self.usual) if point.asked)


def window_of(
    point: TimePoint, *, placed_at: datetime, first_session_at: datetime | None, last_session_at: datetime | None
) -> Window | None:
    """The time point's window for one place, or None while the session that it counts from has no date."""
    dates = {"placed": placed_at, "first_session": first_session_at, "last_session": last_session_at}
    due_from, closes_from = dates[point.due_from], dates[point.closes_from]
    if due_from is None or closes_from is None:
        return None
    due_at, closes_at = due_from + point.due_after, closes_from + point.closes_after
    reminders = (_at_the_full_hour(due_at + after) for after in point.remind_after[:MOST_REMINDERS])
    return Window(
        due_at=due_at,
        closes_at=closes_at,
        late_until=closes_at + point.late,
        remind_at=tuple(at for at in reminders if at < closes_at),
    )


def _at_the_full_hour(moment: datetime) -> datetime:
    """The next full hour, so that reminders of one day go together."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + HOUR
