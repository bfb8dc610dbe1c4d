"""Links to people's own pages, and what they show of dates."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.own_links import OwnLink, hash_of_token
from scheduling.domain.places import ON_REGISTER
from scheduling.domain.tasks import CANNOT_COME
from scheduling.storage import tables
from scheduling.use_cases.own_dates import OwnDates, OwnSession
from service_kit import rows

# Whose link it is, or whom they were merged into in the end; nobody who has died or was erased.
_HOLDER = text(
    """
WITH RECURSIVE holder AS (
  SELECT participant_id FROM own_links WHERE token_hash = :token_hash AND status = 'issued' AND expires_at > :now
  UNION
  SELECT s.merged_into FROM holder JOIN standings s USING (participant_id) WHERE s.status = 'merged' AND s.merged_into IS NOT NULL
)
SELECT participant_id FROM holder LEFT JOIN standings s USING (participant_id) WHERE s.status IS NULL OR s.status = 'active'
"""
)
_PLACE = text(
    """
SELECT p.place_id, p.status, p.cohort_id, s.name AS site_name FROM places p
LEFT JOIN cohorts c ON c.cohort_id = p.cohort_id LEFT JOIN sites s ON s.site_id = c.site_id
WHERE p.participant_id = :participant_id ORDER BY p.changed_at DESC, p.place_id DESC LIMIT 1
"""
)
_SESSIONS = text(
    """
SELECT s.session_id, s.cohort_id, s.number, s.starts_at, s.status, elsewhere.name AS elsewhere,
       EXISTS (SELECT FROM tasks t WHERE t.kind = :kind AND t.session_id = s.session_id AND t.participant_id = :participant_id)
         AS cannot_come
FROM sessions s LEFT JOIN rooms USING (room_id) LEFT JOIN sites elsewhere USING (site_id)
WHERE s.cohort_id = :cohort_id AND s.starts_at > :now
UNION ALL
SELECT s.session_id, m.of_cohort_id, s.number, s.starts_at, s.status, sites.name,
       EXISTS (SELECT FROM tasks t WHERE t.kind = :kind AND t.session_id = s.session_id AND t.participant_id = :participant_id)
FROM make_ups m JOIN sessions s USING (session_id) JOIN cohorts c ON c.cohort_id = m.cohort_id
LEFT JOIN rooms r ON r.room_id = coalesce(s.room_id, c.room_id) JOIN sites ON sites.site_id = coalesce(r.site_id, c.site_id)
WHERE m.place_id = :place_id AND m.status = 'coming' AND s.starts_at > :now
ORDER BY starts_at
"""
)


class OwnLinkRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep_newer(self, links: Sequence[OwnLink]) -> None:
        """Store those that are newer than what is stored."""
        columns = [{name: getattr(link, name) for name in link.__slots__} for link in links]
        await rows.upsert(self._conn, tables.own_links, columns, newer="sequence")


class StoredOwnDates:
    """`OwnDatesReads` from the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def by_token(self, token: str, *, now: datetime) -> OwnDates | None:
        """What the person of a link sees, or None if it no longer opens."""
        async with self._engine.connect() as conn:
            holder = await conn.execute(_HOLDER, {"token_hash": hash_of_token(token), "now": now})
            person = holder.scalar_one_or_none()
            return None if person is None else await _dates(conn, person, now=now)


async def _dates(conn: AsyncConnection, participant_id: UUID, *, now: datetime) -> OwnDates:
    place = (await conn.execute(_PLACE, {"participant_id": participant_id})).mappings().one_or_none()
    if place is None or place["cohort_id"] is None or place["status"] not in ON_REGISTER:
        return OwnDates(
            participant_id=participant_id,
            status=place["status"] if place else None,
            site_name=None,
            sessions=(),
            cohort_id=place["cohort_id"] if place else None,
        )
    asked = {
        "participant_id": participant_id,
        "cohort_id": place["cohort_id"],
        "place_id": place["place_id"],
        "kind": CANNOT_COME,
        "now": now,
    }
    sessions = (await conn.execute(_SESSIONS, asked)).mappings()
    return OwnDates(
        participant_id=participant_id,
        status=place["status"],
        site_name=place["site_name"],
        sessions=tuple(OwnSession(**row) for row in sessions),
        cohort_id=place["cohort_id"],
    )
