"""Publishes the outbox: in order, at most one unacknowledged publish per type and aggregate, marked once stored."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from pydantic import BaseModel
from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service_kit.database import describe
from service_kit.envelope import Event, headers_of
from service_kit.logs import logger
from service_kit.metrics import Metrics
from service_kit.waiting import set_within

PORTION = 500
POLL_SECONDS = 0.2
PUBLISH_TIMEOUT_SECONDS = 10.0
_BACK_OFF_SECONDS = 0.5

CurrentBody = Callable[[AsyncConnection, Sequence[str]], Awaitable[Mapping[str, BaseModel | None]]]

_UNPUBLISHED = text(
    "SELECT position, id, type, nats_subject, aggregate, sequence, body, correlation_id, causation_id, created_at FROM outbox"
    " WHERE published_at IS NULL ORDER BY position LIMIT :limit"
)
_MARK = text("UPDATE outbox SET published_at = :now WHERE position = ANY(:positions)").bindparams(
    bindparam("positions", type_=ARRAY(BigInteger))
)


class _Row(NamedTuple):
    position: int
    id: UUID
    type: str
    nats_subject: str
    aggregate: str
    sequence: int
    body: bytes | None
    correlation_id: str | None
    causation_id: str | None
    created_at: datetime


class Relay:
    """Runs in the active instance alone. What a crash kept it from marking it publishes again under the same id: harmless."""

    def __init__(
        self,
        *,
        source: str,
        engine: AsyncEngine,
        jetstream: Callable[[], JetStreamContext],
        gate: asyncio.Event,
        current: Mapping[str, CurrentBody],
        metrics: Metrics,
    ) -> None:
        self._source = source
        self._engine = engine
        self._jetstream = jetstream
        self._gate = gate
        self._current = current
        self._metrics = metrics
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Publish whatever is written, until cancelled."""
        while True:
            await self._gate.wait()
            self.wake.clear()
            try:
                published, left = await self.publish_portion()
            except Exception as error:  # noqa: BLE001 - the rows stay in the outbox, and the next round tries again
                logger().warning("relay could not publish", error=describe(error))
                published, left = 0, True
            if left and not published:
                await asyncio.sleep(_BACK_OFF_SECONDS)
            elif not published:
                await set_within(self.wake, POLL_SECONDS)

    async def publish_portion(self) -> tuple[int, bool]:
        """Publish the next rows; return how many were stored by the broker, and whether any of them was not."""
        async with self._engine.connect() as conn:
            rows = [_Row(*row) for row in await conn.execute(_UNPUBLISHED, {"limit": PORTION})]
            if not rows:
                return 0, False
            stored = await self._publish(conn, rows)
            if stored:
                await conn.execute(_MARK, {"now": datetime.now(UTC), "positions": stored})
                self._metrics.told(len(stored))
        return len(stored), len(stored) < len(rows)

    async def _publish(self, conn: AsyncConnection, rows: Sequence[_Row]) -> list[int]:
        # Facts of different types about one aggregate overtake each other harmlessly: each has its own sequence.
        chains: dict[tuple[str, str], list[_Row]] = {}
        for row in rows:
            chains.setdefault((row.type, row.aggregate), []).append(row)
        stored: list[int] = []
        waiting = list(chains.values())
        while waiting and self._gate.is_set():
            accepted = await self._publish_wave(conn, [chain[0] for chain in waiting])
            stored += accepted
            done = set(accepted)
            waiting = [chain[1:] for chain in waiting if len(chain) > 1 and chain[0].position in done]
        return stored

    async def _publish_wave(self, conn: AsyncConnection, rows: Sequence[_Row]) -> list[int]:
        sent: dict[asyncio.Future[Any], _Row] = {}
        # Those whose bodies are there are on their way while the others are rendered.
        for row in rows:
            if row.body is not None:
                await self._send(row, row.body, sent)
        stored: list[int] = []
        for row, body in await self._rendered(conn, [row for row in rows if row.body is None]):
            if body is None:
                if await self._erased(row):
                    stored.append(row.position)
            else:
                await self._send(row, body, sent)
        if sent:
            done, late = await asyncio.wait(sent, timeout=PUBLISH_TIMEOUT_SECONDS)
            for future in late:
                future.cancel()
            for future in done:
                row, error = sent[future], future.exception()
                if error is None:
                    stored.append(row.position)
                else:
                    code = error.code if isinstance(error, APIError) else None
                    logger().warning("broker did not store", event_id=str(row.id), error=type(error).__name__, code=code)
        return stored

    async def _erased(self, row: _Row) -> bool:
        """Delete, securely, what the broker still has under the row's subject; say whether nothing is left there.

        There is nothing to tell any more, as after an erasure. Streams are called as the first word of their subjects.
        """
        stream = row.nats_subject.partition(".")[0].upper()
        try:
            while True:
                last = await self._jetstream().get_last_msg(stream, row.nats_subject)
                await self._jetstream().delete_msg(stream, last.seq or 0)
        except NotFoundError:
            return True
        except (NatsError, TimeoutError) as error:
            logger().warning("broker did not erase", event_id=str(row.id), error=type(error).__name__)
            return False

    async def _send(self, row: _Row, body: bytes, sent: dict[asyncio.Future[Any], _Row]) -> None:
        with suppress(NatsError):
            headers = headers_of(self._event(row, body))
            sent[await self._jetstream().publish_async(row.nats_subject, body, headers=headers)] = row

    async def _rendered(self, conn: AsyncConnection, rows: Sequence[_Row]) -> list[tuple[_Row, bytes | None]]:
        """Return each row with its body; None where there is nothing left to tell, as after an erasure."""
        found: list[tuple[_Row, bytes | None]] = []
        for type_, render in self._current.items():
            wanted = [row for row in rows if row.type == type_]
            if wanted:
                models = await render(conn, sorted({row.aggregate for row in wanted}))
                for row in wanted:
                    model = models.get(row.aggregate)
                    found.append((row, None if model is None else model.model_dump_json().encode()))
        return found

    def _event(self, row: _Row, body: bytes) -> Event:
        return Event(
            id=str(row.id),
            source=self._source,
            type=row.type,
            time=row.created_at,
            subject=row.aggregate,
            content_type="application/json",
            data=body,
            sequence=row.sequence,
            correlation_id=row.correlation_id or str(row.id),
            causation_id=row.causation_id,
            nats_subject=row.nats_subject,
        )
