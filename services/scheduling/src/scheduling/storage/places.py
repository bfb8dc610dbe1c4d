"""Places, and who waits for what is free."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, RowMapping, Uuid, any_, bindparam, case, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.make_ups import COMING, MakeUp, refuse_full_class
from scheduling.domain.places import DECLINED, DISCONTINUED, Place
from scheduling.storage import tables
from scheduling.storage.offers import OfferRows
from scheduling.storage.waiting import ALL_WAITING, LONGEST_WAITING, WAITING_OF, seeker_of
from scheduling.use_cases.repositories import Waiting
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))

_PLACE_COLUMNS = [column for column in tables.places.c if column.name != "cohort_capacity"]
# Where and when they are is their sessions', whatever it was when they were booked.
_MAKE_UPS: ColumnElement[Any] = literal_column(
    """(
        SELECT jsonb_agg(to_jsonb(m) || jsonb_build_object(
            'site_id', sites.site_id, 'site_name', sites.name, 'starts_at', s.starts_at, 'ends_at', s.ends_at,
            'session_status', s.status, 'attendance', a.status
        ) ORDER BY s.starts_at, m.session_id)
        FROM make_ups m JOIN sessions s USING (session_id) JOIN cohorts c ON c.cohort_id = m.cohort_id
        LEFT JOIN rooms r ON r.room_id = coalesce(s.room_id, c.room_id)
        JOIN sites ON sites.site_id = coalesce(r.site_id, c.site_id)
        LEFT JOIN attendance a ON a.session_id = m.session_id AND a.place_id = m.place_id
        WHERE m.place_id = places.place_id
    )""",
    type_=JSONB,
).label("make_ups")
_PLACE = (*_PLACE_COLUMNS, _MAKE_UPS)
_ORDER_OF_LIFE = case((tables.places.c.status.in_([DISCONTINUED, DECLINED]), 0), else_=1)

LATEST_PLACES = (
    select(*_PLACE)
    .where(tables.places.c.enrolment_id == any_(_IDS))
    .order_by(tables.places.c.enrolment_id, _ORDER_OF_LIFE, tables.places.c.place_id)
)

PLACES_OF_COHORT = (
    select(*_PLACE).where(tables.places.c.cohort_id == bindparam("cohort_id", type_=Uuid)).order_by(tables.places.c.place_id)
)

CAPACITIES = select(tables.cohorts.c.cohort_id, tables.cohorts.c.capacity).where(tables.cohorts.c.cohort_id == any_(_IDS))

# Of each programme in which somebody has more than one seat, all but the first.
DOUBLED = text(
    """
SELECT place_id FROM (
  SELECT place_id, row_number() OVER (PARTITION BY participant_id, programme ORDER BY place_id) AS number
  FROM places WHERE participant_id = ANY(:ids) AND status IN ('offered', 'placed', 'attending')
) AS seated WHERE number > 1 ORDER BY place_id
"""
).bindparams(_IDS)

GUESTS = (
    select(*_PLACE)
    .where(
        tables.places.c.place_id.in_(
            select(tables.make_ups.c.place_id).where(
                tables.make_ups.c.session_id == any_(_IDS), tables.make_ups.c.status == literal_column(f"'{COMING}'")
            )
        )
    )
    .order_by(tables.places.c.place_id)
)

# The cohorts of those who come to its sessions, and those to whose sessions its people come.
COMPANY = text("""
    SELECT of_cohort_id FROM make_ups WHERE status = 'coming' AND cohort_id = ANY (:ids)
    UNION SELECT cohort_id FROM make_ups WHERE status = 'coming' AND of_cohort_id = ANY (:ids)
