"""Places in the database, and the newest version heard of what is not kept."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.place import Place
from notifications.storage import tables
from notifications.storage.any_of import any_of
from service_kit import rows


class StoredPlaces:
    """`Places` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, place_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        query = (
            select(tables.PLACES).where(tables.PLACES.c.id == any_of(place_ids)).order_by(tables.PLACES.c.id).with_for_update()
        )
        return {row["id"]: Place(**row) for row in (await self._conn.execute(query)).mappings()}

    async def in_cohorts(self, cohort_ids: Collection[UUID]) -> list[Place]:
        query = select(tables.PLACES).where(tables.PLACES.c.cohort_id == any_of(cohort_ids)).order_by(tables.PLACES.c.id)
        return [Place(**row) for row in (await self._conn.execute(query)).mappings()]

    async def keep(self, places: Sequence[Place]) -> None:
        kept = tables.PLACES.c.keys()
        written = [{name: getattr(place, name) for name in kept} for place in places]
        await rows.upsert(self._conn, tables.PLACES, written, newer="sequence")


class StoredHeard:
    """`Heard` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def versions(self, thing: str, ids: Collection[UUID]) -> Mapping[UUID, int]:
        heard = tables.HEARD
        query = select(heard.c.id, heard.c.sequence).where(heard.c.thing == thing, heard.c.id == any_of(ids))
        return {row.id: row.sequence for row in await self._conn.execute(query.order_by(heard.c.id).with_for_update())}

    async def keep(self, thing: str, versions: Mapping[UUID, int]) -> None:
        kept = [{"thing": thing, "id": id_, "sequence": sequence} for id_, sequence in versions.items()]
        await rows.upsert(self._conn, tables.HEARD, kept, newer="sequence")
