"""A person gets a link that opens something of theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from notifications.domain.message import Kind, Reason
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done

ISSUED = "issued"
ENDED = frozenset({"used", "revoked", "expired"})
# A purpose that we don't know has no words, so nothing is told.
_TOLD: Mapping[str, Kind] = MappingProxyType(
    {
        "complete_nomination": Kind.COMPLETE_NOMINATION,
        "confirm_contact": Kind.CONFIRM_CONTACT,
        "own_page": Kind.OWN_PAGE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """A link as enrolment tells it; `token` opens it and is there while it is issued, `code` may be typed instead."""

    link_id: UUID
    sequence: int
    participant_id: UUID
    purpose: str
    status: str
    token: str | None
    code: str | None
    channel: str | None
    expires_at: datetime


async def plan_message_about_link(
    *, links: Sequence[LinkState], now: datetime, new_id: Callable[[], UUID], desk: Desk
) -> Planned:
    """Plan the message of each link that was issued; one that no longer opens anything is not sent."""
    versions = dict(await desk.heard.versions("link", {link.link_id for link in links}))
    again = {link.participant_id for link in links if link.link_id in versions}
    book = Book(await desk.messages.of_participants(again) if again else (), new_id=new_id, now=now)
    newest: dict[UUID, int] = {}
    for book.command, link in enumerate(links):
        if link.sequence <= versions.get(link.link_id, 0):
            continue
        versions[link.link_id] = newest[link.link_id] = link.sequence
        kind = _TOLD.get(link.purpose)
        if link.status == ISSUED and kind is not None:
            book.plan(
                participant_id=link.participant_id,
                kind=kind,
                about_id=str(link.link_id),
                due_at=now,
                useful_until=link.expires_at,
                facts={"token": link.token, "code": link.code, "channel": link.channel},
            )
        elif link.status in ENDED:
            for message in book.of(link.participant_id):
                if message.about_id == str(link.link_id) and message.is_open:
                    book.drop(message, Reason.LINK_ENDED)
    await desk.heard.keep("link", newest)
    return Planned(tuple(Done() for _ in links), await book.store(desk.messages))
