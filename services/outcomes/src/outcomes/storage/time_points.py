"""When programmes ask their questionnaires: a TOML file, the shipped one or a site's own."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.domain.time_points import MOST_REMINDERS, ClosesFrom, DueFrom, Schedule, TimePoint


class WrongTimePointsError(ValueError):
    """The time points can't be used; the message names the programme, the time point and the rule."""


def read_time_points(path: Path | None, *, also_asked: Sequence[str] = ()) -> Schedule:
    """Read a file of time points, or the shipped one if `path` is None; WrongTimePointsError names what is wrong."""
    source = files("outcomes") / "data" / "time_points.toml" if path is None else path
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongTimePointsError(f"The file of time points cannot be read: {error}") from None
    _known_instruments(also_asked, "LIMBER_ALSO_ASKED")
    programmes = tables.get("programme", {})
    return Schedule(
        usual=_points("usual", tables.get("usual", [])),
        of_programme={programme: _points(programme, entries) for programme, entries in programmes.items()},
        also_asked=tuple(also_asked),
    )


def _points(programme: str, entries: Sequence[Mapping[str, Any]]) -> tuple[TimePoint, ...]:
    found = tuple(_point(programme, entry) for entry in entries)
    codes = [point.code for point in found]
    if not codes or codes[0] != "baseline" or len(set(codes)) != len(codes):
        raise WrongTimePointsError(f"The time points of {programme} must begin with baseline, each code once.")
    return found


def _point(programme: str, entry: Mapping[str, Any]) -> TimePoint:
    where = f"The time point {entry.get('code')!r} of {programme}"
    try:
        point = TimePoint(
            code=str(entry["code"]),
            title=str(entry["title"]),
            due_from=entry["due_from"],
            due_after=timedelta(days=entry.get("due_after", 0)),
            closes_from=entry["closes_from"],
            closes_after=timedelta(days=entry["closes_after"]),
            late=timedelta(days=entry.get("late_for", 0)),
            remind_after=tuple(timedelta(days=days) for days in entry.get("remind_after", ())),
            also=tuple(entry.get("also", ())),
            asked=bool(entry.get("asked", True)),
        )
    except KeyError as error:
        raise WrongTimePointsError(f"{where} needs {error.args[0]}.") from None
    except TypeError:
        raise WrongTimePointsError(f"{where}: all times are numbers of days.") from None
    _refuse_impossible(point, where)
    return replace(point, remind_after=tuple(sorted(point.remind_after)))


def _refuse_impossible(point: TimePoint, where: str) -> None:
    if point.due_from not in get_args(DueFrom) or point.closes_from not in get_args(ClosesFrom):
        raise WrongTimePointsError(f"{where}: due_from is placed or last_session, closes_from first_session or last_session.")
    if len(point.remind_after) > MOST_REMINDERS:
        raise WrongTimePointsError(f"{where} reminds more than {MOST_REMINDERS} times.")
    if point.due_from == point.closes_from and point.closes_after <= point.due_after:
        raise WrongTimePointsError(f"{where} closes before it is due.")
    if min((point.due_after, point.late, *point.remind_after)) < timedelta():
        raise WrongTimePointsError(f"{where}: a time is less than 0 days.")
    _known_instruments(point.also, where)


def _known_instruments(codes: Sequence[str], where: str) -> None:
    if unknown := sorted(set(codes) - set(INSTRUMENTS)):
        raise WrongTimePointsError(f"{where}: there is no instrument {unknown[0]!r}; there are {', '.join(INSTRUMENTS)}.")
