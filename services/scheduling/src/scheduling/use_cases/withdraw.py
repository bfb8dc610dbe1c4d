"""Somebody leaves: their place is discontinued and their seat is free."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.places import Place, first_place
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.repositories import Repositories


async def withdraw(
    *,
    enrolments: Sequence[Enrolment],
    places: Mapping[UUID, Place],
    cohorts: Mapping[UUID, LockedCohort],
    repositories: Repositories,
    now: datetime,
    new_id: Callable[[], UUID],
) -> list[PlaceChange]:
    """Discontinue what these people have; who withdrew before being placed gets a place that is discontinued from the start.

    `cohorts` are theirs, locked.
    """
    added: list[Place] = []
    changed: list[Place] = []
    for enrolment in enrolments:
        place = places.get(enrolment.enrolment_id)
        if place is None:
            added.append(first_place(enrolment, place_id=new_id(), now=now).withdrawn(now=now))
        elif (after := place.withdrawn(now=now)) is not place:
            changed.append(after)
    await repositories.offers.take_back([place.place_id for place in changed], now=now)
    await repositories.places.add(added)
    await repositories.places.change(changed)
    await repositories.seats.recount(sorted(cohorts))
    return with_spans([*added, *changed], cohorts)
