"""Thin signals in the national form: a referral is promised, and what comes of fetching it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.promises import FAILED, WAITING, WILL_BE_FETCHED, AddressError, Promise, check_address, problem_words
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.messaging import publish
from enrolment.messaging.consume import REFERRAL, Intake
from enrolment.messaging.reading import digest_of, sender_of
from enrolment.use_cases.answer_messages import answer_messages
from enrolment.use_cases.fetch_promised import Fetched, NotFetched, PromiseDesk, Taken
from enrolment.use_cases.known import Sent
from event_contracts.intake import ReferralAvailable
from service_kit import due, outbox
from service_kit.clock import Clock
from service_kit.consumer import Reaction, Received
from service_kit.envelope import Event, UnreadableError, read_model
from service_kit.results import Done, Result

AVAILABLE = "intake.gp.referral.available.v1"
PROMISED = "received"
_NOTHING = (b"", b"null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A promise as it came."""

    sent: Sent
    address: str


class Promises(Protocol):
    """The database, as far as promises need it, within one transaction."""

    async def add(self, promises: Sequence[Promise], receipts: Sequence[Receipt]) -> None:
        """Write new promises and what their senders are told."""

    async def take_due(self, *, real_now: datetime, until: datetime, limit: int) -> Sequence[Taken]:
        """Take promises that are due until a time, each with the hosts that its sender may name."""

    async def locked(self, promise_id: UUID) -> Promise | None:
        """Lock and return one promise."""

    async def change(self, promise: Promise, receipt: Receipt | None = None) -> None:
        """Write one promise and, if its sender is told something new, the receipt."""


@dataclass(frozen=True, kw_only=True)
class Promising:
    """Notes promises, and reads what was fetched as if it had been sent."""

    intake: Intake
    store: Callable[[AsyncConnection], Promises]
    clock: Clock

    def reactions(self) -> tuple[Reaction[Any], ...]:
        """Return what is done about signals."""
        return (Reaction(event_type=AVAILABLE, read=read_signal, key=lambda signal: signal.sent.event_id, handle=self._handle),)

    def desk(self, conn: AsyncConnection) -> PromiseDesk:
        """Return what fetching needs of the database, within this transaction."""
        return _Desk(promising=self, conn=conn)

    async def settle(
        self, conn: AsyncConnection, promise: Promise, found: Fetched | NotFetched, *, now: datetime, real_now: datetime
    ) -> None:
        """Write what came of an attempt, decide about the referral, and tell its sender."""
        current = await self.store(conn).locked(promise.id)
        if current is None or current.state != WAITING or current.attempts != promise.attempts:
            return
        if isinstance(found, NotFetched):
            await self._not_fetched(conn, current, found.problem, now, real_now)
            return
        event = _as_sent(promise, found)
        try:
            message = self.intake.read(event)
        except UnreadableError as error:
            await self._not_fetched(
                conn, current, "unreadable", now, real_now, because=Reason("unreadable", error.reason, error.field)
            )
            return
        [outcome] = await answer_messages(
            [message], store=self.intake.store(conn, now), rules=self.intake.rules, now=now, new_id=self.intake.new_id
        )
        fetched = current.fetched(now=real_now)
        receipt = replace(outcome.receipt, sequence=fetched.receipt_sequence)
        await self.store(conn).change(fetched, receipt)
        await outbox.add(conn, list(publish.events_of(replace(outcome, receipt=receipt), because=event)))

    async def _not_fetched(
        self,
        conn: AsyncConnection,
        promise: Promise,
        problem: str,
        now: datetime,
        real_now: datetime,
        because: Reason | None = None,
    ) -> None:
        after = promise.not_fetched(problem, now=real_now)
        if after.state != FAILED:
            await self.store(conn).change(after)
            return
        words = f"{problem_words(problem)} Staff see this and may have it tried again."
        reasons = (Reason("not_fetched", words, "dataref"), *((because,) if because else ()))
        receipt = _receipt(after, reasons, now)
        await self.store(conn).change(after, receipt)
        await outbox.add(conn, [publish.receipt_event(receipt, because=None)])

    async def _handle(self, conn: AsyncConnection, received: Sequence[Received[Signal]], now: datetime) -> Sequence[Result]:
        real_now = self.clock.real_now()
        promises = [self._promise(each.command, real_now) for each in received]
        receipts = [
            replace(_receipt(promise, (WILL_BE_FETCHED,), now), body_digest=each.command.sent.body_digest)
            for promise, each in zip(promises, received, strict=True)
        ]
        await self.store(conn).add(promises, receipts)
        await outbox.add(
            conn,
            [publish.receipt_event(receipt, because=each.event) for receipt, each in zip(receipts, received, strict=True)],
        )
        due.soon(conn)
        return [Done()] * len(received)

    def _promise(self, signal: Signal, real_now: datetime) -> Promise:
        sender = signal.sent.sender
        return Promise(
            id=self.intake.new_id(),
            channel=sender.channel,
            organisation=sender.organisation,
            event_id=signal.sent.event_id,
            address=signal.address,
            state=WAITING,
            attempts=0,
            due_at=real_now,
            problem=None,
            receipt_sequence=1,
            promised_at=real_now,
            changed_at=real_now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    promising: Promising
    conn: AsyncConnection

    async def take_due(self, *, real_now: datetime, until: datetime, limit: int) -> Sequence[Taken]:
        return await self.promising.store(self.conn).take_due(real_now=real_now, until=until, limit=limit)

    async def settle(self, promise: Promise, found: Fetched | NotFetched, *, now: datetime, real_now: datetime) -> None:
        await self.promising.settle(self.conn, promise, found, now=now, real_now=real_now)


def read_signal(event: Event) -> Signal:
    """Read a signal: the attributes of the event, or the whole of it as the JSON body; UnreadableError names what is wrong."""
    address, time = event.dataref, event.time
    if event.data.strip() not in _NOTHING and address is None:
        signal = read_model(event, ReferralAvailable)
        address, time = signal.dataref, signal.time
    if address is None:
        raise UnreadableError("The attribute dataref is missing: it says where the referral can be fetched.", field="dataref")
    if time is None:
        raise UnreadableError("The required attribute time is missing.", field="time")
    try:
        check_address(address)
    except AddressError as error:
        raise UnreadableError(f"The attribute {error}.", field="dataref") from None
    sent = Sent(sender=sender_of(event.nats_subject), event_id=event.id, body_digest=digest_of(event))
    return Signal(sent=sent, address=address)


def _as_sent(promise: Promise, found: Fetched) -> Event:
    return Event(
        id=promise.event_id,
        source=f"urn:limber:{promise.channel}:{promise.organisation}",
        type=REFERRAL,
        time=None,
        subject=None,
        content_type=found.content_type,
        data=found.body,
        nats_subject=f"intake.{promise.channel}.{promise.organisation}.referral.v1",
    )


def _receipt(promise: Promise, reasons: tuple[Reason, ...], now: datetime) -> Receipt:
    return Receipt(
        channel=promise.channel,
        organisation=promise.organisation,
        event_id=promise.event_id,
        sequence=promise.receipt_sequence,
        status=PROMISED,
        reasons=reasons,
        decided_at=now,
    )
