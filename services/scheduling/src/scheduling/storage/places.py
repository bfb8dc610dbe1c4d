"""Places, and who waits for what is free."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    RowMapping,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.allocation import Seeker, Wish
from scheduling.domain.places import DISCONTINUED, WAITING, Place
from scheduling.storage import tables
from scheduling.storage.waiting import seeker_of
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))

# Written out, not bound: a plan for any value can't use the index of those who wait.
_WAITING: ColumnElement[str] = literal_column(f"'{WAITING}'")

# Of an outward code: its postcode area, as the rule in domain/allocation.py has it.
_LETTERS_AT_THE_BEGINNING: ColumnElement[str] = literal_column("'^[A-Za-z]+'")

_PLACE_COLUMNS = [column for column in tables.places.c if column.name != "cohort_capacity"]
_ORDER_OF_LIFE = case((tables.places.c.status == DISCONTINUED, 0), else_=1)

LATEST_PLACES = (
    select(*_PLACE_COLUMNS)
    .where(tables.places.c.enrolment_id == any_(_IDS))
    .order_by(tables.places.c.enrolment_id, _ORDER_OF_LIFE, tables.places.c.place_id)
)

PLACES_OF_COHORT = (
    select(*_PLACE_COLUMNS)
    .where(tables.places.c.cohort_id == bindparam("cohort_id", type_=Uuid))
    .order_by(tables.places.c.place_id)
)

CAPACITIES = select(tables.cohorts.c.cohort_id, tables.cohorts.c.capacity).where(tables.cohorts.c.cohort_id == any_(_IDS))

# Where a wish names no site, or no area, it is the empty text here, so that wishes are compared by their hashes.
_SITE_WISHED = func.coalesce(tables.enrolments.c.preferred_site, "")
_AREA_WISHED = case(
    (_SITE_WISHED != "", ""),
    else_=func.coalesce(func.upper(func.substring(tables.enrolments.c.outward_code, _LETTERS_AT_THE_BEGINNING)), ""),
)
_FREE = (
    func.unnest(
        bindparam("sites", type_=ARRAY(Text)), bindparam("areas", type_=ARRAY(Text)), bindparam("seats", type_=ARRAY(Integer))
    )
    .table_valued("site_id", "area", "seats", name="free")
    .render_derived()
)
_WAITING_FOR_WHAT_IS_FREE = (
    select(
        *_PLACE_COLUMNS,
        tables.enrolments.c.preferred_site,
        tables.enrolments.c.outward_code,
        tables.enrolments.c.enrolled_at,
        _FREE.c.seats,
        func.row_number()
        .over(
            partition_by=[_FREE.c.site_id, _FREE.c.area, tables.places.c.close_attention],
            order_by=[tables.enrolments.c.enrolled_at, tables.enrolments.c.enrolment_id],
        )
        .label("turn"),
    )
    .join(tables.enrolments, tables.enrolments.c.enrolment_id == tables.places.c.enrolment_id)
    .join(_FREE, and_(_FREE.c.site_id == _SITE_WISHED, _FREE.c.area == _AREA_WISHED))
    .where(tables.places.c.status == _WAITING, tables.places.c.programme == bindparam("programme", type_=Text))
    .subquery()
)
LONGEST_WAITING = (
    select(_WAITING_FOR_WHAT_IS_FREE)
    .where(_WAITING_FOR_WHAT_IS_FREE.c.turn <= _WAITING_FOR_WHAT_IS_FREE.c.seats)
    .order_by(_WAITING_FOR_WHAT_IS_FREE.c.enrolled_at, _WAITING_FOR_WHAT_IS_FREE.c.enrolment_id)
)


class PlaceRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def latest_of(self, enrolment_ids: Sequence[UUID]) -> list[Place]:
        """The latest place of each enrolment that has one."""
        found = (await self._conn.execute(LATEST_PLACES, {"ids": list(enrolment_ids)})).mappings()
        return list({row["enrolment_id"]: Place(**row) for row in found}.values())

    async def of_cohort(self, cohort_id: UUID) -> list[Place]:
        """All places that are or were in the cohort."""
        return [Place(**row) for row in (await self._conn.execute(PLACES_OF_COHORT, {"cohort_id": cohort_id})).mappings()]

    async def longest_waiting(self, programme: str, *, free: Mapping[Wish, int]) -> list[tuple[Place, Seeker]]:
        """Those who wait for what is free, earliest enrolled first.

        With each wish as many who need close attention, and as many who don't, as there are seats `free` for it.
        """
        wanted = {
            "programme": programme,
            "sites": [wish.site_id or "" for wish in free],
            "areas": [wish.area or "" for wish in free],
            "seats": list(free.values()),
        }
        found = (await self._conn.execute(LONGEST_WAITING, wanted)).mappings()
        return [(_place(row), seeker_of(row)) for row in found]

    async def add(self, places: Sequence[Place]) -> None:
        """Store new places."""
        await rows.insert(self._conn, tables.places, await self._with_capacity(places))

    async def change(self, places: Sequence[Place]) -> None:
        """Store places that are there already."""
        await rows.update(self._conn, tables.places, await self._with_capacity(places))

    async def _with_capacity(self, places: Sequence[Place]) -> list[dict[str, Any]]:
        cohort_ids = sorted({place.cohort_id for place in places if place.cohort_id})
        capacities = {}
        if cohort_ids:
            capacities = {row.cohort_id: row.capacity for row in await self._conn.execute(CAPACITIES, {"ids": cohort_ids})}
        return [
            {**_columns(place), "cohort_capacity": capacities[place.cohort_id] if place.cohort_id else None} for place in places
        ]


def _place(row: RowMapping) -> Place:
    return Place(**{column.name: row[column.name] for column in _PLACE_COLUMNS})


def _columns(record: Place) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
