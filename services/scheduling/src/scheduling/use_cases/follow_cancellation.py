"""What follows for people when sessions of their cohort no longer take place."""

from datetime import datetime

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, FINISHED, Cohort
from scheduling.domain.places import Place
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.follow_make_ups import follow_make_ups
from scheduling.use_cases.offer_free_places import offer_to_these
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def follow_cancellation(
    *, before: Cohort, cohort: Cohort, offering: Offering, repositories: Repositories, now: datetime
) -> Changes:
    """Store a cohort that lost sessions. Placing and the cohort with its company must be locked. Raises BrokenRuleError.

    Where no planned session is left, the cohort is finished; where none was held either, it is cancelled and its people wait
    again or are offered places elsewhere.
    """
    programme = offering.programmes.get(before.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {before.programme} is not known here any more.")
    await repositories.cohorts.change(cohort)
    places = await repositories.places.of_cohort(cohort.cohort_id)
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
    hosts = {one.cohort_id for place in places for one in place.make_ups if one.is_expected}
    await repositories.seats.recount(sorted({cohort.cohort_id, *hosts}))
    told: dict[object, PlaceChange] = {place.place_id: (place, cohort.span if place.cohort_id else None) for place in changed}
    if cohort.status == CANCELLED:
        waiting = [place.place_id for place in changed]
        found = await offer_to_these(waiting, offering=offering, repositories=repositories, now=now)
        told |= {change[0].place_id: change for change in found}
    guests = await follow_make_ups(before=before, cohort=cohort, repositories=repositories, now=now, new_id=offering.new_id)
    told |= {change[0].place_id: change for change in guests}
    return Changes(cohorts=(cohort,), places=tuple(told.values()))
