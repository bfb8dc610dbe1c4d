"""A person in a cohort is reminded of each planned session a day before it."""

from datetime import datetime, timedelta

from notifications.domain.cohort import Cohort
from notifications.domain.message import Kind, Message, Reason, Status
from notifications.domain.place import Place
from notifications.use_cases.book import Book

REMINDED_BEFORE = timedelta(hours=24)


def plan_reminders(*, book: Book, place: Place, cohort: Cohort, now: datetime) -> None:
    """Bring the reminders of one place into line with its cohort: planned, replanned or dropped, never told twice.

    A session less than a day away is reminded of at once; one that was reminded of and then moved is reminded of again.
    """
    wanted = {session.id: session for session in cohort.to_come(now=now)}
    reminders: dict[object, list[Message]] = {}
    for message in book.of(place.participant_id):
        if message.kind is Kind.SESSION_REMINDER:
            reminders.setdefault(message.session_id, []).append(message)
            if message.is_open and message.session_id not in wanted:
                here = message.cohort_id == cohort.id
                book.drop(message, Reason.SESSION_CANCELLED if here else Reason.PLACE_CHANGED)
    for session in wanted.values():
        due_at = session.starts_at - REMINDED_BEFORE
        known = reminders.get(session.id, ())
        waiting = next((message for message in known if message.is_open), None)
        if waiting is not None:
            if waiting.useful_until != session.starts_at:
                book.replan(waiting, due_at=due_at, useful_until=session.starts_at)
            continue
        if any(message.useful_until == session.starts_at and message.status is not Status.DROPPED for message in known):
            continue
        dropped = next((message for message in known if message.status is Status.DROPPED), None)
        if dropped is not None:
            book.replan(dropped, due_at=due_at, useful_until=session.starts_at)
            continue
        book.plan(
            participant_id=place.participant_id,
            kind=Kind.SESSION_REMINDER,
            about_id=f"{session.id}@{cohort.sequence}" if known else str(session.id),
            place_id=place.id,
            cohort_id=cohort.id,
            session_id=session.id,
            due_at=due_at,
            useful_until=session.starts_at,
        )
