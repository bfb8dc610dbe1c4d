"""Webhooks in the database."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.webhooks import Delivery, Endpoint
from enrolment.storage.webhook_tables import WEBHOOK_DELIVERIES, WEBHOOK_ENDPOINTS
from enrolment.use_cases.known import Sender
from service_kit import due, rows

_ENDPOINT, _DELIVERY = (tuple(field.name for field in fields(kind)) for kind in (Endpoint, Delivery))
_ENDPOINTS = text(
    "SELECT e.* FROM webhook_endpoints e JOIN unnest(:channels, :organisations) AS asked (channel, organisation)"
    " USING (channel, organisation)"
).bindparams(bindparam("channels", type_=ARRAY(Text)), bindparam("organisations", type_=ARRAY(Text)))
# One organisation that is slow to answer must not take all the places: few of each at a time.
_TAKE = text(
    """
UPDATE webhook_deliveries d SET next_try_at = :until FROM (
  SELECT id FROM webhook_deliveries WHERE id IN (
    SELECT id FROM (
      SELECT id, next_try_at, row_number() OVER (PARTITION BY channel, organisation ORDER BY next_try_at, id) AS place
      FROM webhook_deliveries WHERE status = 'waiting' AND next_try_at <= :now
    ) AS waiting WHERE place <= 5 ORDER BY next_try_at, id LIMIT :limit
  ) AND status = 'waiting' AND next_try_at <= :now FOR UPDATE SKIP LOCKED
) AS taken WHERE d.id = taken.id RETURNING d.*
"""
)
_NEXT_DUE = text("SELECT min(next_try_at) FROM webhook_deliveries WHERE status = 'waiting'")


class WebhookRepository:
    """Endpoints and deliveries within one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def endpoints(self, senders: Sequence[Sender]) -> Mapping[Sender, Endpoint]:
        """Return the endpoints of those that have one."""
        asked = sorted(set(senders), key=str)
        found = await self._conn.execute(
            _ENDPOINTS,
            {"channels": [each.channel for each in asked], "organisations": [each.organisation for each in asked]},
        )
        return {Sender(row["channel"], row["organisation"]): Endpoint(**row) for row in found.mappings()}

    async def put_endpoint(self, endpoint: Endpoint) -> None:
        """Add or replace an organisation's endpoint."""
        await rows.upsert(self._conn, WEBHOOK_ENDPOINTS, [{name: getattr(endpoint, name) for name in _ENDPOINT}])

    async def drop_endpoint(self, sender: Sender) -> None:
        """Forget an organisation's endpoint and what waits for it."""
        for table in (WEBHOOK_ENDPOINTS, WEBHOOK_DELIVERIES):
            mine = (table.c.channel == sender.channel, table.c.organisation == sender.organisation)
            await self._conn.execute(delete(table).where(*mine))

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries."""
        await rows.insert(self._conn, WEBHOOK_DELIVERIES, [_row(each) for each in deliveries])
        due.soon(self._conn)

    async def take_due(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        """Return due deliveries, which nobody else takes until then."""
        found = await self._conn.execute(_TAKE, {"now": now, "until": until, "limit": limit})
        return sorted((Delivery(**row) for row in found.mappings()), key=lambda each: (each.created_at, each.id))

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Lock and return one."""
        query = select(WEBHOOK_DELIVERIES).where(WEBHOOK_DELIVERIES.c.id == delivery_id).with_for_update()
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else Delivery(**row)

    async def change(self, deliveries: Sequence[Delivery]) -> None:
        """Write them as they are now."""
        await rows.update(self._conn, WEBHOOK_DELIVERIES, [_row(each) for each in deliveries])
        due.soon(self._conn)

    async def newest(self, *, sender: Sender | None, status: str | None, limit: int) -> list[Delivery]:
        """Return deliveries, the newest first: of one organisation, or of all."""
        query = select(WEBHOOK_DELIVERIES).order_by(WEBHOOK_DELIVERIES.c.created_at.desc(), WEBHOOK_DELIVERIES.c.id).limit(limit)
        if sender is not None:
            query = query.where(
                WEBHOOK_DELIVERIES.c.channel == sender.channel, WEBHOOK_DELIVERIES.c.organisation == sender.organisation
            )
        if status is not None:
            query = query.where(WEBHOOK_DELIVERIES.c.status == status)
        return [Delivery(**row) for row in (await self._conn.execute(query)).mappings()]


def opener(
    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
) -> Callable[[], AbstractAsyncContextManager[WebhookRepository]]:
    """Return what opens a store in a transaction of its own."""

    @asynccontextmanager
    async def open_store() -> AsyncIterator[WebhookRepository]:
        async with transaction() as conn:
            yield WebhookRepository(conn)

    return open_store


async def next_try_at(conn: AsyncConnection) -> datetime | None:
    """Return when the next attempt is due."""
    found: datetime | None = (await conn.execute(_NEXT_DUE)).scalar_one()
    return found


def _row(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in _DELIVERY}
