"""Posters and counts in the database."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.counts import Tally
from enrolment.domain.posters import Poster, as_typed
from enrolment.storage.poster_tables import POSTERS
from enrolment.use_cases.known import Sender
from service_kit import rows

WORKPLACE = "workplace"
_POSTER = tuple(field.name for field in fields(Poster))
_EMPLOYERS = text("SELECT code, name FROM organisations WHERE channel = 'workplace' AND revoked_at IS NULL ORDER BY name, code")
_TALLY = text(
    """
SELECT n.programme, count(*) AS nominated,
  count(*) FILTER (WHERE n.completed_at < :before) AS completed,
  count(*) FILTER (WHERE n.completed_at < :before AND p.place_id IS NOT NULL) AS placed,
  count(*) FILTER (WHERE n.place_found_at < :before) AS told
FROM nominations n LEFT JOIN referrals r ON r.id = n.referral_id
LEFT JOIN LATERAL (
  SELECT place_id FROM places WHERE enrolment_id = r.enrolment_id AND told IS NOT NULL AND first_told_at < :before LIMIT 1
) p ON true
WHERE n.channel = :channel AND n.organisation = :organisation AND n.received_at < :before
GROUP BY n.programme
"""
)
_BY_POSTER = text(
    "SELECT programme, count(*) AS count FROM referrals WHERE employer = :organisation AND received_at < :before"
    " AND NOT EXISTS (SELECT FROM nominations WHERE referral_id = referrals.id) GROUP BY programme"
)


async def employer_of_poster(conn: AsyncConnection, code: str, *, now: datetime) -> str | None:
    """Return whose people a poster's code is for, while it works."""
    query = select(POSTERS).where(POSTERS.c.code == as_typed(code))
    row = (await conn.execute(query)).mappings().one_or_none()
    return row["organisation"] if row is not None and Poster(**row).works(now=now) else None


async def posters(conn: AsyncConnection) -> list[Poster]:
    """Return every poster, the newest first."""
    found = await conn.execute(select(POSTERS).order_by(POSTERS.c.made_at.desc(), POSTERS.c.code))
    return [Poster(**row) for row in found.mappings()]


async def poster(conn: AsyncConnection, code: str) -> Poster | None:
    """Lock and return one."""
    row = (await conn.execute(select(POSTERS).where(POSTERS.c.code == code).with_for_update())).mappings().one_or_none()
    return None if row is None else Poster(**row)


async def keep_poster(conn: AsyncConnection, kept: Poster) -> None:
    """Add or replace one."""
    await rows.upsert(conn, POSTERS, [{name: getattr(kept, name) for name in _POSTER}])


async def employers(conn: AsyncConnection) -> Sequence[tuple[str, str]]:
    """Return the code and the name of every employer that may send."""
    return [(row.code, row.name) for row in await conn.execute(_EMPLOYERS)]


async def tallies(conn: AsyncConnection, sender: Sender, before: datetime) -> dict[str, Tally]:
    """Return what happened before an instant, by programme."""
    asked: dict[str, Any] = {"channel": sender.channel, "organisation": sender.organisation, "before": before}
    found = {row["programme"]: dict(row) for row in (await conn.execute(_TALLY, asked)).mappings()}
    joined: dict[str, int] = {}
    if sender.channel == WORKPLACE:
        asked = {"organisation": sender.organisation, "before": before}
        joined = {row.programme: row[1] for row in await conn.execute(_BY_POSTER, asked)}
    nothing = {"nominated": 0, "completed": 0, "placed": 0, "told": 0}
    return {
        programme: Tally(**{name: found.get(programme, nothing)[name] for name in nothing}, by_poster=joined.get(programme, 0))
        for programme in sorted({*found, *joined})
    }
