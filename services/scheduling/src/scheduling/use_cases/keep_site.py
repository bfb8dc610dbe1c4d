"""A site is made known, or changed."""

from collections.abc import Collection

from scheduling.domain.sites import Site, checked_site
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.repositories import Repositories


async def keep_site(*, site: Site, divisions: Collection[str], repositories: Repositories) -> Changes:
    """Store the site as it is now. A new name is told again for its unfinished cohorts. Raises BrokenRuleError."""
    checked_site(site, divisions=divisions)
    before = await repositories.sites.get(site.site_id)
    await repositories.sites.keep(site)
    if before is None or before.name == site.name:
        return Changes()
    cohorts = [cohort.at_renamed_site(site.name) for cohort in await repositories.cohorts.locked_unfinished_at(site.site_id)]
    for cohort in cohorts:
        await repositories.cohorts.change(cohort)
    return Changes(cohorts=tuple(cohorts))
