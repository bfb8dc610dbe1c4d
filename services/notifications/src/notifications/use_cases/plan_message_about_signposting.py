"""A person who is done hears what suits them next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from notifications.domain.message import Kind
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done

WORTH_TELLING_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signposting:
    """What outcomes points a person to; each signpost has a `title` and perhaps a `url`."""

    signposting_id: UUID
    sequence: int
    participant_id: UUID
    signposts: tuple[Mapping[str, str | None], ...]


async def plan_message_about_signposting(
    *, signpostings: Sequence[Signposting], now: datetime, new_id: Callable[[], UUID], desk: Desk
) -> Planned:
    """Plan one message for each signposting that points anywhere; a later version of it is not told again."""
    versions = dict(await desk.heard.versions("signposting", {signposting.signposting_id for signposting in signpostings}))
    book = Book((), new_id=new_id, now=now)
    newest: dict[UUID, int] = {}
    for book.command, signposting in enumerate(signpostings):
        if signposting.sequence <= versions.get(signposting.signposting_id, 0):
            continue
        versions[signposting.signposting_id] = newest[signposting.signposting_id] = signposting.sequence
        if signposting.signposts:
            book.plan(
                participant_id=signposting.participant_id,
                kind=Kind.WHAT_COMES_NEXT,
                about_id=str(signposting.signposting_id),
                due_at=now,
                useful_until=now + WORTH_TELLING_FOR,
                facts={"signposts": [dict(signpost) for signpost in signposting.signposts]},
            )
    await desk.heard.keep("signposting", newest)
    return Planned(tuple(Done() for _ in signpostings), await book.store(desk.messages))
