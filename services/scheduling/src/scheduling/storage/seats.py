"""The seats of open cohorts: who may give them out, which are free, and where."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    RowMapping,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.cohorts import OPEN, PLANNED, RUNNING, Span
from scheduling.domain.distance import postcode_area
from scheduling.domain.fitting import EVERYBODYS_LANGUAGE, OpenCohort, Reach, Seeker
from scheduling.storage import tables
from scheduling.use_cases.repositories import Free

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_PROGRAMMES = bindparam("programmes", type_=ARRAY(Text))
_NOW = bindparam("now", type_=DateTime(timezone=True))
_LIMIT = bindparam("limit", type_=Integer)

# Written out, not bound: a plan for any value can't use the index of open cohorts.
_OPEN: ColumnElement[str] = literal_column(f"'{OPEN}'")

# Of an outward code: its postcode area, as the rule in domain/distance.py has it.
_LETTERS_AT_THE_BEGINNING: ColumnElement[str] = literal_column("'^[A-Za-z]+'")

LOCK_PLACING = text(
    "SELECT pg_advisory_xact_lock(hashtext('placing'), hashtext(programme)) FROM unnest(:programmes) AS programme"
).bindparams(_PROGRAMMES)

_STARTS_LATER = (tables.cohorts.c.status == _OPEN, tables.cohorts.c.first_session_at > _NOW)
_IS_HELD = tables.cohorts.c.allocation_due_at.is_not(None)
_IS_NOT_FULL = tables.cohorts.c.seats_taken < tables.cohorts.c.capacity
_HAS_ROOM = and_(_IS_NOT_FULL, ~_IS_HELD)
_FREE_CLOSE_ATTENTION = tables.cohorts.c.flagged < tables.cohorts.c.close_attention_limit
_ROOM = (
    tables.cohorts.c.cohort_id,
    tables.cohorts.c.programme,
    tables.cohorts.c.site_id,
    tables.sites.c.outward_code,
    tables.cohorts.c.first_session_at,
    tables.cohorts.c.capacity,
    tables.cohorts.c.seats_taken,
    tables.cohorts.c.close_attention_limit,
    tables.cohorts.c.flagged,
    tables.cohorts.c.times,
    tables.cohorts.c.language,
    tables.cohorts.c.employer,
    tables.sites.c.access_features,
)

ALL_OPEN = (
    select(*_ROOM)
    .join(tables.sites)
    .where(tables.cohorts.c.programme == any_(_PROGRAMMES), *_STARTS_LATER)
    .order_by(tables.cohorts.c.first_session_at, tables.cohorts.c.site_id, tables.cohorts.c.cohort_id)
)
ALL_WITH_ROOM = ALL_OPEN.where(_HAS_ROOM)
ALL_WITH_ROOM_OR_HELD = ALL_OPEN.where(_IS_NOT_FULL)

HOLD = text("UPDATE cohorts SET allocation_due_at = :now WHERE cohort_id = :cohort_id").bindparams(
    bindparam("cohort_id", type_=Uuid), _NOW
)
RELEASE = text("UPDATE cohorts SET allocation_due_at = NULL WHERE cohort_id = ANY (:ids)").bindparams(_IDS)
TO_ALLOCATE = select(tables.cohorts.c.programme, tables.cohorts.c.cohort_id).where(tables.cohorts.c.allocation_due_at <= _NOW)
NEXT_ALLOCATION = select(func.min(tables.cohorts.c.allocation_due_at))

_NEXT_SESSION_AT = (
    select(func.min(tables.sessions.c.starts_at))
    .where(
        tables.sessions.c.cohort_id == tables.cohorts.c.cohort_id,
        tables.sessions.c.status == PLANNED,
        tables.sessions.c.starts_at > _NOW,
    )
    .correlate(tables.cohorts)
    .scalar_subquery()
)
FREE_IN = (
    select(*_ROOM, _NEXT_SESSION_AT.label("next_session_at"))
    .join(tables.sites)
    .where(tables.cohorts.c.cohort_id == any_(_IDS), tables.cohorts.c.status.in_([OPEN, RUNNING]), _IS_NOT_FULL)
    .order_by(tables.cohorts.c.cohort_id)
)

# What people look for, each kind once. `needs` are access needs as JSON; `site_id` is the site asked for; without one, the box is
# around where they live, or else `area` is their postcode area; with none of them they go anywhere.
_WANTED_TYPES: Mapping[str, Any] = {
    "programme": Text,
    "site_id": Text,
    "area": Text,
    "south": Double,
    "north": Double,
    "west": Double,
    "east": Double,
    "times": Integer,
    "needs": Text,
    "language": Text,
    "employer": Text,
}
_WANTED = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _WANTED_TYPES.items()))
    .table_valued(*(column(name, kind) for name, kind in _WANTED_TYPES.items()), name="wanted")
    .render_derived()
)
_WISHES = (_WANTED.c.programme, _WANTED.c.times, _WANTED.c.needs, _WANTED.c.language, _WANTED.c.employer)
_CODES = tables.outward_codes.c
_AREA_OF_SITE = func.substring(tables.sites.c.outward_code, _LETTERS_AT_THE_BEGINNING)
_NEAR = or_(
    and_(
        _CODES.latitude.between(_WANTED.c.south, _WANTED.c.north),
        _CODES.longitude.between(_WANTED.c.west, _WANTED.c.east),
    ),
    and_(or_(_WANTED.c.south.is_(None), _CODES.outward_code.is_(None)), _WANTED.c.area == _AREA_OF_SITE),
)
# What is near is wanted as its sites, so that cohorts are looked up by their site.
_WANTED_SITES = union(
    select(*_WISHES, tables.sites.c.site_id).select_from(_WANTED.join(tables.sites, _WANTED.c.site_id == tables.sites.c.site_id)),
    select(*_WISHES, tables.sites.c.site_id).select_from(
        _WANTED.join(
            tables.sites.outerjoin(tables.outward_codes, _CODES.outward_code == tables.sites.c.outward_code),
            and_(_WANTED.c.site_id.is_(None), _NEAR),
        )
    ),
).subquery("wanted_sites")
_WANTED_ANYWHERE = (
    select(*_WISHES).distinct().where(_WANTED.c.site_id.is_(None), _WANTED.c.area.is_(None)).subquery("wanted_anywhere")
)


def _first_with_room(wanted: Any, *conditions: Any) -> Any:
    """For each row of what is wanted, the first cohorts with room that suit it and meet the conditions."""
    cohorts = tables.cohorts.c
    first = (
        select(*_ROOM)
        .select_from(tables.cohorts.join(tables.sites))
        .where(
            cohorts.programme == wanted.c.programme,
            *_STARTS_LATER,
            _HAS_ROOM,
            cohorts.times.op("&")(wanted.c.times) == cohorts.times,
            tables.sites.c.access_features.contains(cast(wanted.c.needs, JSONB)),
            or_(cohorts.employer.is_(None), cohorts.employer == wanted.c.employer),
            or_(cohorts.language == EVERYBODYS_LANGUAGE, cohorts.language == wanted.c.language),
            *conditions,
        )
        # As preference() in domain/fitting.py has it, at one site.
        .order_by(
            and_(cohorts.employer.is_(None), wanted.c.employer.is_not(None)),
            cohorts.language != wanted.c.language,
            cohorts.first_session_at,
            cohorts.site_id,
            cohorts.cohort_id,
        )
        .limit(_LIMIT)
        .lateral()
    )
    return select(first).select_from(wanted.join(first, true()))


def _all_first_with_room(*conditions: Any) -> list[Any]:
    at_site = tables.cohorts.c.site_id == _WANTED_SITES.c.site_id
    return [_first_with_room(_WANTED_SITES, at_site, *conditions), _first_with_room(_WANTED_ANYWHERE, *conditions)]


WITH_ROOM = union(*_all_first_with_room())
WITH_ROOM_FOR_CLOSE_ATTENTION = union(*_all_first_with_room(), *_all_first_with_room(_FREE_CLOSE_ATTENTION))


def _taken(seat: Any) -> Any:
    return (
        select(func.array_agg(seat))
        .where(tables.places.c.cohort_id == tables.cohorts.c.cohort_id, seat.is_not(None))
        .correlate(tables.cohorts)
        .scalar_subquery()
    )


LOCK_COHORTS = (
    select(
        tables.cohorts.c.cohort_id,
        tables.cohorts.c.first_session_at,
        tables.cohorts.c.last_session_at,
        tables.cohorts.c.capacity,
        tables.cohorts.c.close_attention_limit,
        tables.cohorts.c.flagged,
        tables.cohorts.c.seats_taken,
        tables.cohorts.c.site_id,
        _NEXT_SESSION_AT.label("next_session_at"),
        _taken(tables.places.c.seat).label("seats"),
        _taken(tables.places.c.close_attention_seat).label("close_attention_seats"),
    )
    .where(tables.cohorts.c.cohort_id == any_(_IDS))
    .order_by(tables.cohorts.c.cohort_id)
    .with_for_update(of=tables.cohorts)
)

OVER_CLOSE_ATTENTION = select(tables.cohorts.c.cohort_id).where(
    tables.cohorts.c.cohort_id == any_(_IDS), tables.cohorts.c.flagged > tables.cohorts.c.close_attention_limit
)

RECOUNT = text("""
    UPDATE cohorts SET seats_taken = counted.seats_taken + coalesce(guests.most, 0),
        flagged = counted.flagged + coalesce(guests.most_flagged, 0)
    FROM (
        SELECT c.cohort_id, count(p.seat) AS seats_taken,
            count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) AS flagged
        FROM cohorts c LEFT JOIN places p USING (cohort_id)
        WHERE c.cohort_id = ANY (:ids) GROUP BY c.cohort_id
    ) counted LEFT JOIN LATERAL (
        SELECT max(number) AS most, max(flagged) AS most_flagged FROM (
            SELECT count(*) AS number, count(*) FILTER (WHERE guest.close_attention) AS flagged
            FROM make_ups m JOIN sessions s USING (session_id) JOIN places guest USING (place_id)
            WHERE m.cohort_id = counted.cohort_id AND m.status = 'coming' AND s.status = 'planned'
            GROUP BY session_id
        ) of_sessions
    ) guests ON true
    WHERE cohorts.cohort_id = counted.cohort_id
