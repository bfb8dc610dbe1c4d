"""Sites and facilitators as staff see them."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from scheduling.domain.facilitators import Credential, Facilitator
from scheduling.domain.sites import Room, Site
from scheduling.storage import tables
from scheduling.storage.facilitators import FacilitatorRows, credential_from, facilitator_from
from scheduling.storage.sites import SiteRows, site_from
from service_kit.tables import CREDENTIALS

TRAINED = text("""
    SELECT to_char(issued_on, 'YYYY-MM') AS month, count(DISTINCT facilitator_id) AS people
    FROM facilitator_credentials GROUP BY month ORDER BY month
""")


class StoredSiteReads:
    """Answers on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def sites(self) -> list[Site]:
        """All sites by their name."""
        async with self._engine.connect() as conn:
            rooms: dict[str, list[Room]] = defaultdict(list)
            for row in await conn.execute(select(tables.rooms).order_by(tables.rooms.c.name)):
                rooms[row.site_id].append(Room(room_id=row.room_id, name=row.name, capacity=row.capacity))
            found = (await conn.execute(select(tables.sites).order_by(tables.sites.c.name, tables.sites.c.site_id))).mappings()
            return [site_from(row, tuple(rooms[row["site_id"]])) for row in found]

    async def site(self, site_id: str) -> Site | None:
        """One site."""
        async with self._engine.connect() as conn:
            return await SiteRows(conn).get(site_id)

    async def facilitators(self) -> list[Facilitator]:
        """All facilitators by their name."""
        async with self._engine.connect() as conn:
            credentials: dict[UUID, list[Credential]] = defaultdict(list)
            by_issue = select(tables.facilitator_credentials).order_by(tables.facilitator_credentials.c.issued_on)
            for row in (await conn.execute(by_issue)).mappings():
                credentials[row["facilitator_id"]].append(credential_from(row))
            by_name = select(tables.facilitators).order_by(tables.facilitators.c.name, tables.facilitators.c.facilitator_id)
            return [
                facilitator_from(row, tuple(credentials[row["facilitator_id"]]))
                for row in (await conn.execute(by_name)).mappings()
            ]

    async def facilitator(self, facilitator_id: UUID) -> Facilitator | None:
        """One facilitator."""
        async with self._engine.connect() as conn:
            return (await FacilitatorRows(conn).get([facilitator_id])).get(facilitator_id)

    async def facilitator_of(self, member_id: UUID) -> Facilitator | None:
        """The facilitator whom a member of staff is."""
        async with self._engine.connect() as conn:
            known = FacilitatorRows(conn)
            facilitator_id = await known.id_of_member(member_id)
            return None if facilitator_id is None else (await known.get([facilitator_id])).get(facilitator_id)

    async def members(self) -> list[tuple[UUID, str]]:
        """The members of staff by their name: who can sign in."""
        known = select(CREDENTIALS.c.id, CREDENTIALS.c.name).where(CREDENTIALS.c.revoked_at.is_(None))
        async with self._engine.connect() as conn:
            return [(row.id, row.name) for row in await conn.execute(known.order_by(CREDENTIALS.c.name, CREDENTIALS.c.id))]

    async def trained_by_month(self) -> Mapping[str, int]:
        """How many people were given a credential in each month (YYYY-MM), the earliest first."""
        async with self._engine.connect() as conn:
            return {row.month: row.people for row in await conn.execute(TRAINED)}
