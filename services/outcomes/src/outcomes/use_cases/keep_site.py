"""A site was told, for reports by site and by kind of site."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where sessions take place. `kind` and `status` are open codes: clinic, leisure_centre and so on; live, paused and so on."""

    site_id: str
    sequence: int
    name: str
    kind: str
    status: str


class Records(Protocol):
    """Where sites are kept."""

    async def save_sites(self, sites: Sequence[Site]) -> None:
        """Keep each site, unless a newer sequence is kept already."""


async def keep_sites(sites: Sequence[Site], *, records: Records) -> None:
    """Keep the newest state of each site."""
    await records.save_sites(sites)
