"""A facilitator's own day."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.session_dates import LONDON
from scheduling.use_cases.look_up_day import Day, DaySession

COMING = timedelta(days=14)
# Older registers that nobody signed are the coordinator's to ask about, on the cohort's page.
UNSIGNED_FOR = timedelta(days=90)

# A member who is known as a facilitator sees the sessions they lead or cover, any other those at their sites.
SESSIONS = text("""
    WITH me AS (SELECT (SELECT facilitator_id FROM facilitators WHERE member_id = :member) AS facilitator_id)
    SELECT s.session_id, s.number, s.starts_at, s.ends_at, s.status, c.cohort_id, c.programme, sites.site_id,
        sites.name AS site_name, sites.address, sites.parking, sites.what_to_bring, rooms.name AS room_name, s.themes,
        lead.name AS lead_name, cover.name AS cover_name,
        coalesce(c.cover_id = me.facilitator_id AND c.lead_id IS DISTINCT FROM me.facilitator_id, false) AS is_cover,
        count_of.people, count_of.close_attention
    FROM me CROSS JOIN sessions s JOIN cohorts c USING (cohort_id) CROSS JOIN LATERAL (
        SELECT count(*) AS people, count(*) FILTER (WHERE p.close_attention) AS close_attention FROM places p
        WHERE (p.cohort_id = c.cohort_id AND p.seat IS NOT NULL) OR p.place_id IN (
            SELECT place_id FROM make_ups m WHERE m.session_id = s.session_id AND m.status = 'coming'
        )
    ) count_of
    LEFT JOIN rooms ON rooms.room_id = coalesce(s.room_id, c.room_id)
    JOIN sites ON sites.site_id = coalesce(rooms.site_id, c.site_id)
    LEFT JOIN facilitators lead ON lead.facilitator_id = c.lead_id
    LEFT JOIN facilitators cover ON cover.facilitator_id = c.cover_id
    WHERE s.status <> 'cancelled' AND c.status NOT IN ('planned', 'cancelled')
        AND s.starts_at >= :since AND s.starts_at < :until
        AND (
            CASE WHEN me.facilitator_id IS NULL THEN cardinality(:sites) = 0 OR sites.site_id = ANY (:sites)
            ELSE me.facilitator_id IN (c.lead_id, c.cover_id) END
        )
        AND (
            s.starts_at >= :today
            OR NOT EXISTS (
                SELECT FROM register_entries e
                WHERE e.session_id = s.session_id AND e.kind = 'sign_off' AND e.standing = 'current'
            )
        )
    ORDER BY s.starts_at, s.session_id
""").bindparams(
    bindparam("member", type_=Uuid),
    bindparam("sites", type_=ARRAY(Text)),
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("today", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
)

SIGNED = text("""
    SELECT session_id FROM register_entries
    WHERE session_id = ANY (:ids) AND kind = 'sign_off' AND standing = 'current'
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def day_of(conn: AsyncConnection, *, member_id: UUID, sites: Sequence[str], now: datetime) -> Day:
    """The day of a member of staff who sees these sites (none: all). A day begins and ends in Europe/London."""
    today = datetime.combine(now.astimezone(LONDON).date(), time(), tzinfo=LONDON)
    tomorrow = datetime.combine(today.date() + timedelta(days=1), time(), tzinfo=LONDON)
    wanted = {
        "member": member_id,
        "sites": list(sites),
        "since": now - UNSIGNED_FOR,
        "today": today,
        "until": tomorrow + COMING,
    }
    found = [DaySession(**row) for row in (await conn.execute(SESSIONS, wanted)).mappings()]
    over = [session for session in found if session.ends_at <= now]
    signed = set((await conn.execute(SIGNED, {"ids": [session.session_id for session in over]})).scalars())
    return Day(
        today=[session for session in found if today <= session.starts_at < tomorrow],
        coming=[session for session in found if session.starts_at >= tomorrow],
        unsigned=[session for session in over if session.session_id not in signed],
    )
