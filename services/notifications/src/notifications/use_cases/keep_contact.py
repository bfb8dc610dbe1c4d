"""Enrolment tells how a person may be reached."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from notifications.domain.contact import Contact
from notifications.domain.message import Reason
from notifications.domain.person import ERASED
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done


async def keep_contact(*, contacts: Sequence[Contact], now: datetime, new_id: Callable[[], UUID], desk: Desk) -> Planned:
    """Keep the newest contact of each person but the erased; messages that waited for it are due at once."""
    told = {contact.participant_id for contact in contacts}
    erased = {each for each, person in (await desk.people.of(told)).items() if person.status == ERASED}
    contacts, commands = [contact for contact in contacts if contact.participant_id not in erased], contacts
    participants = told - erased
    first = participants - (await desk.contacts.of(participants)).keys()
    await desk.contacts.keep(contacts, at=now)
    # All open messages are locked, so that one that is found without a contact at this moment is seen when it has been deferred.
    waiting = [
        message
        for message in (await desk.messages.open_of_participants(first) if first else [])
        if message.reason is Reason.CONTACT_UNKNOWN
    ]
    book = Book(waiting, new_id=new_id, now=now)
    for message in waiting:
        book.replan(message, due_at=now, useful_until=message.useful_until)
    return Planned(tuple(Done() for _ in commands), await book.store(desk.messages))
