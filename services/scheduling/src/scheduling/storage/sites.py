"""Sites."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.sites import Site
from scheduling.storage import tables
from service_kit import rows


class SiteRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def get(self, site_id: str) -> Site | None:
        """One site, if it is known."""
        found = (await self._conn.execute(select(tables.sites).where(tables.sites.c.site_id == site_id))).mappings().one_or_none()
        if found is None:
            return None
        return Site(**{**found, "closed_on": tuple(date.fromisoformat(day) for day in found["closed_on"])})

    async def keep(self, site: Site) -> None:
        """Store the site as it is now."""
        row = {**_columns(site), "closed_on": [day.isoformat() for day in site.closed_on]}
        await rows.upsert(self._conn, tables.sites, [row])


def _columns(record: Site) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
