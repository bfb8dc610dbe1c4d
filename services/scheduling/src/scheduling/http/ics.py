"""Sessions as an iCalendar document."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from icalendar import Calendar, Event

from scheduling.domain.calendars import Entry
from scheduling.domain.cohorts import CANCELLED
from scheduling.domain.programmes import Programme

PRODUCT = "-//Limber//scheduling//EN"


def as_icalendar(entries: Sequence[Entry], *, name: str, programmes: Mapping[str, Programme], now: datetime) -> bytes:
    """The calendar of these sessions. Each keeps its UID for ever, and its SEQUENCE rises whenever it changes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        programme = programmes.get(entry.programme)
        event = Event()
        event.add("uid", f"{entry.session_id}@scheduling.limber")
        event.add("sequence", entry.revision)
        event.add("dtstamp", now)
        event.add("dtstart", entry.starts_at)
        event.add("dtend", entry.ends_at)
        event.add("status", "CANCELLED" if entry.status == CANCELLED else "CONFIRMED")
        title = programme.name if programme else entry.programme
        event.add("summary", f"{title}, session {entry.number} of {entry.of_sessions}")
        event.add("location", ", ".join(part for part in (entry.room, entry.site_name, entry.address) if part))
        if entry.themes:
            titles = [programme.theme_title(code) if programme else code for code in entry.themes]
            event.add("description", f"Themes: {'; '.join(titles)}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
