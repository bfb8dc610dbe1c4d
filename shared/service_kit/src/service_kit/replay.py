"""Tells everything in the outbox once more, for a broker whose store was lost."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_TELL_AGAIN = text("UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL")
_FORGET_OLD_STATES = text(
    "UPDATE outbox SET published_at = now() WHERE body IS NULL AND position NOT IN"
    " (SELECT max(position) FROM outbox WHERE body IS NULL GROUP BY type, aggregate)"
)


async def tell_again(engine: AsyncEngine) -> int:
    """Mark every row of the outbox as unpublished and return how many the relay will publish when the service runs again.

    Of the events rendered from current rows only the latest of each aggregate is told: earlier ones would say the same.
    """
    async with engine.begin() as conn:
        await conn.execute(_TELL_AGAIN)
        await conn.execute(_FORGET_OLD_STATES)
        count: int = (await conn.execute(text("SELECT count(*) FROM outbox WHERE published_at IS NULL"))).scalar_one()
    return count
