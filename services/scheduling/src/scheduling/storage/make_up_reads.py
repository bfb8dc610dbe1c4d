"""What somebody is owed, and the sessions of other cohorts that they could come to for it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.fitting import OpenCohort, Seeker, fits
from scheduling.domain.make_ups import MakeUp, themes_owed
from scheduling.domain.places import ON_REGISTER
from scheduling.domain.week import as_bits, time_of_week
from scheduling.storage.cohorts import CohortRows
from scheduling.storage.place_reads import PLACE
from scheduling.storage.places import PlaceRows
from scheduling.storage.registers import RegisterRows
from scheduling.storage.waiting import seeker_of
from scheduling.use_cases.look_up import MakeUpLine, MakeUpSheet, SessionChoice
from scheduling.use_cases.offering import Offering

MOST_SHOWN = 30

# Where there is room, at another time than what the person comes to; who else may come is the rule of book_make_up.
CHOICES = text("""
    SELECT s.session_id, c.cohort_id, c.programme, sites.site_id, sites.name AS site_name, sites.outward_code,
        sites.access_features, s.starts_at, s.ends_at, s.themes, c.capacity, c.close_attention_limit, c.language, c.employer,
        (SELECT count(seat) FROM places p WHERE p.cohort_id = c.cohort_id) + guests.number AS seats_taken,
        (SELECT count(*) FROM places p WHERE p.cohort_id = c.cohort_id AND p.seat IS NOT NULL AND p.close_attention)
            + guests.flagged AS flagged
    FROM sessions s JOIN cohorts c USING (cohort_id)
    LEFT JOIN rooms r ON r.room_id = coalesce(s.room_id, c.room_id)
    JOIN sites ON sites.site_id = coalesce(r.site_id, c.site_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS number, count(*) FILTER (WHERE guest.close_attention) AS flagged
        FROM make_ups m JOIN places guest USING (place_id) WHERE m.session_id = s.session_id AND m.status = 'coming'
    ) guests
    WHERE c.programme = :programme AND c.status IN ('open', 'running') AND s.status = 'planned' AND s.starts_at > :now
        AND c.cohort_id <> :own AND jsonb_exists_any(s.themes, :owed)
        AND (c.employer IS NULL OR c.employer = CAST(:employer AS text))
        AND (cardinality(:sites) = 0 OR sites.site_id = ANY (:sites))
        AND NOT EXISTS (
            SELECT FROM sessions own WHERE own.cohort_id = :own AND own.status = 'planned'
                AND own.starts_at < s.ends_at AND s.starts_at < own.ends_at
        )
    ORDER BY s.starts_at, sites.site_id, s.session_id
""").bindparams(bindparam("owed", type_=ARRAY(Text)), bindparam("sites", type_=ARRAY(Text)), bindparam("employer", type_=Text))


async def make_up_sheet(
    conn: AsyncConnection, place_id: UUID, *, sites: Sequence[str], offering: Offering, now: datetime
) -> MakeUpSheet | None:
    """What somebody is owed and what could make up for it: what fits, then most of it, then the soonest. None: no such place."""
    found = await PlaceRows(conn).found([place_id])
    if not found:
        return None
    [place] = found
    shown = [_line(one, now=now) for one in place.make_ups]
    own = await CohortRows(conn).found(place.cohort_id) if place.cohort_id and place.status in ON_REGISTER else None
    if own is None or place.programme not in offering.programmes:
        return MakeUpSheet(place_id=place_id, owed=(), make_ups=shown, choices=())
    attended = (await RegisterRows(conn).attended([place_id])).get(place_id, [])
    owed = themes_owed(offering.programmes[place.programme], cohort=own, attended=attended, make_ups=place.make_ups)
    choices: list[SessionChoice] = []
    if owed:
        seeker = seeker_of((await conn.execute(PLACE, {"place_id": place_id})).mappings().one())
        wanted = {
            "programme": place.programme,
            "own": own.cohort_id,
            "owed": list(owed),
            "employer": seeker.employer,
            "sites": list(sites),
            "now": now,
        }
        choices = [
            _choice(row, seeker, owed, offering=offering)
            for row in (await conn.execute(CHOICES, wanted)).mappings()
            if _open_cohort(row).free > 0 and (_open_cohort(row).free_close_attention > 0 or not seeker.close_attention)
            if not any(one.overlaps(row["starts_at"], row["ends_at"]) for one in place.make_ups)
        ]
        choices.sort(key=lambda one: (not one.fits, -len(one.themes), one.starts_at, one.site_id))
    return MakeUpSheet(place_id=place_id, owed=owed, make_ups=shown, choices=choices[:MOST_SHOWN])


def _choice(row: RowMapping, seeker: Seeker, owed: Sequence[str], *, offering: Offering) -> SessionChoice:
    cohort = _open_cohort(row)
    return SessionChoice(
        session_id=row["session_id"],
        cohort_id=row["cohort_id"],
        site_id=row["site_id"],
        site_name=row["site_name"],
        starts_at=row["starts_at"],
        themes=[code for code in row["themes"] if code in owed],
        free=cohort.free,
        fits=fits(seeker, cohort, reach=offering.reach),
    )


def _open_cohort(row: RowMapping) -> OpenCohort:
    """The one session as if it were a whole cohort: what fits is asked of that."""
    return OpenCohort(
        cohort_id=row["cohort_id"],
        programme=row["programme"],
        site_id=row["site_id"],
        outward_code=row["outward_code"],
        first_session_at=row["starts_at"],
        capacity=row["capacity"],
        seats_taken=row["seats_taken"],
        close_attention_limit=row["close_attention_limit"],
        flagged=row["flagged"],
        times=as_bits([time_of_week(row["starts_at"])]),
        access_features=frozenset(row["access_features"]),
        language=row["language"],
        employer=row["employer"],
    )


def _line(make_up: MakeUp, *, now: datetime) -> MakeUpLine:
    return MakeUpLine(
        session_id=make_up.session_id,
        site_name=make_up.site_name,
        starts_at=make_up.starts_at,
        themes=make_up.themes,
        status=make_up.status,
        attendance=make_up.attendance,
        may_take_back=make_up.is_expected and make_up.starts_at > now,
    )
