"""What the kit's own tables forget, by real time."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service_kit.database import describe
from service_kit.logs import logger

OUTBOX_DAYS = 30
# Longer than outboxes and streams together, so that no replay meets an inbox that has forgotten.
INBOX_DAYS = 90
_EVERY_SECONDS = 3600.0
# Of the events rendered from current rows the latest of each aggregate stays: a replay tells everybody's, however long ago.
_FORGET_OUTBOX = text(
    "DELETE FROM outbox o WHERE o.published_at IS NOT NULL AND o.created_at < :limit AND (o.body IS NOT NULL OR EXISTS"
    " (SELECT FROM outbox l WHERE l.body IS NULL AND l.type = o.type AND l.aggregate = o.aggregate AND l.position > o.position))"
)
_FORGET_INBOX = text("DELETE FROM inbox WHERE received_at < :limit")


async def forget(engine: AsyncEngine, *, now: datetime) -> None:
    """Delete published outbox rows after 30 days and claims after 90. `now` is real time."""
    async with engine.begin() as conn:
        await conn.execute(_FORGET_OUTBOX, {"limit": now - timedelta(days=OUTBOX_DAYS)})
        await conn.execute(_FORGET_INBOX, {"limit": now - timedelta(days=INBOX_DAYS)})


async def forget_old(engine: AsyncEngine, gate: asyncio.Event) -> None:
    """Forget what is old hourly in the active instance, until cancelled."""
    while True:
        await gate.wait()
        try:
            await forget(engine, now=datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - tried again in an hour
            logger().warning("old rows could not be deleted", error=describe(error))
        await asyncio.sleep(_EVERY_SECONDS)
