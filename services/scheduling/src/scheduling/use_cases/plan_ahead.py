"""What a cohort would look like before anybody opens one: nothing is stored."""

from collections.abc import Mapping
from datetime import date

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.plans import Plan, Wanted, plan_cohort
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import Calendar
from scheduling.use_cases.repositories import Repositories


def plan_in_division(
    *,
    division: str,
    programme: str,
    wanted: Wanted,
    programmes: Mapping[str, Programme],
    bank_holidays: Mapping[str, Calendar],
    today: date,
) -> Plan:
    """Plan with the bank holidays of a division alone. What isn't known is a problem of the plan."""
    if division not in bank_holidays:
        return _impossible("division", bank_holidays)
    if programme not in programmes:
        return _impossible("programme", programmes)
    return plan_cohort(programme=programmes[programme], wanted=wanted, calendar=bank_holidays[division], today=today)


async def plan_at_site(
    *,
    site_id: str,
    programme: str,
    wanted: Wanted,
    programmes: Mapping[str, Programme],
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    today: date,
) -> Plan:
    """Plan with the site's own closed days, too. What isn't known is a problem of the plan."""
    site = await repositories.sites.get(site_id)
    if site is None:
        unknown = BrokenRuleError("site_id", "site_id must be a site that is known here.")
        return Plan(sessions=(), skipped=(), problems=(unknown,))
    if programme not in programmes:
        return _impossible("programme", programmes)
    calendar = bank_holidays[site.division].with_closures(site.closed_on)
    return plan_cohort(programme=programmes[programme], wanted=wanted, calendar=calendar, today=today)


def _impossible(field: str, known: Mapping[str, object]) -> Plan:
    return Plan(sessions=(), skipped=(), problems=(BrokenRuleError(field, f"{field} must be among {', '.join(sorted(known))}."),))
