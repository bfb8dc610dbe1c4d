"""One session moves to another day or time."""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.cohorts import UnknownSessionError
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import Calendar, local_instant
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.fit_people import refuse_unfit_sessions
from scheduling.use_cases.repositories import Repositories


async def move_session(
    *,
    session_id: UUID,
    starts_on: date,
    starts_at: time,
    programmes: Mapping[str, Programme],
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Move a planned session; local wall clock time. Everybody hears the new first and last dates where those changed.

    Its lead and cover must be able to be there, its room free.

    Raises BrokenRuleError and UnknownSessionError.
    """
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    before = await repositories.cohorts.locked(cohort_id) if cohort_id else None
    if before is None:
        raise UnknownSessionError
    cohort = before.with_moved_session(session_id, starts_at=local_instant(day=starts_on, at=starts_at), now=now)
    if cohort is before:
        return Changes()
    moved = cohort.session(session_id)
    await refuse_unfit_sessions(cohort, [moved], programmes=programmes, bank_holidays=bank_holidays, repositories=repositories)
    await repositories.cohorts.change(cohort)
    if cohort.span == before.span:
        return Changes(cohorts=(cohort,))
    places = await repositories.places.of_cohort(cohort.cohort_id)
    changed = [after for place in places if (after := place.rescheduled(now=now)) is not place]
    await repositories.places.change(changed)
    return Changes(cohorts=(cohort,), places=tuple((place, cohort.span) for place in changed))
