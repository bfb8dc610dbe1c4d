"""The resource pack of a programme: links and files in versions, and who viewed which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.resources import Resource, ResourceView
from scheduling.storage import tables
from service_kit import rows

# A file's content is read only where the file is handed out.
_WITHOUT_CONTENT = [column for column in tables.resources.c if column.name != "content"]

LATEST = (
    select(*_WITHOUT_CONTENT)
    .ext(distinct_on(tables.resources.c.resource_id))
    .order_by(tables.resources.c.resource_id, tables.resources.c.version.desc())
)

VIEWS = text("""
    SELECT v.resource_id, v.version, f.name, max(v.viewed_at) AS viewed_at, count(*) AS times
    FROM resource_views v JOIN facilitators f USING (facilitator_id)
    GROUP BY v.resource_id, v.version, f.facilitator_id, f.name ORDER BY max(v.viewed_at) DESC
""")


class StoredResources:
    """Answers on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def latest(self, programmes: Sequence[str]) -> list[Resource]:
        """The newest version of each resource of these programmes, by title."""
        async with self._engine.connect() as conn:
            found = [Resource(**row) for row in (await conn.execute(LATEST)).mappings()]
        return sorted((one for one in found if one.programme in programmes), key=lambda one: one.title)

    async def one(self, resource_id: UUID) -> tuple[Resource, bytes | None] | None:
        """The newest version of a resource, and a file's content."""
        query = select(tables.resources).where(tables.resources.c.resource_id == resource_id)
        newest = query.order_by(tables.resources.c.version.desc()).limit(1)
        async with self._engine.connect() as conn:
            row = (await conn.execute(newest)).mappings().one_or_none()
        if row is None:
            return None
        known: dict[str, Any] = {name: value for name, value in row.items() if name != "content"}
        return Resource(**known), row["content"]

    async def views(self) -> list[ResourceView]:
        """Who viewed which version, the latest first."""
        async with self._engine.connect() as conn:
            return [ResourceView(**row) for row in (await conn.execute(VIEWS)).mappings()]


class ResourceRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def next_version(self, resource_id: UUID) -> int:
        """The version that the next one of this resource is."""
        # Two at once would be given the same number: the second is refused by the key and asks again.
        of_it = tables.resources.c.resource_id == bindparam("resource_id")
        query = select(func.coalesce(func.max(tables.resources.c.version), 0) + 1).where(of_it)
        found: int = (await self._conn.execute(query, {"resource_id": resource_id})).scalar_one()
        return found

    async def add(self, resource: Resource, *, content: bytes | None) -> None:
        """Store one version."""
        known = {name: getattr(resource, name) for name in resource.__slots__}
        await rows.insert(self._conn, tables.resources, [known | {"content": content}])

    async def viewed(self, resource: Resource, *, facilitator_id: UUID, at: datetime) -> None:
        """Note that somebody opened it."""
        view = {
            "resource_id": resource.resource_id,
            "version": resource.version,
            "facilitator_id": facilitator_id,
            "viewed_at": at,
        }
        await rows.upsert(self._conn, tables.resource_views, [view])
