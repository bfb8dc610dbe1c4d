"""A site is made known, or changed."""

from collections.abc import Collection, Mapping
from datetime import datetime

from scheduling.domain.programmes import Programme
from scheduling.domain.sites import Site, checked_site
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.place_waiting_people import place_waiting_people
from scheduling.use_cases.repositories import Repositories


async def keep_site(
    *,
    site: Site,
    divisions: Collection[str],
    programmes: Mapping[str, Programme],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Store the site as it is now. A new name is told again for its unfinished cohorts. Raises BrokenRuleError.

    Where it is now in another postcode area, the waiting people whom its cohorts fit since get the seats.
    """
    checked_site(site, divisions=divisions)
    await repositories.seats.lock_placing(sorted(programmes))
    before = await repositories.sites.get(site.site_id)
    await repositories.sites.keep(site)
    if before is None:
        return Changes()
    cohorts = []
    if before.name != site.name:
        cohorts = [one.at_renamed_site(site.name) for one in await repositories.cohorts.locked_unfinished_at(site.site_id)]
        for cohort in cohorts:
            await repositories.cohorts.change(cohort)
    seated: list[PlaceChange] = []
    if before.outward_code != site.outward_code:
        seated = await place_waiting_people(programmes=sorted(programmes), repositories=repositories, now=now)
    return Changes(cohorts=tuple(cohorts), places=tuple(seated))