""").bindparams(_IDS)


LEFT_AT = text("""
    SELECT c.capacity - count(p.seat) - guests.number AS left_free,
        c.close_attention_limit - guests.flagged
            - count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) AS left_flagged
    FROM sessions s JOIN cohorts c USING (cohort_id) LEFT JOIN places p USING (cohort_id) CROSS JOIN LATERAL (
        SELECT count(*) AS number, count(*) FILTER (WHERE guest.close_attention) AS flagged
        FROM make_ups m JOIN places guest USING (place_id) WHERE m.session_id = s.session_id AND m.status = 'coming'
    ) guests
    WHERE s.session_id = :session_id GROUP BY c.cohort_id, guests.number, guests.flagged
""").bindparams(bindparam("session_id", type_=Uuid))


async def next_allocation(conn: AsyncConnection) -> datetime | None:
    """When a waiting list is to be allocated next."""
    earliest: datetime | None = (await conn.execute(NEXT_ALLOCATION)).scalar_one()
    return earliest


class SeatRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def lock_placing(self, programmes: Sequence[str]) -> None:
        """Let one transaction at a time give out or free seats of a programme, until it commits."""
        await self._conn.execute(LOCK_PLACING, {"programmes": list(programmes)})

    async def lock(self, cohort_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, LockedCohort]:
        """Lock the cohorts in key order and return their seats, which stay so where placing is locked, too."""
        if not cohort_ids:
            return {}
        found = await self._conn.execute(LOCK_COHORTS, {"ids": list(cohort_ids), "now": now})
        return {
            row.cohort_id: LockedCohort(
                cohort_id=row.cohort_id,
                next_session_at=row.next_session_at,
                span=Span(first_session_at=row.first_session_at, last_session_at=row.last_session_at, site_id=row.site_id),
                capacity=row.capacity,
                close_attention_limit=row.close_attention_limit,
                flagged=row.flagged,
                seats_taken=frozenset(row.seats or ()),
                guests=row.seats_taken - len(row.seats or ()),
                close_attention_seats_taken=frozenset(row.close_attention_seats or ()),
            )
            for row in found
        }

    async def with_room(self, seekers: Sequence[Seeker], *, refused: int, reach: Reach, now: datetime) -> list[OpenCohort]:
        """Of the open cohorts that haven't started and have a seat left, as many as these seekers could make a difference to.

        Each seeker fills at most one cohort, or its close-attention seats, so one more than seekers of every kind is enough, and
        one for each cohort that somebody `refused`.
        """
        flagged = any(seeker.close_attention for seeker in seekers)
        wanted = sorted({_wanted(seeker.without_flag(), reach) for seeker in seekers}, key=repr)
        found = await self._conn.execute(
            WITH_ROOM_FOR_CLOSE_ATTENTION if flagged else WITH_ROOM,
            {
                **{name: list(values) for name, values in zip(_WANTED_TYPES, zip(*wanted, strict=True), strict=True)},
                "now": now,
                "limit": len(seekers) + 1 + refused,
            },
        )
        return list({row["cohort_id"]: _open_cohort(row) for row in found.mappings()}.values())

    async def free_in(self, cohort_ids: Sequence[UUID], *, now: datetime) -> list[Free]:
        """Of these cohorts those that are open or running and have a seat left."""
        found = (await self._conn.execute(FREE_IN, {"ids": list(cohort_ids), "now": now})).mappings()
        return [
            Free(
                cohort=replace(_open_cohort(row), first_session_at=row["next_session_at"]),
                has_begun=row["first_session_at"] <= now,
            )
            for row in found
            if row["next_session_at"] is not None
        ]

    async def all_with_room(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left."""
        found = await self._conn.execute(ALL_WITH_ROOM, {"programmes": list(programmes), "now": now})
        return [_open_cohort(row) for row in found.mappings()]

    async def all_with_room_or_held(self, programme: str, *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left, those that are held for the waiting list too."""
        found = await self._conn.execute(ALL_WITH_ROOM_OR_HELD, {"programmes": [programme], "now": now})
        return [_open_cohort(row) for row in found.mappings()]

    async def hold_for_waiting_list(self, cohort_id: UUID, *, now: datetime) -> None:
        """Keep a cohort's places for the waiting list until they are released."""
        await self._conn.execute(HOLD, {"cohort_id": cohort_id, "now": now})

    async def held(self, *, now: datetime) -> Mapping[str, list[UUID]]:
        """The cohorts that are held for the waiting list, by programme."""
        found: dict[str, list[UUID]] = {}
        for row in await self._conn.execute(TO_ALLOCATE, {"now": now}):
            found.setdefault(row.programme, []).append(row.cohort_id)
        return found

    async def release(self, cohort_ids: Sequence[UUID]) -> None:
        """Let these cohorts be given to whoever enrols."""
        await self._conn.execute(RELEASE, {"ids": list(cohort_ids)})

    async def all_open(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started, full ones too."""
        found = await self._conn.execute(ALL_OPEN, {"programmes": list(programmes), "now": now})
        return [_open_cohort(row) for row in found.mappings()]

    async def recount(self, cohort_ids: Sequence[UUID]) -> None:
        """Count the taken seats of locked cohorts again, after places in them changed."""
        if cohort_ids:
            await self._conn.execute(RECOUNT, {"ids": list(cohort_ids)})

    async def left_at(self, session_id: UUID) -> tuple[int, int]:
        """How many more can come to one session, and how many who need close attention; of a locked cohort."""
        row = (await self._conn.execute(LEFT_AT, {"session_id": session_id})).one()
        return row.left_free, row.left_flagged

    async def over_close_attention(self, cohort_ids: Sequence[UUID]) -> list[UUID]:
        """Those of the cohorts that have more people who need close attention than they may."""
        return list((await self._conn.execute(OVER_CLOSE_ATTENTION, {"ids": list(cohort_ids)})).scalars())


def _wanted(seeker: Seeker, reach: Reach) -> tuple[Any, ...]:
    """What a seeker looks for, in the order of _WANTED_TYPES."""
    box = area = None
    if not seeker.preferred_site:
        box = reach.map.box_around(seeker.outward_code, km=reach.farthest_km(seeker.programme))
        area = postcode_area(seeker.outward_code)
    degrees = (box.south, box.north, box.west, box.east) if box else (None, None, None, None)
    needs = json.dumps(sorted(seeker.access_needs))
    return (
        seeker.programme,
        seeker.preferred_site,
        area,
        *degrees,
        seeker.available,
        needs,
        seeker.language,
        seeker.employer,
    )


def _open_cohort(row: RowMapping) -> OpenCohort:
    known = {one.name: row[one.name] for one in _ROOM}
    return OpenCohort(**(known | {"access_features": frozenset(row["access_features"])}))
