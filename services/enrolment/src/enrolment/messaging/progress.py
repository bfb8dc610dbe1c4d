"""Scheduling's places, and what senders hear of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.progress import Place
from enrolment.messaging import publish
from enrolment.use_cases.known import Sender
from enrolment.use_cases.send_webhooks import Notice
from enrolment.use_cases.tell_progress import CareNews, ProgressStore, Told, tell_progress
from event_contracts.scheduling import PlaceChanged
from service_kit import outbox
from service_kit.consumer import Consumer, Reaction, Received
from service_kit.envelope import Event, read_model
from service_kit.results import Done, Result

DURABLE = "enrolment_scheduling"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Reads places; tells senders over NATS, and by webhook where they listen."""

    store: Callable[[AsyncConnection], ProgressStore]
    tell: Callable[[AsyncConnection, Sequence[Notice], datetime], Awaitable[int]]

    def consumer(self) -> Consumer:
        """Return the consumer of SCHEDULING."""
        reaction: Reaction[Any] = Reaction(
            event_type="scheduling.place.changed.v1",
            read=read_place,
            key=lambda place: str(place.place_id),
            handle=self._handle,
        )
        return Consumer(durable=DURABLE, stream="SCHEDULING", reactions=(reaction,))

    async def _handle(self, conn: AsyncConnection, received: Sequence[Received[Place]], now: datetime) -> Sequence[Result]:
        told = await tell_progress([each.command for each in received], store=self.store(conn), now=now)
        because = {each.command.place_id: each.event for each in received}
        events = [publish.progress_event(each, because=because.get(each.place.place_id)) for each in told.care]
        events += [publish.receipt_event(receipt, because=None) for _, receipt in told.found]
        if events:
            await outbox.add(conn, events)
            await self.tell(conn, notices_of(told), now)
        return [Done()] * len(received)


def notices_of(told: Told) -> list[Notice]:
    """Return what goes by webhook to those that listen."""
    care = [Notice(sender=_sender(each), type="referral.progress", data=publish.progress_data(each)) for each in told.care]
    found = [
        Notice(
            sender=Sender(nomination.channel, nomination.organisation),
            type="nomination.place_found",
            data={"nomination_id": nomination.sender_nomination_id, "programme": nomination.programme},
        )
        for nomination, _ in told.found
    ]
    return [*care, *found]


def read_place(event: Event) -> Place:
    """Read one place."""
    told = read_model(event, PlaceChanged)
    return Place(
        place_id=told.place_id,
        enrolment_id=told.enrolment_id,
        sequence=told.sequence,
        programme=told.programme,
        status=told.status,
        first_session_at=told.first_session_at,
        sessions_attended=told.sessions_attended,
        sessions_run=told.sessions_run,
        changed_at=told.changed_at,
    )


def _sender(news: CareNews) -> Sender:
    return Sender(news.listener.channel, news.listener.organisation)
