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
_WELSH_WEEKDAYS = ("Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn", "Dydd Sul")
_WELSH_MONTHS = (
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
)


def local(instant: datetime) -> datetime:
    """The wall-clock time in Europe/London at an instant; a time without a zone is refused with ValueError."""
    if instant.tzinfo is None:
        msg = "a time needs a zone before it can be shown"
        raise ValueError(msg)
    return instant.astimezone(LOCAL_TIME)


def long_date(day: date | datetime, language: str = "en") -> str:
    """A day as "Monday 30 November 2026", in Welsh for `cy`; an instant gives its day in Europe/London."""
    if isinstance(day, datetime):
        day = local(day).date()
    weekdays = _WELSH_WEEKDAYS if language == "cy" else _WEEKDAYS
    return f"{weekdays[day.weekday()]} {short_date(day, language)}"


def short_date(day: date | datetime, language: str = "en") -> str:
    """A day as "30 November 2026", in Welsh for `cy`; an instant gives its day in Europe/London."""
    if isinstance(day, datetime):
        day = local(day).date()
    months = _WELSH_MONTHS if language == "cy" else _MONTHS
    return f"{day.day} {months[day.month - 1]} {day.year}"


def clock_time(instant: datetime, language: str = "en") -> str:
    """The time of day in Europe/London as "10:00am", in Welsh as "10:00"."""
    there = local(instant)
    if language == "cy":
        return f"{there:%H:%M}"
    return f"{there.hour % 12 or 12}:{there.minute:02d}{'am' if there.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def long_time(instant: datetime, language: str = "en") -> str:
    """An instant as "Monday 30 November 2026 at 10:00am", in Welsh for `cy`, Europe/London."""
    between = "am" if language == "cy" else "at"
    return f"{long_date(instant, language)} {between} {clock_time(instant, language)}"


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
