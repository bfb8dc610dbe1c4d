"""A person waits, is offered a place, gets one, gets another, or is done."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from notifications.domain.cohort import Cohort
from notifications.domain.message import Kind, Message, Reason
from notifications.domain.place import MISSED_TOO_MANY, Place, Standing
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from notifications.use_cases.plan_make_ups import OF_MAKE_UPS, plan_make_ups
from notifications.use_cases.plan_reminders import plan_reminders
from service_kit.results import Done, NotYet, Result

WORTH_TELLING_FOR = timedelta(days=30)

_WHY_DROPPED: Mapping[Standing, Reason] = MappingProxyType(
    {
        Standing.WAITING: Reason.PLACE_CHANGED,
        Standing.OFFERED: Reason.REPLACED,
        Standing.ENDED: Reason.PLACE_ENDED,
        Standing.OFF_THE_LIST: Reason.PLACE_ENDED,
    }
)
_OF_CANCELLED_SESSIONS = (Kind.SESSION_CHANGED, Kind.SESSION_CANCELLED_TODAY)
# Of the reasons to wait, those that the person should hear of.
_AFTER: Mapping[str | None, str] = MappingProxyType(
    {"offer_declined": "declined", "offer_expired": "expired", "cohort_cancelled": "cancelled"}
)


async def plan_messages_about_place(*, places: Sequence[Place], now: datetime, new_id: Callable[[], UUID], desk: Desk) -> Planned:
    """Plan what each person hears of their place, and take back what is no longer so; a cohort not heard of yet is awaited."""
    # Cohorts are locked before places, as keep_cohort does it.
    cohorts = await desk.cohorts.steady({place.cohort_id for place in places if place.cohort_id is not None})
    known = dict(await desk.places.of({place.id for place in places}))
    told = {
        place.participant_id
        for place in places
        if not place.stands_as(known.get(place.id)) or _news_of_absence(place, known.get(place.id)) or place.make_ups
    }
    # A merge gives a place, and what was told of it, to another person.
    former = {
        known[place.id].participant_id
        for place in places
        if place.id in known and known[place.id].participant_id != place.participant_id
    }
    told |= former | ({place.participant_id for place in places} if former else set())
    book = Book(await desk.messages.of_participants(told) if told else (), new_id=new_id, now=now)
    results: list[Result] = []
    newest: dict[UUID, Place] = {}
    for book.command, fact in enumerate(places):
        before = known.get(fact.id)
        if before is not None and fact.sequence <= before.sequence:
            results.append(Done())
            continue
        place = fact.after(before)
        if before is not None and before.participant_id != place.participant_id:
            for message in book.of(before.participant_id):
                if message.place_id == place.id:
                    book.move(message, place.participant_id)
        new_standing, new_absence = not place.stands_as(before), _news_of_absence(place, before)
        if (new_standing or new_absence) and place.standing is not Standing.NOT_KNOWN:
            cohort = cohorts.get(place.cohort_id) if place.cohort_id is not None else None
            if place.standing in (Standing.IN_COHORT, Standing.OFFERED) and cohort is None:
                results.append(NotYet("unknown_cohort"))
                continue
            if new_standing:
                _tell(book=book, place=place, before=before, cohort=cohort, now=now)
            if new_absence and cohort is not None:
                _tell_of_absence(book=book, place=place, before=before, cohort=cohort, now=now)
        plan_make_ups(book=book, place=place, now=now)
        known[place.id] = newest[place.id] = place
        results.append(Done())
    await desk.places.keep(list(newest.values()))
    return Planned(tuple(results), await book.store(desk.messages))


def _tell(*, book: Book, place: Place, before: Place | None, cohort: Cohort | None, now: datetime) -> None:
    open_about_place = [message for message in book.of(place.participant_id) if _is_about(message, place)]
    if place.standing is Standing.IN_COHORT and cohort is not None:
        for message in open_about_place:
            if message.kind in (Kind.WAITING_LIST, Kind.PLACE_OFFERED):
                book.drop(message, Reason.REPLACED)
            elif message.cohort_id != cohort.id:
                book.drop(message, Reason.PLACE_CHANGED)
        _plan_once_more(book=book, place=place, kind=Kind.PLACE_FOUND, cohort=cohort, now=now, facts=_left(place, before))
        plan_reminders(book=book, place=place, cohort=cohort, now=now)
        return
    for message in open_about_place:
        if not (place.finished_with_cohort and message.kind in _OF_CANCELLED_SESSIONS):
            book.drop(message, _WHY_DROPPED[place.standing])
    left = _left(place, before)
    if place.standing is Standing.OFFERED and place.offer is not None:
        facts = {"token": place.offer.token} | ({"after": "cancelled"} | left if left else {})
        _plan_once_more(
            book=book, place=place, kind=Kind.PLACE_OFFERED, cohort=cohort, now=now, until=place.offer.until, facts=facts
        )
    elif place.standing is Standing.WAITING:
        facts = left | ({"after": _AFTER[place.waiting_reason]} if place.waiting_reason in _AFTER else {})
        _plan_once_more(book=book, place=place, kind=Kind.WAITING_LIST, cohort=None, now=now, facts=facts)
    elif place.standing is Standing.OFF_THE_LIST:
        _plan_once_more(book=book, place=place, kind=Kind.WAITING_LIST_LEFT, cohort=None, now=now)


def _is_about(message: Message, place: Place) -> bool:
    return message.place_id == place.id and message.is_open and message.kind not in OF_MAKE_UPS


def _left(place: Place, before: Place | None) -> dict[str, object]:
    """The cohort that the person left for this one: its sessions are in their calendar."""
    left = before.cohort_id if before is not None and before.standing is Standing.IN_COHORT else None
    return {"left_cohort_id": str(left)} if left is not None and left != place.cohort_id else {}


def _news_of_absence(place: Place, before: Place | None) -> bool:
    return place.missed_in_a_row != (before.missed_in_a_row if before else 0)


def _tell_of_absence(*, book: Book, place: Place, before: Place | None, cohort: Cohort, now: datetime) -> None:
    """Ask, once for each row of absences, how somebody is; not any more once they have come."""
    sessions = cohort.to_come(now=now)
    if place.standing is Standing.IN_COHORT and place.began_to_miss(before) and sessions:
        book.plan(
            participant_id=place.participant_id,
            kind=Kind.MISSED_TWO,
            about_id=f"{place.id}@{place.sequence}",
            place_id=place.id,
            cohort_id=cohort.id,
            due_at=now,
            useful_until=sessions[0].starts_at,
        )
    elif place.missed_in_a_row < MISSED_TOO_MANY:
        for message in book.of(place.participant_id):
            if message.kind is Kind.MISSED_TWO and message.place_id == place.id and message.is_open:
                book.drop(message, Reason.CAME_AGAIN)


def _plan_once_more(
    *,
    book: Book,
    place: Place,
    kind: Kind,
    cohort: Cohort | None,
    now: datetime,
    until: datetime | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    about_id = str(place.id)
    if any(message.kind is kind and message.place_id == place.id for message in book.of(place.participant_id)):
        about_id = f"{place.id}@{place.sequence}"
    sessions = cohort.to_come(now=now) if cohort else ()
    book.plan(
        participant_id=place.participant_id,
        kind=kind,
        about_id=about_id,
        place_id=place.id,
        cohort_id=cohort.id if cohort else None,
        due_at=now,
        useful_until=until or (sessions[-1].starts_at if sessions else now + WORTH_TELLING_FOR),
        facts={"place_version": place.sequence, **(facts or {})},
    )
