"""When a programme asks its questionnaires: data, one row for each time point."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

DueFrom = Literal["placed", "last_session"]
ClosesFrom = Literal["first_session", "last_session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePoint:
    """One moment of measuring: due from an event in the programme, open until some time after another."""

    code: str
    due_from: DueFrom
    closes_from: ClosesFrom
    grace: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when a questionnaire may be answered, and when it closes (UTC)."""

    due_at: datetime
    closes_at: datetime


BASELINE = TimePoint(code="baseline", due_from="placed", closes_from="first_session", grace=timedelta(days=7))
END = TimePoint(code="end", due_from="last_session", closes_from="last_session", grace=timedelta(days=28))

USUAL: tuple[TimePoint, ...] = (BASELINE, END)
OF_PROGRAMME: Mapping[str, tuple[TimePoint, ...]] = {"escape-pain-knee-hip": USUAL}


def time_points_of(programme: str) -> tuple[TimePoint, ...]:
    """The programme's time points; one that isn't listed has the usual ones."""
    return OF_PROGRAMME.get(programme, USUAL)


def window_of(
    point: TimePoint, *, placed_at: datetime, first_session_at: datetime | None, last_session_at: datetime | None
) -> Window | None:
    """The time point's window for one place, or None while the session that it counts from has no date."""
    dates = {"placed": placed_at, "first_session": first_session_at, "last_session": last_session_at}
    due_at, counted_from = dates[point.due_from], dates[point.closes_from]
    if due_at is None or counted_from is None:
        return None
    return Window(due_at=due_at, closes_at=counted_from + point.grace)
