"""How dates, times and NHS numbers are written on a page."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

LOCAL_TIME = ZoneInfo("Europe/London")

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def local(instant: datetime) -> datetime:
    """The wall-clock time in Europe/London at an instant; a time without a zone is refused with ValueError."""
    if instant.tzinfo is None:
        msg = "a time needs a zone before it can be shown"
        raise ValueError(msg)
    return instant.astimezone(LOCAL_TIME)


def long_date(day: date | datetime) -> str:
    """A day as "Monday 30 November 2026"; an instant gives its day in Europe/London."""
    if isinstance(day, datetime):
        day = local(day).date()
    return f"{_WEEKDAYS[day.weekday()]} {short_date(day)}"


def short_date(day: date | datetime) -> str:
    """A day as "30 November 2026"; an instant gives its day in Europe/London."""
    if isinstance(day, datetime):
        day = local(day).date()
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def clock_time(instant: datetime) -> str:
    """The time of day in Europe/London as "10:00am"."""
    there = local(instant)
    return f"{there.hour % 12 or 12}:{there.minute:02d}{'am' if there.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def long_time(instant: datetime) -> str:
    """An instant as "Monday 30 November 2026 at 10:00am", Europe/London."""
    return f"{long_date(instant)} at {clock_time(instant)}"


def nhs_number(digits: str) -> str:
    """An NHS number in groups of 3, 3 and 4; anything that isn't ten digits comes back unchanged."""
    bare = re.sub(r"[\s-]", "", digits)
    if not re.fullmatch(r"[0-9]{10}", bare):
        return digits
    return f"{bare[:3]} {bare[3:6]} {bare[6:]}"


def breakable(text: object) -> Markup:
    """Text in which words of more than 30 characters may go on in the next line: after a sign such as "@", or every 20."""
    pieces = re.split(r"(\S{31,})", str(text))  # every second piece is a long word
    return Markup("").join(_parts_of(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def _parts_of(word: str) -> Markup:
    return Markup("<wbr>").join(escape(part) for part in re.findall(r"[^@._/-]{1,20}[@._/-]*|[@._/-]+", word))
