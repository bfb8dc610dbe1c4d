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


async def forget_old(engine: AsyncEngine, gate: asyncio.Event) -> None:
    """Delete published outbox rows after 30 days and claims after 90, hourly in the active instance, until cancelled."""
    while True:
        await gate.wait()
        now = datetime.now(UTC)
        try:
            async with engine.begin() as conn:
                await conn.execute(text("DELETE FROM outbox WHERE published_at IS NOT NULL AND created_at < :limit"), {"limit": now - timedelta(days=OUTBOX_DAYS)})
                await conn.execute(text("DELETE FROM inbox WHERE received_at < :limit"), {"limit": now - timedelta(days=INBOX_DAYS)})
        except Exception as error:  # noqa: BLE001 - tried again in an hour
            logger().warning("old rows could not be deleted", error=describe(error))
        await asyncio.sleep(_EVERY_SECONDS)
