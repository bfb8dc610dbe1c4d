"""The seats of open cohorts: who may give them out, which are free, and where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.allocation import LockedCohort, OpenCohort, Seeker, Wish, wishes_met_at
from scheduling.domain.cohorts import OPEN, Span
from scheduling.storage import tables

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_PROGRAMMES = bindparam("programmes", type_=ARRAY(Text))
_NOW = bindparam("now", type_=DateTime(timezone=True))
_LIMIT = bindparam("limit", type_=Integer)

# Written out, not bound: a plan for any value can't use the index of open cohorts.
_OPEN: ColumnElement[str] = literal_column(f"'{OPEN}'")

# Of an outward code: its postcode area, as the rule in domain/allocation.py has it.
_LETTERS_AT_THE_BEGINNING: ColumnElement[str] = literal_column("'^[A-Za-z]+'")

LOCK_PLACING = text(
    "SELECT pg_advisory_xact_lock(hashtext('placing'), hashtext(programme)) FROM unnest(:programmes) AS programme"
).bindparams(_PROGRAMMES)

_STARTS_LATER = (tables.cohorts.c.status == _OPEN, tables.cohorts.c.first_session_at > _NOW)
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
)

ALL_WITH_ROOM = (
    select(*_ROOM)
    .join(tables.sites)
    .where(
        tables.cohorts.c.programme == any_(_PROGRAMMES), *_STARTS_LATER, tables.cohorts.c.seats_taken < tables.cohorts.c.capacity
    )
)

_WANTED = (
    func.unnest(_PROGRAMMES, bindparam("sites", type_=ARRAY(Text)), bindparam("areas", type_=ARRAY(Text)))
    .table_valued("programme", "site_id", "area", name="wanted")
    .render_derived()
)


_AREA_OF_SITE = func.substring(tables.sites.c.outward_code, _LETTERS_AT_THE_BEGINNING)
# An area is wanted as all its sites, so that cohorts are looked up by their site.
_WANTED_SITES = union(
    *(
        select(_WANTED.c.programme, tables.sites.c.site_id).select_from(_WANTED.join(tables.sites, condition))
        for condition in (_WANTED.c.site_id == tables.sites.c.site_id, _WANTED.c.area == _AREA_OF_SITE)
    )
).subquery("wanted_sites")
_WANTED_ANYWHERE = (
    select(_WANTED.c.programme).where(_WANTED.c.site_id.is_(None), _WANTED.c.area.is_(None)).subquery("wanted_anywhere")
)


def _first_with_room(wanted: Any, *conditions: Any) -> Any:
    """For each row of what is wanted, the earliest cohorts with room that meet the conditions."""
    first = (
        select(*_ROOM)
        .select_from(tables.cohorts.join(tables.sites))
        .where(
            tables.cohorts.c.programme == wanted.c.programme,
            *_STARTS_LATER,
            tables.cohorts.c.seats_taken < tables.cohorts.c.capacity,
            *conditions,
        )
        .order_by(tables.cohorts.c.first_session_at, tables.cohorts.c.cohort_id)
        .limit(_LIMIT)
        .lateral()
    )
    return select(first).select_from(wanted.join(first, true()))


def _all_first_with_room(*conditions: Any) -> list[Any]:
    at_site = tables.cohorts.c.site_id == _WANTED_SITES.c.site_id
    return [_first_with_room(_WANTED_SITES, at_site, *conditions), _first_with_room(_WANTED_ANYWHERE, *conditions)]


_FREE_CLOSE_ATTENTION = tables.cohorts.c.flagged < tables.cohorts.c.close_attention_limit

# `sites` and `areas` beside `programmes`: at most one of them, both null where any will do.
WITH_ROOM = union(*_all_first_with_room())
WITH_ROOM_FOR_CLOSE_ATTENTION = union(*_all_first_with_room(), *_all_first_with_room(_FREE_CLOSE_ATTENTION))

OPEN_SITES = (
    select(tables.cohorts.c.programme, tables.sites.c.site_id, tables.sites.c.outward_code)
    .join(tables.sites)
    .where(tables.cohorts.c.programme == any_(_PROGRAMMES), *_STARTS_LATER)
    .distinct()
)


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
    UPDATE cohorts SET seats_taken = counted.seats_taken, flagged = counted.flagged
    FROM (
        SELECT c.cohort_id, count(p.seat) AS seats_taken,
            count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) AS flagged
        FROM cohorts c LEFT JOIN places p USING (cohort_id)
        WHERE c.cohort_id = ANY (:ids) GROUP BY c.cohort_id
    ) counted
    WHERE cohorts.cohort_id = counted.cohort_id
""").bindparams(_IDS)


class SeatRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def lock_placing(self, programmes: Sequence[str]) -> None:
        """Let one transaction at a time give out or free seats of a programme, until it commits."""
        await self._conn.execute(LOCK_PLACING, {"programmes": list(programmes)})

    async def lock(self, cohort_ids: Sequence[UUID]) -> Mapping[UUID, LockedCohort]:
        """Lock the cohorts in key order and return their seats, which stay so where placing is locked, too."""
        if not cohort_ids:
            return {}
        found = await self._conn.execute(LOCK_COHORTS, {"ids": list(cohort_ids)})
        return {
            row.cohort_id: LockedCohort(
                cohort_id=row.cohort_id,
                span=Span(first_session_at=row.first_session_at, last_session_at=row.last_session_at),
                capacity=row.capacity,
                close_attention_limit=row.close_attention_limit,
                seats_taken=frozenset(row.seats or ()),
                close_attention_seats_taken=frozenset(row.close_attention_seats or ()),
            )
            for row in found
        }

    async def with_room(self, seekers: Sequence[Seeker], *, now: datetime) -> list[OpenCohort]:
        """Of the open cohorts that haven't started and have a seat left, as many as these seekers could make a difference to.

        Each seeker fills at most one cohort, or its close-attention seats, so one more than seekers of every kind is enough.
        """
        wanted = {(seeker.programme, seeker.wish) for seeker in seekers}
        ordered = sorted(wanted, key=lambda one: (one[0], one[1].site_id or "", one[1].area or ""))
        flagged = any(seeker.close_attention for seeker in seekers)
        found = await self._conn.execute(
            WITH_ROOM_FOR_CLOSE_ATTENTION if flagged else WITH_ROOM,
            {
                "programmes": [programme for programme, _ in ordered],
                "sites": [wish.site_id for _, wish in ordered],
                "areas": [wish.area for _, wish in ordered],
                "now": now,
                "limit": len(seekers) + 1,
            },
        )
        return list({row["cohort_id"]: OpenCohort(**row) for row in found.mappings()}.values())

    async def all_with_room(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left."""
        found = await self._conn.execute(ALL_WITH_ROOM, {"programmes": list(programmes), "now": now})
        return [OpenCohort(**row) for row in found.mappings()]

    async def recount(self, cohort_ids: Sequence[UUID]) -> None:
        """Count the taken seats of locked cohorts again, after places in them changed."""
        if cohort_ids:
            await self._conn.execute(RECOUNT, {"ids": list(cohort_ids)})

    async def over_close_attention(self, cohort_ids: Sequence[UUID]) -> list[UUID]:
        """Those of the cohorts that have more people who need close attention than they may."""
        return list((await self._conn.execute(OVER_CLOSE_ATTENTION, {"ids": list(cohort_ids)})).scalars())

    async def wishes_met(self, programmes: Sequence[str], *, now: datetime) -> Mapping[str, AbstractSet[Wish]]:
        """The wishes that an open cohort which hasn't started fits, by programme, full ones too."""
        met: dict[str, set[Wish]] = defaultdict(set)
        for row in await self._conn.execute(OPEN_SITES, {"programmes": list(programmes), "now": now}):
            met[row.programme].update(wishes_met_at(site_id=row.site_id, outward_code=row.outward_code))
        return met
