"""One session is cancelled: it counts against nobody."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, FINISHED, UnknownSessionError
from scheduling.domain.places import Place
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.offer_free_places import offer_to_these
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def cancel_session(*, session_id: UUID, offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Cancel a planned session; again, it changes nothing.

    Where no planned session is left, the cohort is finished; where none was held either, the cohort is cancelled and its
    people wait again or are offered seats elsewhere. Raises BrokenRuleError and UnknownSessionError.
    """
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    if cohort_id is None:
        raise UnknownSessionError
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await repositories.cohorts.locked(cohort_id)
    if before is None:
        raise UnknownSessionError
    programme = offering.programmes.get(before.programme)
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
    if cohort.status == CANCELLED:
        await repositories.offers.take_back([place.place_id for place in changed], now=now)
    await repositories.seats.recount([cohort_id])
    told = {place.place_id: (place, cohort.span if place.cohort_id else None) for place in changed}
    if cohort.status == CANCELLED:
        found = await offer_to_these(list(told), offering=offering, repositories=repositories, now=now)
        told |= {change[0].place_id: change for change in found}
    return Changes(cohorts=(cohort,), places=tuple(told.values()))
