"""A person was told to have died, or that was wrong; was merged into another; or was erased."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from notifications.domain.message import Message, Reason
from notifications.domain.person import ACTIVE, ERASED, SILENT, Person
from notifications.domain.place import Place, Standing
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done


async def follow_people(*, people: Sequence[Person], now: datetime, new_id: Callable[[], UUID], desk: Desk) -> Planned:
    """Stop every message to the dead and the erased, visibly; a death that was none lets those go that are still of use.

    What was sent to the erased is forgotten. A merge stops nothing: messages go to the person that somebody is now.
    """
    newest = _newest(people, await desk.people.mine({person.participant_id for person in people}))
    await desk.people.keep(list(newest.values()))
    silent = {each for each, person in newest.items() if person.status in SILENT}
    erased = {each for each, person in newest.items() if person.status == ERASED}
    back = {each for each, person in newest.items() if person.status == ACTIVE}
    open_ones = await desk.messages.open_of_participants(silent - erased) if silent - erased else []
    all_ones = await desk.messages.of_participants(erased) if erased else []
    resumed = await desk.messages.dropped_for(Reason.PERSON_DIED, back) if back else []
    places = await desk.places.of({message.place_id for message in resumed if message.place_id}) if resumed else {}
    book = Book([*open_ones, *all_ones, *resumed], new_id=new_id, now=now)
    for book.command, told in enumerate(people):
        if newest.get(told.participant_id) is told:
            _follow(told, book=book, places=places, now=now)
    ended = await book.store(desk.messages)
    if erased:
        await desk.people.forget(erased)
    return Planned(tuple(Done() for _ in people), ended)


def _newest(people: Sequence[Person], known: Mapping[UUID, Person]) -> dict[UUID, Person]:
    newest: dict[UUID, Person] = {}
    for told in people:
        before = newest.get(told.participant_id) or known.get(told.participant_id)
        if (person := told.after(before)) is not None:
            newest[person.participant_id] = person
    return newest


def _follow(person: Person, *, book: Book, places: Mapping[UUID, Place], now: datetime) -> None:
    for message in book.of(person.participant_id):
        if message.is_open and person.status in SILENT:
            book.drop(message, SILENT[person.status])
        elif person.status == ACTIVE and message.reason is Reason.PERSON_DIED and _still_of_use(message, places, now):
            book.replan(message, due_at=max(message.due_at, now), useful_until=message.useful_until)
    if person.status == ERASED:
        for message in book.of(person.participant_id):
            book.empty(message)


def _still_of_use(message: Message, places: Mapping[UUID, Place], now: datetime) -> bool:
    """Whether what a message says can still be done: its time isn't over, and the place that it is about is still theirs."""
    if now >= message.useful_until:
        return False
    place = places.get(message.place_id) if message.place_id else None
    if message.place_id is None:
        return True
    return place is not None and place.standing is not Standing.ENDED and place.cohort_id == message.cohort_id
