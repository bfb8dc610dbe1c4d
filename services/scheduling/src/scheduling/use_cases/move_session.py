"""One session moves to another day or time."""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.cohorts import UnknownSessionError
from scheduling.domain.session_dates import Calendar, local_instant
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.fit_people import refuse_unfit_sessions
from scheduling.use_cases.follow_make_ups import follow_make_ups, lock_with_company
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def move_session(
    *,
    session_id: UUID,
    starts_on: date,
    starts_at: time,
    offering: Offering,
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Move a planned session; local wall clock time. Everybody hears the new first and last dates where those changed.

    Its lead and cover must be able to be there, its room free.

    Raises BrokenRuleError and UnknownSessionError.
    """
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await lock_with_company(cohort_id, repositories=repositories, now=now) if cohort_id else None
    if before is None:
        raise UnknownSessionError
    cohort = before.with_moved_session(session_id, starts_at=local_instant(day=starts_on, at=starts_at), now=now)
    if cohort is before:
        return Changes()
    moved = cohort.session(session_id)
    await refuse_unfit_sessions(
        cohort, [moved], programmes=offering.programmes, bank_holidays=bank_holidays, repositories=repositories
    )
    await repositories.cohorts.change(cohort)
    guests = await follow_make_ups(before=before, cohort=cohort, repositories=repositories, now=now, new_id=offering.new_id)
    if cohort.span == before.span:
        return Changes(cohorts=(cohort,), places=tuple(guests))
    places = await repositories.places.of_cohort(cohort.cohort_id)
    changed = [after for place in places if (after := place.rescheduled(now=now)) is not place]
    await repositories.places.change(changed)
    return Changes(cohorts=(cohort,), places=(*((place, cohort.span) for place in changed), *guests))
