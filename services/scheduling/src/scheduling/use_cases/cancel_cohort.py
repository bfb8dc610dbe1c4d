"""A whole cohort is cancelled: every session that wasn't held."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.cohorts import UnknownCohortError
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.follow_cancellation import follow_cancellation
from scheduling.use_cases.follow_make_ups import lock_with_company
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def cancel_cohort(*, cohort_id: UUID, offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Cancel what is still to come of a cohort; again, it changes nothing. One that has held sessions is finished by it.

    Raises BrokenRuleError and UnknownCohortError.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await lock_with_company(cohort_id, repositories=repositories, now=now)
    if before is None:
        raise UnknownCohortError
    cohort = before.cancelled()
    if cohort is before:
        return Changes()
    return await follow_cancellation(before=before, cohort=cohort, offering=offering, repositories=repositories, now=now)
