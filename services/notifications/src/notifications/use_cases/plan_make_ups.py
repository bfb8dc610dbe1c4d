"""A session of another cohort makes up for one that a person missed: they hear of it once, and when it moves or is off."""

from datetime import datetime, timedelta

from notifications.domain.message import Kind, Message, Reason, Status
from notifications.domain.place import COMING, MakeUp, Place
from notifications.domain.quiet_hours import LOCAL_TIME
from notifications.use_cases.book import Book

OF_MAKE_UPS = frozenset({Kind.MAKE_UP_SESSION, Kind.MAKE_UP_REMINDER, Kind.MAKE_UP_OFF})
_REMINDED_BEFORE = timedelta(hours=24)


def plan_make_ups(*, book: Book, place: Place, now: datetime) -> None:
    """Bring what is planned and was told of these sessions into line with the place; of one that has begun nothing is told."""
    for one in place.make_ups:
        if one.starts_at <= now:
            continue
        known = [
            message
            for message in book.of(place.participant_id)
            if message.kind in OF_MAKE_UPS and message.session_id == one.session_id and message.status is not Status.DROPPED
        ]
        # What the person believes: of what was planned last.
        told = max((message for message in known if message.kind is not Kind.MAKE_UP_REMINDER), key=_planned, default=None)
        if one.status == COMING:
            _tell(book, place, one, told, now=now)
            _remind(book, place, one, [message for message in known if message.kind is Kind.MAKE_UP_REMINDER])
        else:
            _tell_it_is_off(book, place, one, known, told, now=now)


def _tell(book: Book, place: Place, one: MakeUp, told: Message | None, *, now: datetime) -> None:
    was_at = None
    if told is not None and told.kind is Kind.MAKE_UP_SESSION:
        if told.useful_until == one.starts_at:
            return
        if told.is_open:
            book.drop(told, Reason.REPLACED)
        else:
            was_at = told.useful_until.isoformat()
    elif told is not None and told.is_open:
        book.drop(told, Reason.REPLACED)
    _plan(book, place, one, Kind.MAKE_UP_SESSION, due_at=now, facts=_facts(one, place) | {"was_at": was_at})


def _remind(book: Book, place: Place, one: MakeUp, reminders: list[Message]) -> None:
    due_at = one.starts_at - _REMINDED_BEFORE
    waiting = next((message for message in reminders if message.is_open), None)
    if waiting is not None and waiting.useful_until != one.starts_at:
        book.replan(waiting, due_at=due_at, useful_until=one.starts_at)
    elif waiting is None and not any(message.useful_until == one.starts_at for message in reminders):
        _plan(book, place, one, Kind.MAKE_UP_REMINDER, due_at=due_at, facts=_facts(one, place))


def _tell_it_is_off(book: Book, place: Place, one: MakeUp, known: list[Message], told: Message | None, *, now: datetime) -> None:
    for message in known:
        if message.is_open and message.kind is not Kind.MAKE_UP_OFF:
            book.drop(message, Reason.SESSION_CANCELLED)
    if told is None or told.is_open or told.kind is Kind.MAKE_UP_OFF:
        return
    today = one.starts_at.astimezone(LOCAL_TIME).date() == now.astimezone(LOCAL_TIME).date()
    _plan(book, place, one, Kind.MAKE_UP_OFF, due_at=now, facts=_facts(one, place) | {"urgent": today})


def _plan(book: Book, place: Place, one: MakeUp, kind: Kind, *, due_at: datetime, facts: dict[str, object]) -> None:
    book.plan(
        participant_id=place.participant_id,
        kind=kind,
        about_id=f"{one.session_id}@{place.sequence}",
        place_id=place.id,
        cohort_id=one.cohort_id,
        session_id=one.session_id,
        due_at=due_at,
        useful_until=one.starts_at,
        facts=facts,
    )


def _facts(one: MakeUp, place: Place) -> dict[str, object]:
    return {
        "site_id": one.site_id,
        "site_name": one.site_name,
        "ends_at": one.ends_at.isoformat() if one.ends_at else None,
        "sequence": place.sequence,
    }


def _planned(message: Message) -> tuple[datetime, int]:
    return message.planned_at, int(str(message.facts.get("sequence", 0)))
