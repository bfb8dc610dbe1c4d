"""A link to somebody's own page was issued, or no longer opens."""

from collections.abc import Sequence
from typing import Protocol

from outcomes.domain.own_links import OwnLink


class Records(Protocol):
    """Where links are kept."""

    async def keep_own_links(self, links: Sequence[OwnLink]) -> None:
        """Keep each, unless a newer sequence is kept already."""


async def keep_own_links(links: Sequence[OwnLink], *, records: Records) -> None:
    """Keep the newest of each link."""
    await records.keep_own_links(links)
