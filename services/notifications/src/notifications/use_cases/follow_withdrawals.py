"""A person leaves a programme: what is planned about it stops, and nothing about it is sent from that moment on."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from notifications.domain.enrolment import WITHDRAWN, Enrolment
from notifications.domain.message import Reason
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done


async def follow_withdrawals(
    *, enrolments: Sequence[Enrolment], now: datetime, new_id: Callable[[], UUID], desk: Desk
) -> Planned:
    """Keep the enrolments, and drop what waits to be sent about those that were withdrawn from, visibly."""
    await desk.enrolments.keep(enrolments)
    left = {told.id: told.participant_id for told in enrolments if told.status == WITHDRAWN}
    if not left:
        return Planned(tuple(Done() for _ in enrolments))
    open_ones = await desk.messages.open_of_participants(set(left.values()))
    withdrawn = await desk.enrolments.withdrawn(
        enrolment_ids=left, place_ids={message.place_id for message in open_ones if message.place_id}
    )
    book = Book(open_ones, new_id=new_id, now=now)
    for book.command, told in enumerate(enrolments):
        if told.status == WITHDRAWN:
            for message in book.of(told.participant_id):
                if message.is_open and message.of_enrolment & withdrawn:
                    book.drop(message, Reason.WITHDRAWN)
    return Planned(tuple(Done() for _ in enrolments), await book.store(desk.messages))
