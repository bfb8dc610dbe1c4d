"""The times of the week at which people can come and cohorts meet: `mon-am`, `mon-pm`, `mon-eve` and so on, in local time."""

from collections.abc import Iterable
from datetime import datetime

from scheduling.domain.session_dates import LONDON, WEEKDAYS

PARTS = ("am", "pm", "eve")
_PM_FROM = 12
_EVENING_FROM = 17
TIMES = tuple(f"{day}-{part}" for day in WEEKDAYS for part in PARTS)
ANY_TIME = (1 << len(TIMES)) - 1


def time_of_week(instant: datetime) -> str:
    """The time of the week of an instant: am before noon, eve from 17:00, on the wall clock of the United Kingdom."""
    local = instant.astimezone(LONDON)
    part = "am" if local.hour < _PM_FROM else "eve" if local.hour >= _EVENING_FROM else "pm"
    return f"{WEEKDAYS[local.weekday()]}-{part}"


def as_bits(times: Iterable[str]) -> int:
    """Times as a number with a bit for each, which a database compares fast; a code that isn't known counts for nothing."""
    known = {code: 1 << number for number, code in enumerate(TIMES)}
    bits = 0
    for code in times:
        bits |= known.get(code, 0)
    return bits


def from_bits(bits: int) -> tuple[str, ...]:
    """The times that a number made by `as_bits` holds."""
    return tuple(code for number, code in enumerate(TIMES) if bits >> number & 1)


def availability(times: Iterable[str]) -> int:
    """When a person can come, as bits; none of the known times means any."""
    return as_bits(times) or ANY_TIME
