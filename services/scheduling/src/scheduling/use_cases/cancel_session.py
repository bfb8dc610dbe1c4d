"""One session is cancelled: it counts against nobody."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.cohorts import UnknownSessionError
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.follow_cancellation import follow_cancellation
from scheduling.use_cases.follow_make_ups import lock_with_company
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def cancel_session(*, session_id: UUID, offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Cancel a planned session; again, it changes nothing. Raises BrokenRuleError and UnknownSessionError."""
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    if cohort_id is None:
        raise UnknownSessionError
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await lock_with_company(cohort_id, repositories=repositories, now=now)
    if before is None:
        raise UnknownSessionError
    cohort = before.with_cancelled_session(session_id)
    if cohort is before:
        return Changes()
    return await follow_cancellation(before=before, cohort=cohort, offering=offering, repositories=repositories, now=now)