""").bindparams(_IDS)

LOCKED_PLACES = select(*_PLACE).where(tables.places.c.place_id == any_(_IDS)).order_by(tables.places.c.place_id).with_for_update()
FOUND_PLACES = select(*_PLACE).where(tables.places.c.place_id == any_(_IDS))


class PlaceRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def latest_of(self, enrolment_ids: Sequence[UUID]) -> list[Place]:
        """The latest place of each enrolment that has one."""
        found = (await self._conn.execute(LATEST_PLACES, {"ids": list(enrolment_ids)})).mappings()
        return list({row["enrolment_id"]: _place(row) for row in found}.values())

    async def doubled(self, participant_ids: Sequence[UUID]) -> list[Place]:
        """The further places that have a seat of these people who have more than one in a programme."""
        found = (await self._conn.execute(DOUBLED, {"ids": list(participant_ids)})).scalars().all()
        return await self.locked(found) if found else []

    async def locked(self, place_ids: Sequence[UUID]) -> list[Place]:
        """These places, locked in key order."""
        return [_place(row) for row in (await self._conn.execute(LOCKED_PLACES, {"ids": list(place_ids)})).mappings()]

    async def found(self, place_ids: Sequence[UUID]) -> list[Place]:
        """These places, not locked."""
        return [_place(row) for row in (await self._conn.execute(FOUND_PLACES, {"ids": list(place_ids)})).mappings()]

    async def of_cohort(self, cohort_id: UUID) -> list[Place]:
        """All places that are or were in the cohort."""
        return [_place(row) for row in (await self._conn.execute(PLACES_OF_COHORT, {"cohort_id": cohort_id})).mappings()]

    async def guests_at(self, session_ids: Sequence[UUID]) -> list[Place]:
        """The places of those who come to these sessions from other cohorts."""
        return [_place(row) for row in (await self._conn.execute(GUESTS, {"ids": list(session_ids)})).mappings()]

    async def with_company(self, cohort_ids: Sequence[UUID]) -> list[UUID]:
        """These cohorts, and those between which and these somebody makes up for a session; in key order."""
        found = await self._conn.execute(COMPANY, {"ids": list(cohort_ids)})
        return sorted({*cohort_ids, *found.scalars()})

    async def all_waiting(self, programme: str) -> list[Waiting]:
        """Everybody who waits for a place in a programme, longest first."""
        return await self._waiting((await self._conn.execute(ALL_WAITING, {"programme": programme})).mappings().all())

    async def waiting(self, place_ids: Sequence[UUID]) -> list[Waiting]:
        """Of these places those that wait, longest waiting first."""
        return await self._waiting((await self._conn.execute(WAITING_OF, {"ids": list(place_ids)})).mappings().all())

    async def longest_waiting(self, cohort_ids: Sequence[UUID], *, farthest_km: Sequence[int], limit: int) -> list[Waiting]:
        """Those who fit one of the cohorts and weren't offered it in vain, longest waiting first.

        Of each cohort `limit` who need close attention, and as many who don't. `farthest_km` is the reach for each cohort.
        """
        wanted = {"ids": list(cohort_ids), "reaches": list(farthest_km), "limit": limit}
        return await self._waiting((await self._conn.execute(LONGEST_WAITING, wanted)).mappings().all())

    async def _waiting(self, found: Sequence[RowMapping]) -> list[Waiting]:
        people = {row["place_id"]: row for row in found}
        refused = await OfferRows(self._conn).refused_by(list(people)) if people else {}
        return [
            Waiting(place=_place(row), seeker=seeker_of(row), refused=refused.get(place_id, frozenset()), since=row["since"])
            for place_id, row in people.items()
        ]

    async def add(self, places: Sequence[Place]) -> None:
        """Store new places."""
        await rows.insert(self._conn, tables.places, await self._with_capacity(places))
        await self._keep_make_ups(places)

    async def change(self, places: Sequence[Place]) -> None:
        """Store places that are there already."""
        await rows.update(self._conn, tables.places, await self._with_capacity(places))
        await self._keep_make_ups(places)

    async def _keep_make_ups(self, places: Sequence[Place]) -> None:
        kept = [_make_up_columns(place, one) for place in places for one in place.make_ups]
        async with _within_limits():
            await rows.upsert(self._conn, tables.make_ups, kept)

    async def _with_capacity(self, places: Sequence[Place]) -> list[dict[str, Any]]:
        cohort_ids = sorted({place.cohort_id for place in places if place.cohort_id})
        capacities = {}
        if cohort_ids:
            capacities = {row.cohort_id: row.capacity for row in await self._conn.execute(CAPACITIES, {"ids": cohort_ids})}
        return [
            {**_columns(place), "cohort_capacity": capacities[place.cohort_id] if place.cohort_id else None} for place in places
        ]


@asynccontextmanager
async def _within_limits() -> AsyncIterator[None]:
    """Word what the database refuses because a class would be too large. Raises BrokenRuleError."""
    try:
        yield
    except IntegrityError as error:
        refuse_full_class(str(error.orig))
        raise


def _place(row: RowMapping) -> Place:
    # Of somebody who waits none is expected, and their rows are read without.
    make_ups = tuple(map(_make_up, row.get("make_ups") or ()))
    return Place(**{column.name: row[column.name] for column in _PLACE_COLUMNS}, make_ups=make_ups)


def _make_up(known: dict[str, Any]) -> MakeUp:
    values: dict[str, Any] = {name: known[name] for name in MakeUp.__slots__}
    values |= {name: UUID(known[name]) for name in ("session_id", "cohort_id", "of_cohort_id", "booked_by")}
    values |= {name: datetime.fromisoformat(known[name]) for name in ("booked_at", "starts_at", "ends_at")}
    return MakeUp(**(values | {"themes": tuple(known["themes"])}))


def _columns(record: Place) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__ if name != "make_ups"}


def _make_up_columns(place: Place, make_up: MakeUp) -> dict[str, Any]:
    own = {name: getattr(make_up, name) for name in _OF_MAKE_UP}
    return {"place_id": place.place_id, **own, "themes": list(make_up.themes)}


_OF_MAKE_UP = ("session_id", "cohort_id", "of_cohort_id", "status", "booked_by", "booked_by_name", "booked_at")
