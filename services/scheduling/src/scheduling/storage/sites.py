"""Sites with their rooms."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.sites import Hours, Room, Site
from scheduling.storage import tables
from service_kit import rows

USED_ROOMS = text("""
    SELECT r.name, coalesce(max(c.capacity) FILTER (WHERE c.status IN ('planned', 'open', 'running')), 0) AS people
    FROM rooms r JOIN cohorts c ON c.room_id = r.room_id
        OR EXISTS (SELECT FROM sessions s WHERE s.cohort_id = c.cohort_id AND s.room_id = r.room_id)
    WHERE r.site_id = :site_id GROUP BY r.name
""")


class SiteRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def get(self, site_id: str) -> Site | None:
        """One site, if it is known."""
        return await self._found(site_id, lock=False)

    async def locked(self, site_id: str) -> Site | None:
        """One site, locked."""
        return await self._found(site_id, lock=True)

    async def keep(self, site: Site) -> None:
        """Store the site and its rooms as they are now; rooms that it no longer has must have no cohort."""
        await rows.upsert(self._conn, tables.sites, [site_columns(site)])
        gone = delete(tables.rooms).where(
            tables.rooms.c.site_id == site.site_id, tables.rooms.c.room_id.not_in([room.room_id for room in site.rooms])
        )
        await self._conn.execute(gone)
        of_site = [
            {"room_id": room.room_id, "site_id": site.site_id, "name": room.name, "capacity": room.capacity}
            for room in site.rooms
        ]
        await rows.upsert(self._conn, tables.rooms, of_site)

    async def used_rooms(self, site_id: str) -> Mapping[str, int]:
        """The rooms that cohorts are or were in, by name, with the most people that an unfinished one of these takes."""
        return {row.name: row.people for row in await self._conn.execute(USED_ROOMS, {"site_id": site_id})}

    async def _found(self, site_id: str, *, lock: bool) -> Site | None:
        query = select(tables.sites).where(tables.sites.c.site_id == site_id)
        found = (await self._conn.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
        if found is None:
            return None
        of_site = await self._conn.execute(
            select(tables.rooms).where(tables.rooms.c.site_id == site_id).order_by(tables.rooms.c.name)
        )
        return site_from(found, tuple(Room(room_id=row.room_id, name=row.name, capacity=row.capacity) for row in of_site))


def site_from(row: Mapping[Any, Any], rooms: tuple[Room, ...]) -> Site:
    """The site of one row."""
    known = {one.name: row[one.name] for one in fields(Site) if one.name != "rooms"}
    known |= {
        "closed_on": tuple(map(date.fromisoformat, row["closed_on"])),
        "access_features": tuple(row["access_features"]),
        "checklist": {item: date.fromisoformat(day) for item, day in row["checklist"].items()},
        "opening_hours": {
            weekday: tuple(Hours(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)) for opens, closes in hours)
            for weekday, hours in row["opening_hours"].items()
        },
    }
    return Site(**known, rooms=rooms)


def site_columns(site: Site) -> dict[str, Any]:
    """The row of a site."""
    known = {one.name: getattr(site, one.name) for one in fields(Site) if one.name != "rooms"}
    return known | {
        "closed_on": [day.isoformat() for day in site.closed_on],
        "access_features": list(site.access_features),
        "checklist": {item: day.isoformat() for item, day in site.checklist.items()},
        "opening_hours": {
            weekday: [[one.opens.isoformat("minutes"), one.closes.isoformat("minutes")] for one in hours]
            for weekday, hours in site.opening_hours.items()
        },
    }
