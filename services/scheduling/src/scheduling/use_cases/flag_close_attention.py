"""Somebody's need for close attention changes after they were placed or while they wait: always recorded, nobody is moved."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort, Seating
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.places import Place
from scheduling.use_cases.raise_tasks import raise_where_attention_is_over
from scheduling.use_cases.repositories import Repositories


async def flag_close_attention(
    *,
    enrolments: Sequence[Enrolment],
    places: Mapping[UUID, Place],
    cohorts: Mapping[UUID, LockedCohort],
    repositories: Repositories,
    now: datetime,
    new_id: Callable[[], UUID],
) -> dict[UUID, Place]:
    """Record the flags and return the places with them, by enrolment. `cohorts` are theirs, locked.

    Someone flagged in a cohort whose close-attention seats are taken has none: the cohort takes no further flagged person, and
    staff get an urgent task. A flag that staff have set since stays.
    """
    flags = {
        enrolment.enrolment_id: enrolment.close_attention
        for enrolment in enrolments
        if (place := places.get(enrolment.enrolment_id))
        and not place.close_attention_by_staff
        and place.close_attention != enrolment.close_attention
    }
    if not flags:
        return dict(places)
    seating = Seating(cohorts)
    changed: dict[UUID, Place] = {}
    for enrolment_id, close_attention in flags.items():
        place = places[enrolment_id]
        seat = seating.take_close_attention(place.cohort_id) if place.seat and place.cohort_id and close_attention else None
        changed[enrolment_id] = place.with_close_attention(close_attention=close_attention, free_seat=seat)
    await repositories.places.change(list(changed.values()))
    hosts = {one.cohort_id for place in changed.values() for one in place.make_ups if one.is_expected}
    touched = sorted({place.cohort_id for place in changed.values() if place.cohort_id} | hosts)
    await repositories.seats.recount(touched)
    await raise_where_attention_is_over(touched, repositories=repositories, now=now, new_id=new_id)
    return {**places, **changed}
