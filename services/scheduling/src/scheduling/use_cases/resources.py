"""The resource pack: something is added in a new version, or opened, which is noted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from scheduling.domain.programmes import Programme
from scheduling.domain.resources import Resource, ResourceView, checked_resource
from scheduling.use_cases.repositories import Repositories


class ResourceReads(Protocol):
    async def latest(self, programmes: Sequence[str]) -> list[Resource]: ...

    async def one(self, resource_id: UUID) -> tuple[Resource, bytes | None] | None: ...

    async def views(self) -> list[ResourceView]: ...


async def add_resource(
    *, resource: Resource, content: bytes | None, programmes: Mapping[str, Programme], repositories: Repositories
) -> Resource:
    """Add a link or a file; under a known id it is the next version. Raises BrokenRuleError."""
    checked_resource(resource, programmes=programmes)
    version = await repositories.resources.next_version(resource.resource_id)
    added = replace(resource, version=version)
    await repositories.resources.add(added, content=content)
    return added


async def note_view(*, resource: Resource, facilitator_id: UUID, repositories: Repositories, now: datetime) -> None:
    """Note that a facilitator opened a resource."""
    await repositories.resources.viewed(resource, facilitator_id=facilitator_id, at=now)
