"""One session is cancelled: it counts against nobody."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, FINISHED, UnknownSessionError
from scheduling.domain.places import Place
from scheduling.domain.programmes import Programme
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.place_waiting_people import place_waiting_people
from scheduling.use_cases.repositories import Repositories


async def cancel_session(
    *, session_id: UUID, programmes: Mapping[str, Programme], repositories: Repositories, now: datetime
) -> Changes:
    """Cancel a planned session; again, it changes nothing.

    Where no planned session is left, the cohort is finished; where none was held either, the cohort is cancelled and its
    people wait again or get seats elsewhere. Raises BrokenRuleError and UnknownSessionError.
    """
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    if cohort_id is None:
        raise UnknownSessionError
    await repositories.seats.lock_placing(sorted(programmes))
    before = await repositories.cohorts.locked(cohort_id)
    if before is None:
        raise UnknownSessionError
    programme = programmes.get(before.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {before.programme} is not known here any more.")
    cohort = before.with_cancelled_session(session_id)
    if cohort is before:
        return Changes()
    await repositories.cohorts.change(cohort)

    places = await repositories.places.of_cohort(cohort_id)
    after: list[Place] = places
    if cohort.status == CANCELLED:
        after = [place.released(now=now) for place in places]
    elif cohort.status == FINISHED:
        after = [
            place.with_attendance(
                attended=place.sessions_attended, run=cohort.sessions_run, finished=True, programme=programme, now=now
            )
            for place in places
        ]
    elif cohort.span != before.span:
        after = [place.rescheduled(now=now) for place in places]
    changed = [new for new, old in zip(after, places, strict=True) if new is not old]
    await repositories.places.change(changed)
    await repositories.seats.recount([cohort_id])
    told = {place.place_id: (place, cohort.span if place.cohort_id else None) for place in changed}
    if cohort.status == CANCELLED:
        for place, span in await place_waiting_people(programmes=[programme.code], repositories=repositories, now=now):
            told[place.place_id] = (place, span)
    return Changes(cohorts=(cohort,), places=tuple(told.values()))
