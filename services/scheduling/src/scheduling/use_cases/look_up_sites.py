"""What staff may want to see of sites and facilitators. Nothing here changes anything."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from scheduling.domain.facilitators import Facilitator
from scheduling.domain.sites import Site


class SiteReads(Protocol):
    async def sites(self) -> list[Site]: ...

    async def site(self, site_id: str) -> Site | None: ...

    async def facilitators(self) -> list[Facilitator]: ...

    async def facilitator(self, facilitator_id: UUID) -> Facilitator | None: ...

    async def facilitator_of(self, member_id: UUID) -> Facilitator | None:
        """The facilitator whom a member of staff is."""
        ...

    async def members(self) -> list[tuple[UUID, str]]:
        """The members of staff by their name: who can sign in."""
        ...

    async def trained_by_month(self) -> Mapping[str, int]:
        """How many people were given a credential in each month (YYYY-MM), the earliest first."""
        ...
