"""A site is told: what is written about a place there from now on says what to bring and how to get in."""

from collections.abc import Sequence

from notifications.domain.site import Site
from notifications.use_cases.book import Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done


async def keep_site(*, sites: Sequence[Site], desk: Desk) -> Planned:
    """Keep the newest state of each site; nobody is written to because of it."""
    await desk.sites.keep(sites)
    return Planned(tuple(Done() for _ in sites), ())
