"""Messages that can't be handled yet, or failed unexpectedly, or can never be understood: kept where people can see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit import rows
from service_kit.tables import HELD

WAITING = "waiting"
SET_ASIDE = "set_aside"
RETRY_DELAYS = (
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
RETRY_EVERY_AFTERWARDS = timedelta(hours=1)
SET_ASIDE_AFTER = timedelta(hours=24)
FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One message that waits or was set aside. `reason` never holds a value from the message."""

    position: int
    consumer: str
    sender: str
    event_id: str
    key: str
    state: str
    attempts: int
    next_try_at: datetime
    held_since: datetime
    reason: str
    nats_subject: str
    headers: dict[str, str]
    body: bytes


def next_try(*, attempts: int, now: datetime) -> datetime:
    """Return when to try again after so many attempts: 1 s, 5 s, 30 s, 2 min, 10 min, then hourly."""
    delay = RETRY_DELAYS[attempts - 1] if 0 < attempts <= len(RETRY_DELAYS) else RETRY_EVERY_AFTERWARDS
    return now + (timedelta() if attempts == 0 else delay)


def state_after(*, held_since: datetime, now: datetime) -> str:
    """Return whether a message that failed again waits on or is set aside."""
    return SET_ASIDE if now - held_since >= SET_ASIDE_AFTER else WAITING


_BLOCKED = text(
    "SELECT DISTINCT h.consumer, h.key FROM held h JOIN unnest(:consumers, :keys) AS asked (consumer, key)"
    " ON h.consumer = asked.consumer AND h.key = asked.key WHERE h.state = 'waiting'"
).bindparams(bindparam("consumers", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text)))

# The oldest of each key alone: those behind it wait for it.
_DUE = text(
    "SELECT * FROM held WHERE position IN (SELECT min(position) FROM held WHERE state = 'waiting' GROUP BY consumer, key)"
    " AND state = 'waiting' AND (next_try_at <= :now OR (:after_news AND reason LIKE 'not yet:%' AND held_since > :fresh))"
    " ORDER BY position LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_REMOVE = text("DELETE FROM held WHERE position = ANY(:positions)").bindparams(bindparam("positions", type_=ARRAY(BigInteger)))
_HASTEN = text(
    "UPDATE held SET next_try_at = :now FROM unnest(:consumers, :keys) AS freed (consumer, key)"
    " WHERE held.consumer = freed.consumer AND held.key = freed.key AND held.state = 'waiting' AND held.next_try_at > :now"
).bindparams(bindparam("consumers", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text)))
_NEXT_TRY = text("SELECT min(next_try_at) FROM held WHERE state = 'waiting'")
_COUNT = text("SELECT state, count(*) AS count FROM held GROUP BY state")
_LIST = text("SELECT * FROM held WHERE CAST(:state AS text) IS NULL OR state = :state ORDER BY position LIMIT :limit")
_ONE = text("SELECT * FROM held WHERE position = :position")
_RETRY = text("UPDATE held SET state = 'waiting', attempts = 0, next_try_at = :now, held_since = :now WHERE position = :position")


async def blocked(conn: AsyncConnection, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those (consumer, key) pairs that have a message waiting, behind which later ones must queue."""
    pairs = sorted(set(keys))
    if not pairs:
        return set()
    result = await conn.execute(_BLOCKED, {"consumers": [pair[0] for pair in pairs], "keys": [pair[1] for pair in pairs]})
    return {(row.consumer, row.key) for row in result}


async def hold(conn: AsyncConnection, messages: Sequence[dict[str, Any]]) -> None:
    """Keep the messages, in their order."""
    await rows.insert(conn, HELD, messages)


async def due(conn: AsyncConnection, *, now: datetime, after_news: bool, limit: int = 256) -> list[Held]:
    """Lock and return the messages to try now, the oldest of each key.

    `after_news` also takes those that began to wait for other news lately, because some has just come.
    """
    result = await conn.execute(_DUE, {"now": now, "after_news": after_news, "fresh": now - FRESH, "limit": limit})
    return [Held(**row) for row in result.mappings()]


async def remove(conn: AsyncConnection, positions: Sequence[int]) -> None:
    """Forget messages that have had their effect."""
    if positions:
        await conn.execute(_REMOVE, {"positions": list(positions)})


async def postpone(conn: AsyncConnection, changes: Sequence[dict[str, Any]]) -> None:
    """Set state, attempts, next try and reason of messages that failed again."""
    await rows.update(conn, HELD, changes)


async def hasten(conn: AsyncConnection, keys: Iterable[tuple[str, str]], now: datetime) -> None:
    """Let those that queued behind a message which has had its effect be tried at once."""
    pairs = sorted(set(keys))
    if pairs:
        await conn.execute(_HASTEN, {"consumers": [pair[0] for pair in pairs], "keys": [pair[1] for pair in pairs], "now": now})


async def next_try_at(conn: AsyncConnection) -> datetime | None:
    """Return when the next waiting message is to be tried (real time)."""
    earliest: datetime | None = (await conn.execute(_NEXT_TRY)).scalar_one()
    return earliest


async def count(conn: AsyncConnection) -> dict[str, int]:
    """Return how many messages wait and how many were set aside."""
    found = {row.state: row[1] for row in await conn.execute(_COUNT)}
    return {WAITING: found.get(WAITING, 0), SET_ASIDE: found.get(SET_ASIDE, 0)}


async def listing(conn: AsyncConnection, *, state: str | None = None, limit: int = 1000) -> list[Held]:
    """Return what is held, oldest first."""
    result = await conn.execute(_LIST, {"state": state, "limit": limit})
    return [Held(**row) for row in result.mappings()]


async def find(conn: AsyncConnection, position: int) -> Held | None:
    """Return one held message."""
    row = (await conn.execute(_ONE, {"position": position})).mappings().one_or_none()
    return None if row is None else Held(**row)


async def retry(conn: AsyncConnection, position: int, now: datetime) -> bool:
    """Let one message be tried again from the beginning, at once; say whether there was one."""
    return (await conn.execute(_RETRY, {"position": position, "now": now})).rowcount > 0


async def discard(conn: AsyncConnection, position: int) -> bool:
    """Give one message up for good; say whether there was one. Its claim stays, so it can't come back by redelivery."""
    return (await conn.execute(_REMOVE, {"positions": [position]})).rowcount > 0
