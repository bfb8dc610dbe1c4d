"""Places, and who waits for what is free."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, case, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.places import DECLINED, DISCONTINUED, Place
from scheduling.storage import tables
from scheduling.storage.offers import OfferRows
from scheduling.storage.waiting import ALL_WAITING, LONGEST_WAITING, WAITING_OF, seeker_of
from scheduling.use_cases.repositories import Waiting
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))

_PLACE_COLUMNS = [column for column in tables.places.c if column.name != "cohort_capacity"]
_ORDER_OF_LIFE = case((tables.places.c.status.in_([DISCONTINUED, DECLINED]), 0), else_=1)

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

# Of each programme in which somebody has more than one seat, all but the first.
DOUBLED = text(
    """
SELECT place_id FROM (
  SELECT place_id, row_number() OVER (PARTITION BY participant_id, programme ORDER BY place_id) AS number
  FROM places WHERE participant_id = ANY(:ids) AND status IN ('offered', 'placed', 'attending')
) AS seated WHERE number > 1 ORDER BY place_id
"""
).bindparams(_IDS)

LOCKED_PLACES = (
    select(*_PLACE_COLUMNS).where(tables.places.c.place_id == any_(_IDS)).order_by(tables.places.c.place_id).with_for_update()
)


class PlaceRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def latest_of(self, enrolment_ids: Sequence[UUID]) -> list[Place]:
        """The latest place of each enrolment that has one."""
        found = (await self._conn.execute(LATEST_PLACES, {"ids": list(enrolment_ids)})).mappings()
        return list({row["enrolment_id"]: Place(**row) for row in found}.values())

    async def doubled(self, participant_ids: Sequence[UUID]) -> list[Place]:
        """The further places that have a seat of these people who have more than one in a programme."""
        found = (await self._conn.execute(DOUBLED, {"ids": list(participant_ids)})).scalars().all()
        return await self.locked(found) if found else []

    async def locked(self, place_ids: Sequence[UUID]) -> list[Place]:
        """These places, locked in key order."""
        return [Place(**row) for row in (await self._conn.execute(LOCKED_PLACES, {"ids": list(place_ids)})).mappings()]

    async def of_cohort(self, cohort_id: UUID) -> list[Place]:
        """All places that are or were in the cohort."""
        return [Place(**row) for row in (await self._conn.execute(PLACES_OF_COHORT, {"cohort_id": cohort_id})).mappings()]

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
