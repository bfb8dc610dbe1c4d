"""What somebody did at one station of the circuit. It is recorded and shown, and never turned into advice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.programmes import REPETITIONS, SECONDS, Station

MOST_REPETITIONS = 500
MOST_SECONDS = 3600
LONGEST_LEVEL = 60
LONGEST_NOTE = 500
# Borg's category-ratio scale: 0, a half ("just noticeable"), then whole numbers to 10.
EFFORTS = (0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
MOST_PAIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRecord:
    """One person at one station in one session: `level` in the facilitator's words, `effort` Borg CR10, `pain` 0 to 10.

    `removed` takes back a record that was made by mistake; what it said stays in the history.
    """

    station: str
    level: str = ""
    repetitions: int | None = None
    seconds: int | None = None
    effort: float | None = None
    pain: int | None = None
    note: str = ""
    removed: bool = False


def exercise_from(values: Mapping[str, Any]) -> ExerciseRecord:
    """Read a record. Raises BrokenRuleError naming the field and the rule."""
    record = ExerciseRecord(
        station=text_of(values, "station", longest=60, required=True),
        level=text_of(values, "level", longest=LONGEST_LEVEL),
        repetitions=_whole(values, "repetitions", most=MOST_REPETITIONS),
        seconds=_whole(values, "seconds", most=MOST_SECONDS),
        effort=values.get("effort"),
        pain=_whole(values, "pain", most=MOST_PAIN),
        note=text_of(values, "note", longest=LONGEST_NOTE),
        removed=values.get("removed", False) is True,
    )
    if record.effort is not None and (isinstance(record.effort, bool) or record.effort not in EFFORTS):
        raise BrokenRuleError("effort", "effort must be on the Borg CR10 scale: 0, 0.5 or a whole number from 1 to 10.")
    return record


def checked_station(record: ExerciseRecord, *, stations: Mapping[str, Station]) -> ExerciseRecord:
    """Return the record if its programme has the station and it counts what is counted there. Raises BrokenRuleError."""
    station = stations.get(record.station)
    if station is None:
        raise BrokenRuleError("station", f"station must be among {', '.join(stations) or 'none: this programme lists none'}.")
    if station.measure == REPETITIONS and record.seconds is not None:
        raise BrokenRuleError("seconds", f"seconds must be empty at {station.title}, where repetitions are counted.")
    if station.measure == SECONDS and record.repetitions is not None:
        raise BrokenRuleError("repetitions", f"repetitions must be empty at {station.title}, where seconds are counted.")
    return record


def text_of(values: Mapping[str, Any], name: str, *, longest: int, required: bool = False) -> str:
    """Return a text field without blanks around it. Raises BrokenRuleError if it is no text, too long, or missing."""
    value = values.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BrokenRuleError(name, f"{name} must be a text.")
    text = value.strip()
    if "\x00" in text:
        raise BrokenRuleError(name, f"{name} must not hold a null character.")
    if len(text) > longest:
        raise BrokenRuleError(name, f"{name} must have at most {longest} characters.")
    if required and not text:
        raise BrokenRuleError(name, f"{name} must not be empty.")
    return text


def _whole(values: Mapping[str, Any], name: str, *, most: int) -> int | None:
    value = values.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        raise BrokenRuleError(name, f"{name} must be a whole number from 0 to {most}.")
    return value
