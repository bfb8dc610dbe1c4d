"""Dates and times as a person reads them, in English and Welsh, on the wall clock of Europe/London."""

from datetime import datetime

from notifications.domain.quiet_hours import LOCAL_TIME

_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WELSH_DAYS = ("dydd Llun", "dydd Mawrth", "dydd Mercher", "dydd Iau", "dydd Gwener", "dydd Sadwrn", "dydd Sul")
_ENGLISH_MONTHS = (
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
_NOON = 12


def spoken_day(instant: datetime, *, language: str) -> str:
    """The day as "Thursday 3 December" or "dydd Iau 3 Rhagfyr"; any language but Welsh is read as English."""
    local = instant.astimezone(LOCAL_TIME)
    days, months = (_WELSH_DAYS, _WELSH_MONTHS) if language == "cy" else (_ENGLISH_DAYS, _ENGLISH_MONTHS)
    return f"{days[local.weekday()]} {local.day} {months[local.month - 1]}"


def spoken_time(instant: datetime, *, language: str) -> str:
    """The day and time as "Thursday 3 December at 10am" or "dydd Iau 3 Rhagfyr am 10:00"."""
    local = instant.astimezone(LOCAL_TIME)
    day = spoken_day(instant, language=language)
    if language == "cy":
        return f"{day} am {local:%H:%M}"
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{day} at {local.hour % _NOON or _NOON}{minutes}{'am' if local.hour < _NOON else 'pm'}"
