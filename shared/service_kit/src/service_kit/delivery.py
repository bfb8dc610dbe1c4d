"""One effect per event: what waits is handled in one transaction that claims, acts and tells, and only then acknowledged."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from nats.errors import Error as NatsError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit import held, inbox
from service_kit.clock import Clock
from service_kit.consumer import Consumer, Reaction, Received, Repeat, Unread
from service_kit.database import describe, is_repeatable, is_unavailable
from service_kit.envelope import MAX_ATTRIBUTE_LENGTH, Event, UnreadableError, read_event
from service_kit.inbox import Claim
from service_kit.logs import logger
from service_kit.metrics import Metrics
from service_kit.results import NotYet
from service_kit.waiting import set_within

TOO_MANY_FAILURES_IN_A_ROW = 20
PAUSE_AFTER_TOO_MANY_SECONDS = 30.0
_DATABASE_RETRY_SECONDS = 0.5
_LOOKS_UNAVAILABLE_BUT_ANSWERS = 5

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class BrokerMessage(Protocol):
    """What delivery needs of a NATS message."""

    subject: str
    data: bytes

    @property
    def headers(self) -> dict[str, str] | None:
        """The headers, in whatever case they came."""

    async def ack(self) -> None:
        """Tell the broker that it need not keep the message for us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A message on its way through a group. `kept` is set when it comes from the table `held`."""

    consumer: Consumer
    nats_subject: str
    headers: dict[str, str]
    body: bytes
    claim: Claim
    # Consumer and key: what waits behind what.
    queue: tuple[str, str]
    event: Event | None = None
    reaction: Reaction[Any] | None = None
    command: Any = None
    unread: UnreadableError | None = None
    # What reading it failed with, unforeseen: it fails its group, is found by halving, and is held like any other.
    broken: Exception | None = None
    kept: held.Held | None = None

    @property
    def sender(self) -> str:
        return self.claim.sender

    @property
    def event_id(self) -> str:
        return self.claim.event_id

    @property
    def key(self) -> str:
        return self.queue[1]


class _MustQueueError(Exception):
    """A handler acted on a message that should have queued behind one of the same key and the same group."""

    def __init__(self, queues: set[tuple[str, str]]) -> None:
        super().__init__()
        self.queues = queues


class Delivery:
    """Takes messages from all of a service's durables and sees each through to its one effect, or to the table `held`."""

    def __init__(
        self, *, consumers: Sequence[Consumer], transaction: Transaction, clock: Clock, gate: asyncio.Event, metrics: Metrics
    ) -> None:
        self._reactions = {
            consumer.durable: {reaction.event_type: reaction for reaction in consumer.reactions} for consumer in consumers
        }
        order = [(consumer.durable, reaction.event_type) for consumer in consumers for reaction in consumer.reactions]
        self._order = {pair: index for index, pair in enumerate(order)}
        self._consumers = {consumer.durable: consumer for consumer in consumers}
        self._transaction = transaction
        self._clock = clock
        self._gate = gate
        self._metrics = metrics
        self._waiting: list[tuple[Consumer, Sequence[BrokerMessage], asyncio.Future[None]]] = []
        self._work = asyncio.Event()
        self._one_group_at_a_time = asyncio.Lock()
        self._failed_in_a_row: list[str] = []
        self.news_for_held = asyncio.Event()
        self.stopped_consuming = False
        self.busy = 0

    async def submit(self, consumer: Consumer, messages: Sequence[BrokerMessage]) -> None:
        """Hand over a group and wait until each of its messages has been dealt with and acknowledged."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((consumer, messages, done))
        self._work.set()
        await done

    async def run(self) -> None:
        """Deal with what is handed over, all of it together, until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            submissions, self._waiting = self._waiting, []
            self.busy = sum(len(messages) for _, messages, _ in submissions)
            try:
                async with self._one_group_at_a_time:
                    await self._deliver(
                        [self._take(consumer, message) for consumer, messages, _ in submissions for message in messages]
                    )
            except BaseException:
                # Nobody waits for ever: what was not acknowledged comes again.
                for _, _, done in submissions:
                    done.cancel()
                raise
            for _, messages, done in submissions:
                await _acknowledge(messages)
                if not done.done():
                    done.set_result(None)
            self.busy = 0

    async def retry_held(self) -> None:
        """Try held messages when their time comes, and the fresh ones whenever something new was handled, until cancelled."""
        while True:
            await self._gate.wait()
            after_news = self.news_for_held.is_set()
            self.news_for_held.clear()
            try:
                tried = await self._retry_portion(after_news=after_news)
            except Exception as error:  # noqa: BLE001 - whatever it was, the messages are still in the table
                logger().warning("held messages could not be tried", error=describe(error))
                tried = 0
            if not tried:
                await set_within(self.news_for_held, await self._seconds_to_next_try())

    def _take(self, consumer: Consumer, message: BrokerMessage) -> _Taken:
        # PostgreSQL stores no NUL, and a message that can't be held could never be let go.
        headers = {_without_nul(name): _without_nul(str(value)) for name, value in (message.headers or {}).items()}
        return self._read(consumer, message.subject, headers, message.data)

    def _read(self, consumer: Consumer, nats_subject: str, headers: dict[str, str], body: bytes) -> _Taken:
        sender = consumer.sender_of(nats_subject) if consumer.sender_of else ""
        event_id = ""
        event: Event | None = None
        try:
            event = read_event(nats_subject=nats_subject, headers=headers, body=body)
            sender, event_id = sender or event.source, event.id
            reaction = self._reactions[consumer.durable].get(event.type)
            if reaction is None and consumer.sender_of is not None:
                raise UnreadableError("The attribute type names no event that is taken here.", field="type")  # noqa: TRY301 - recorded below
            command = reaction.read(event) if reaction else None
        except UnreadableError as error:
            # Without an id of its own it is known by its body, so that a redelivery isn't recorded again.
            event_id = event_id or f"unidentified-{inbox.digest_of(repr(sorted(headers.items())).encode() + body).hex()}"
            return _Taken(
                consumer=consumer, nats_subject=nats_subject, headers=headers, body=body, event=event, unread=error,
                claim=_claim(consumer, sender, event_id, body), queue=(consumer.durable, ""),
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - a fault of ours in reading must not lose the message
            return _Taken(
                consumer=consumer, nats_subject=nats_subject, headers=headers, body=body, event=event, broken=error,
                claim=_claim(consumer, sender, event_id, body), queue=(consumer.durable, event.subject or "" if event else ""),
            )  # fmt: skip
        return _Taken(
            consumer=consumer, nats_subject=nats_subject, headers=headers, body=body,
            event=event, reaction=reaction, command=command,
            claim=_claim(consumer, sender, event_id, body), queue=(consumer.durable, reaction.key(command) if reaction else ""),
        )  # fmt: skip

    async def _deliver(self, group: Sequence[_Taken]) -> None:
        """Return only when every message of the group is committed, however long the database is away."""
        queueing: set[tuple[str, str]] = set()
        answered = 0
        while True:
            await self._pause_if_tripped()
            try:
                async with self._transaction() as conn:
                    anything_held = await self._process(conn, group, queueing)
            except _MustQueueError as error:
                queueing |= error.queues
                continue
            except Exception as error:  # noqa: BLE001 - what it means is decided below, and nothing is dropped
                if is_repeatable(error):
                    continue
                if is_unavailable(error):
                    logger().warning("database not available", error=describe(error))
                    # A handler's own fault can look like a network's: then the database answers, again and again.
                    answered += await self._database_answers()
                    if answered <= _LOOKS_UNAVAILABLE_BUT_ANSWERS:
                        await asyncio.sleep(_DATABASE_RETRY_SECONDS)
                        continue
                await self._split(group, error)
                return
            self._failed_in_a_row.clear()
            self._metrics.handled([taken.consumer.durable for taken in group])
            if anything_held:
                self.news_for_held.set()
            return

    async def _database_answers(self) -> bool:
        try:
            async with self._transaction() as conn:
                await conn.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - whatever the reason, it doesn't
            return False
        return True

    async def _split(self, group: Sequence[_Taken], error: Exception) -> None:
        """Find the poison: halves of halves, so that one bad message among 256 costs a score of transactions and not 256."""
        if len(group) > 1:
            middle = len(group) // 2
            await self._deliver(group[:middle])
            await self._deliver(group[middle:])
            return
        reason = describe(error)
        logger().error("unexpected failure", consumer=group[0].consumer.durable, event_id=group[0].event_id, error=reason)
        self._metrics.failed(group[0].consumer.durable)
        self._failed_in_a_row.append(group[0].sender)
        while True:
            try:
                async with self._transaction() as conn:
                    await self._hold_failed(conn, group[0], reason)
            except Exception as again:  # noqa: BLE001 - the message can't be let go before it is kept somewhere
                logger().warning("a failed message could not be held", error=describe(again))
                await asyncio.sleep(_DATABASE_RETRY_SECONDS)
                continue
            return

    async def _hold_failed(self, conn: AsyncConnection, taken: _Taken, reason: str) -> None:
        now = self._clock.real_now()
        if taken.kept is not None:
            await held.postpone(conn, [_postponed(taken.kept, reason, now)])
        elif (await inbox.claim(conn, [taken.claim], now))[0]:
            await held.hold(conn, [_held_row(taken, state=held.WAITING, attempts=1, reason=reason, now=now)])

    async def _pause_if_tripped(self) -> None:
        in_a_row = self._failed_in_a_row
        outsiders = {consumer.durable for consumer in self._consumers.values() if consumer.sender_of}
        # One outside sender's bad messages never stop the service; our own events failing one after another means that we are
        # broken.
        if len(in_a_row) < TOO_MANY_FAILURES_IN_A_ROW or (outsiders and len(set(in_a_row)) == 1):
            self.stopped_consuming = False
            return
        self.stopped_consuming = True
        logger().critical(
            "stopped consuming: too many unexpected failures in a row", count=len(in_a_row), seconds=PAUSE_AFTER_TOO_MANY_SECONDS
        )
        await asyncio.sleep(PAUSE_AFTER_TOO_MANY_SECONDS)
        # One more failure is enough to stop again.
        del in_a_row[: len(in_a_row) - TOO_MANY_FAILURES_IN_A_ROW + 1]

    async def _process(self, conn: AsyncConnection, group: Sequence[_Taken], queueing: set[tuple[str, str]]) -> bool:
        """Claim and handle the group; return whether any message is held waiting now."""
        now, real_now = self._clock.now(), self._clock.real_now()
        fresh, anything_held = await self._claim(conn, group, now, real_now)
        _fail_with_the_broken(fresh)
        await self._record_unreadable(conn, [taken for taken in fresh if taken.unread], now, real_now)
        to_handle = [taken for taken in fresh if taken.reaction]
        behind = await held.blocked(conn, (taken.queue for taken in to_handle)) if anything_held else set()
        to_hold: list[tuple[_Taken, str]] = []
        for reaction, members in self._by_reaction(to_handle):
            ready = []
            for taken in members:
                if taken.queue in behind:
                    to_hold.append((taken, "queues behind an earlier message"))
                    continue
                ready.append(taken)
                if taken.queue in queueing:
                    behind.add(taken.queue)
            not_yet = await _handle(conn, reaction, ready, now)
            _refuse_overtaking(ready, not_yet)
            to_hold += [(taken, f"not yet: {reason}") for taken, reason in not_yet]
            behind |= {taken.queue for taken, _ in not_yet}
        position = {id(taken): index for index, taken in enumerate(group)}
        to_hold.sort(key=lambda pair: position[id(pair[0])])
        await held.hold(
            conn, [_held_row(taken, state=held.WAITING, attempts=1, reason=reason, now=real_now) for taken, reason in to_hold]
        )
        return anything_held or bool(to_hold)

    async def _claim(
        self, conn: AsyncConnection, group: Sequence[_Taken], now: datetime, real_now: datetime
    ) -> tuple[list[_Taken], bool]:
        claimed, anything_held = await inbox.claim(conn, [taken.claim for taken in group], real_now)
        fresh, repeats = [], []
        for taken in group:
            if taken.claim.identity in claimed:
                claimed.discard(taken.claim.identity)
                fresh.append(taken)
            elif taken.consumer.answer_repeat and taken.event_id:
                repeats.append(taken)
        if repeats:
            stored = await inbox.digests(conn, [taken.claim for taken in repeats])
            for taken in repeats:
                if taken.consumer.answer_repeat is not None and taken.event is not None:
                    same = stored.get(taken.claim.identity) == taken.claim.body_digest
                    await taken.consumer.answer_repeat(conn, Repeat(event=taken.event, sender=taken.sender, same_body=same), now)
        return fresh, anything_held

    async def _record_unreadable(
        self, conn: AsyncConnection, unread: Sequence[_Taken], now: datetime, real_now: datetime
    ) -> None:
        for taken in unread:
            if taken.unread is None:
                continue
            logger().warning(
                "unreadable message", consumer=taken.consumer.durable, sender=taken.sender, reason=taken.unread.reason
            )
            if taken.consumer.answer_unreadable is not None and taken.sender:
                answer = Unread(
                    nats_subject=taken.nats_subject,
                    sender=taken.sender,
                    event_id=taken.event_id if taken.event else _header_id(taken.headers),
                    reason=taken.unread.reason,
                    field=taken.unread.field,
                    event=taken.event,
                )
                await taken.consumer.answer_unreadable(conn, answer, now)
        await held.hold(
            conn,
            [
                _held_row(taken, state=held.SET_ASIDE, attempts=0, reason=taken.unread.reason, now=real_now)
                for taken in unread
                if taken.unread
            ],
        )

    def _by_reaction(self, group: Sequence[_Taken]) -> list[tuple[Reaction[Any], list[_Taken]]]:
        found: dict[tuple[str, str], tuple[Reaction[Any], list[_Taken]]] = {}
        for taken in group:
            if taken.reaction is not None:
                pair = (taken.consumer.durable, taken.reaction.event_type)
                found.setdefault(pair, (taken.reaction, []))[1].append(taken)
        return [found[pair] for pair in sorted(found, key=self._order.__getitem__)]

    async def _retry_portion(self, *, after_news: bool) -> int:
        async with self._one_group_at_a_time:
            now = self._clock.real_now()
            async with self._transaction() as conn:
                due = await held.due(conn, now=now, after_news=after_news)
                members = [self._retaken(message) for message in due if message.consumer in self._consumers]
                if not members:
                    return 0
                # A savepoint, so that a failure of the group leaves the locks in place and each can be tried alone.
                try:
                    async with conn.begin_nested():
                        return await self._retry_group(conn, members, now)
                except Exception as error:
                    if is_unavailable(error) or is_repeatable(error):
                        raise
                done = 0
                for taken in members:
                    try:
                        async with conn.begin_nested():
                            done += await self._retry_group(conn, [taken], now)
                    except Exception as error:
                        if is_unavailable(error) or is_repeatable(error):
                            raise
                        await self._hold_failed(conn, taken, describe(error))
                return done

    def _retaken(self, message: held.Held) -> _Taken:
        taken = self._read(self._consumers[message.consumer], message.nats_subject, message.headers, message.body)
        return replace(taken, kept=message)

    async def _retry_group(self, conn: AsyncConnection, members: Sequence[_Taken], now: datetime) -> int:
        _fail_with_the_broken(members)
        postponed: list[dict[str, Any]] = []
        finished: list[int] = []
        for taken in members:
            if taken.kept is None:
                continue
            if taken.unread is not None:
                postponed.append(_postponed(taken.kept, taken.unread.reason, now) | {"state": held.SET_ASIDE})
            elif taken.reaction is None:
                finished.append(taken.kept.position)
        for reaction, ready in self._by_reaction(members):
            waiting = {id(taken): reason for taken, reason in await _handle(conn, reaction, ready, self._clock.now())}
            for taken in ready:
                if taken.kept is None:
                    continue
                if id(taken) not in waiting:
                    finished.append(taken.kept.position)
                elif taken.kept.next_try_at <= now:
                    postponed.append(_postponed(taken.kept, f"not yet: {waiting[id(taken)]}", now))
        await held.remove(conn, finished)
        await held.postpone(conn, postponed)
        # Those that queued behind a finished one are next, at once.
        done = set(finished)
        await held.hasten(conn, (taken.queue for taken in members if taken.kept and taken.kept.position in done), now)
        return len(finished)

    async def _seconds_to_next_try(self) -> float:
        try:
            async with self._transaction() as conn:
                earliest = await held.next_try_at(conn)
        except Exception:  # noqa: BLE001 - asked again a second later
            return 1.0
        if earliest is None:
            return 5.0
        return min(5.0, max(0.05, (earliest - self._clock.real_now()).total_seconds()))


def _claim(consumer: Consumer, sender: str, event_id: str, body: bytes) -> Claim:
    # Only who answers repeats needs to tell the same body from another.
    return Claim(consumer.durable, sender, event_id, inbox.digest_of(body) if consumer.answer_repeat else None)


async def _handle(
    conn: AsyncConnection, reaction: Reaction[Any], members: Sequence[_Taken], now: datetime
) -> list[tuple[_Taken, str]]:
    if not members:
        return []
    received = [Received(event=taken.event, command=taken.command) for taken in members if taken.event is not None]
    results = await reaction.handle(conn, received, now)
    return [(taken, result.reason) for taken, result in zip(members, results, strict=True) if isinstance(result, NotYet)]


def _fail_with_the_broken(members: Sequence[_Taken]) -> None:
    for taken in members:
        if taken.broken is not None:
            raise taken.broken


def _refuse_overtaking(ready: Sequence[_Taken], not_yet: Sequence[tuple[_Taken, str]]) -> None:
    last_of: dict[tuple[str, str], _Taken] = {taken.queue: taken for taken in ready}
    overtaken = {taken.queue for taken, _ in not_yet if last_of[taken.queue] is not taken}
    if overtaken:
        raise _MustQueueError(overtaken)


async def _acknowledge(messages: Sequence[BrokerMessage]) -> None:
    for message in messages:
        try:
            await message.ack()
        except NatsError:
            # The broker will send it again, and the claim makes that harmless.
            return


def _without_nul(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def _header_id(headers: dict[str, str]) -> str | None:
    """Return the id that a message without a readable envelope says it has: its sender waits for an answer to that."""
    stated = next((value for name, value in headers.items() if name.lower() == "ce-id"), "")
    return stated if stated.isascii() and stated.isprintable() and 0 < len(stated) <= MAX_ATTRIBUTE_LENGTH else None


def _held_row(taken: _Taken, *, state: str, attempts: int, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "consumer": taken.consumer.durable,
        "sender": taken.sender,
        "event_id": taken.event_id,
        "key": taken.key,
        "state": state,
        "attempts": attempts,
        "next_try_at": held.next_try(attempts=attempts, now=now),
        "held_since": now,
        "reason": reason,
        "nats_subject": taken.nats_subject,
        "headers": taken.headers,
        "body": taken.body,
    }


def _postponed(message: held.Held, reason: str, now: datetime) -> dict[str, Any]:
    attempts = message.attempts + 1
    return {
        "position": message.position,
        "state": held.state_after(held_since=message.held_since, now=now),
        "attempts": attempts,
        "next_try_at": held.next_try(attempts=attempts, now=now),
        "reason": reason,
    }
