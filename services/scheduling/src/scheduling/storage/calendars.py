"""Calendar feeds, and the sessions in them and on the calendars of sites."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.calendars import Entry, Feed
from scheduling.storage import tables
from scheduling.use_cases.look_up_calendars import CalendarSession
from service_kit import rows

_ENTRY = """
    s.session_id, s.number, c.programme, sites.name AS site_name, sites.address, rooms.name AS room, s.starts_at, s.ends_at,
    s.status, s.revision, s.themes,
    (SELECT count(*) FROM sessions others WHERE others.cohort_id = c.cohort_id) AS of_sessions
"""
_JOINED = """
    FROM sessions s JOIN cohorts c USING (cohort_id) LEFT JOIN rooms ON rooms.room_id = coalesce(s.room_id, c.room_id)
    JOIN sites ON sites.site_id = coalesce(rooms.site_id, c.site_id)
"""

OF_SITE = text(f"""
    SELECT {_ENTRY} {_JOINED} WHERE sites.site_id = :site_id AND s.starts_at > :since ORDER BY s.starts_at, s.session_id
""")

OF_FACILITATOR = text(f"""
    SELECT {_ENTRY} {_JOINED}
    WHERE EXISTS (SELECT FROM bookings b WHERE b.session_id = s.session_id AND b.facilitator_id = :facilitator_id)
        AND s.starts_at > :since
    ORDER BY s.starts_at, s.session_id
""")  # noqa: S608 - columns from above

BETWEEN = text(f"""
    SELECT s.session_id, s.cohort_id, s.number, c.programme, sites.site_id, c.status AS cohort_status, sites.name AS site_name,
        rooms.name AS room, s.starts_at, s.ends_at, s.status, lead.name AS lead, cover.name AS cover
    {_JOINED}
    LEFT JOIN facilitators lead ON lead.facilitator_id = c.lead_id
    LEFT JOIN facilitators cover ON cover.facilitator_id = c.cover_id
    WHERE s.starts_at >= :since AND s.starts_at < :until AND (cardinality(:sites) = 0 OR sites.site_id = ANY (:sites))
    ORDER BY s.starts_at, sites.name, s.session_id
""").bindparams(bindparam("sites", type_=ARRAY(Text)))


class StoredCalendars:
    """Answers on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def between(self, *, since: datetime, until: datetime, sites: Sequence[str]) -> list[CalendarSession]:
        """The sessions that start from `since` to before `until`; of no sites named, those of all."""
        async with self._engine.connect() as conn:
            found = await conn.execute(BETWEEN, {"since": since, "until": until, "sites": list(sites)})
            return [CalendarSession(**row) for row in found.mappings()]

    async def feeds(self) -> list[Feed]:
        """The feeds that aren't revoked, the newest first."""
        query = (
            select(*(column for column in tables.calendar_feeds.c if column.name != "token_hash"))
            .where(tables.calendar_feeds.c.revoked_at.is_(None))
            .order_by(tables.calendar_feeds.c.created_at.desc())
        )
        async with self._engine.connect() as conn:
            return [Feed(**row) for row in (await conn.execute(query)).mappings()]

    async def open(self, token_hash: str, *, since: datetime) -> tuple[str, list[Entry]] | None:
        """Whose feed opens with this, and its sessions that start later; None where there is no such feed, or not any more."""
        async with self._engine.connect() as conn:
            feed = await _feed(conn, token_hash)
            if feed is None:
                return None
            if feed["site_id"] is not None:
                found = await conn.execute(OF_SITE, {"site_id": feed["site_id"], "since": since})
            else:
                found = await conn.execute(OF_FACILITATOR, {"facilitator_id": feed["facilitator_id"], "since": since})
            return feed["name"], [Entry(**{**row, "themes": tuple(row["themes"])}) for row in found.mappings()]


class FeedRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def add(self, feed: Feed, *, token_hash: str) -> None:
        """Store a new feed; of what opens it, only the hash."""
        known = {name: getattr(feed, name) for name in feed.__slots__}
        await rows.insert(self._conn, tables.calendar_feeds, [known | {"token_hash": token_hash}])

    async def revoke(self, feed_id: UUID, *, at: datetime) -> bool:
        """Close a feed; return whether there is one."""
        feeds = tables.calendar_feeds.c
        closed = update(tables.calendar_feeds).where(feeds.feed_id == feed_id).values(revoked_at=at).returning(feeds.feed_id)
        return (await self._conn.execute(closed)).scalar() is not None


async def _feed(conn: AsyncConnection, token_hash: str) -> Any:
    query = text("""
        SELECT f.site_id, f.facilitator_id, coalesce(sites.name, facilitators.name) AS name
        FROM calendar_feeds f LEFT JOIN sites USING (site_id) LEFT JOIN facilitators USING (facilitator_id)
        WHERE token_hash = :token_hash AND revoked_at IS NULL
    """)
    return (await conn.execute(query, {"token_hash": token_hash})).mappings().one_or_none()
