"""An item of a site's check-list is done, or turns out not to be."""

from dataclasses import replace
from datetime import date, datetime

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.session_dates import LONDON
from scheduling.domain.sites import UnknownSiteError
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.repositories import Repositories


async def tick_checklist(*, site_id: str, item: str, done_on: date | None, repositories: Repositories, now: datetime) -> Changes:
    """Note when an item was done; None takes the tick away. Raises BrokenRuleError and UnknownSiteError."""
    if done_on is not None and done_on > now.astimezone(LONDON).date():
        raise BrokenRuleError("done_on", "done_on must not be in the future.")
    before = await repositories.sites.locked(site_id)
    if before is None:
        raise UnknownSiteError
    site = before.with_done(item, on=done_on)
    if site == before:
        return Changes()
    site = replace(site, sequence=site.sequence + 1)
    await repositories.sites.keep(site)
    return Changes(sites=((site, now),))
