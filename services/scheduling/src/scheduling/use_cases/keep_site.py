"""A site is made known, or changed."""

from collections.abc import Collection
from datetime import datetime

from scheduling.domain.sites import Site, checked_site
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def keep_site(
    *,
    site: Site,
    divisions: Collection[str],
    offering: Offering,
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Store the site as it is now. A new name is told again for its unfinished cohorts. Raises BrokenRuleError.

    Where it turns out to be elsewhere, the waiting people whom its cohorts fit since are offered the seats.
    """
    checked_site(site, divisions=divisions)
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await repositories.sites.get(site.site_id)
    await repositories.sites.keep(site)
    if before is None:
        return Changes()
    there = await repositories.cohorts.locked_unfinished_at(site.site_id)
    renamed = [one.at_renamed_site(site.name) for one in there] if before.name != site.name else []
    for cohort in renamed:
        await repositories.cohorts.change(cohort)
    given: list[PlaceChange] = []
    if before.outward_code != site.outward_code:
        ids = [one.cohort_id for one in there]
        given = await offer_free_places(cohort_ids=ids, offering=offering, repositories=repositories, now=now)
    return Changes(cohorts=tuple(renamed), places=tuple(given))
