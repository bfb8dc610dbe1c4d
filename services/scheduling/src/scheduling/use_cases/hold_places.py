"""A cohort opens: while people wait whom it fits, its places are kept for the allocation of the whole list."""

from datetime import datetime

from scheduling.domain.cohorts import Cohort
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def hold_for_those_who_wait(cohort: Cohort, *, offering: Offering, repositories: Repositories, now: datetime) -> None:
    """Keep the places of a stored cohort for the waiting list, if anybody on it fits. Placing must be locked."""
    reach = offering.reach.farthest_km(cohort.programme)
    if await repositories.places.longest_waiting([cohort.cohort_id], farthest_km=[reach], limit=1):
        await repositories.seats.hold_for_waiting_list(cohort.cohort_id, now=now)
