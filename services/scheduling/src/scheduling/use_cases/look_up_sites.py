"""What staff may want to see of sites and facilitators. Nothing here changes anything."""

from typing import Protocol
from uuid import UUID

from scheduling.domain.facilitators import Facilitator
from scheduling.domain.sites import Site


class SiteReads(Protocol):
    async def sites(self) -> list[Site]: ...

    async def site(self, site_id: str) -> Site | None: ...

    async def facilitators(self) -> list[Facilitator]: ...

    async def facilitator(self, facilitator_id: UUID) -> Facilitator | None: ...
