"""Sessions for a person's calendar, after RFC 5545 and 5546: an event for each session and person."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import icalendar

from notifications.domain.cohort import PLANNED, Cohort, Session
from notifications.domain.message import Kind, Message
from notifications.use_cases.provider import Calendar

_LASTS = timedelta(hours=1)
REQUEST, CANCEL = "REQUEST", "CANCEL"


def invitations_of(
    *, message: Message, cohorts: Mapping[UUID, Cohort], summary: str, attendee: str, organiser: str, now: datetime
) -> tuple[Calendar, ...]:
    """The calendars that go with a message about a place or about sessions; none with any other.

    The UID of a session and person never changes, nor when the person is merged into another: it is their place's. SEQUENCE is
    the version of the cohort and that of the place together, so that it rises with every change of either, also when somebody
    leaves a cohort and comes back to it.
    """

    def calendar(method: str, sessions: Iterable[Session], of: Cohort) -> list[Calendar]:
        events = [
            _event(session, of, message=message, summary=summary, attendee=attendee, organiser=organiser, now=now)
            for session in sessions
        ]
        for event in events:
            event.add("sequence", of.sequence + int(message.facts.get("place_version", 0)))
            event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
        return [_calendar(method, events)] if events else []

    left = next((cohorts[other] for other in message.cohort_ids if other != message.cohort_id and other in cohorts), None)
    gone = calendar(CANCEL, _not_begun(left, now=now), left) if left is not None else []
    if message.kind in (Kind.WAITING_LIST, Kind.PLACE_OFFERED):
        return tuple(gone)
    if message.kind in (Kind.MAKE_UP_SESSION, Kind.MAKE_UP_OFF):
        session, of = _make_up(message)
        return tuple(calendar(REQUEST if message.kind is Kind.MAKE_UP_SESSION else CANCEL, [session], of))
    cohort = cohorts.get(message.cohort_id) if message.cohort_id else None
    if cohort is None:
        return ()
    if message.kind is Kind.PLACE_FOUND:
        return (*calendar(REQUEST, cohort.to_come(now=now), cohort), *gone)
    if message.kind in (Kind.SESSION_CHANGED, Kind.SESSION_CANCELLED_TODAY):
        changed = {UUID(change["session_id"]): change["now_at"] for change in message.facts.get("changes", ())}
        theirs = [session for session in cohort.sessions if session.id in changed]
        moved = [session for session in theirs if changed[session.id] is not None]
        cancelled = [session for session in theirs if changed[session.id] is None]
        return (*calendar(REQUEST, moved, cohort), *calendar(CANCEL, cancelled, cohort))
    return ()


def _make_up(message: Message) -> tuple[Session, Cohort]:
    """A session of another cohort as the message has it: that cohort's others are nothing to the person."""
    ends_at, site_name = message.facts.get("ends_at"), str(message.facts.get("site_name"))
    session = Session(
        id=message.session_id or message.id,
        number=1,
        starts_at=message.useful_until,
        status=PLANNED,
        ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
    )
    sequence = int(message.facts.get("sequence", 0))
    return session, Cohort(id=message.cohort_id or message.id, sequence=sequence, site_name=site_name, status="open", sessions=())


def _not_begun(cohort: Cohort, *, now: datetime) -> list[Session]:
    """What the calendar of somebody who left it may still have: also what was cancelled."""
    return [session for session in cohort.sessions if session.starts_at > now]


def _event(
    session: Session, cohort: Cohort, *, message: Message, summary: str, attendee: str, organiser: str, now: datetime
) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{session.id}.{message.place_id or message.participant_id}@{organiser.rpartition('@')[2]}")
    event.add("dtstamp", now)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at or session.starts_at + _LASTS)
    event.add("summary", summary)
    event.add("location", session.site_name or cohort.site_name)
    event.add("organizer", f"mailto:{organiser}")
    event.add("attendee", f"mailto:{attendee}", parameters={"PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    return event


def _calendar(method: str, events: Iterable[icalendar.Event]) -> Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Limber//notifications//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    return Calendar(method, calendar.to_ical().decode())
