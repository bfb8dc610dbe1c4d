"""An enrolment belongs to another person now, as after a merge: its place goes with it, and two places go to staff."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.places import Place
from scheduling.domain.tasks import TWO_PLACES, new_task
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.raise_tasks import settle
from scheduling.use_cases.repositories import Repositories


async def take_over_places(
    *,
    enrolments: Sequence[Enrolment],
    places: dict[UUID, Place],
    cohorts: Mapping[UUID, LockedCohort],
    repositories: Repositories,
    now: datetime,
) -> list[PlaceChange]:
    """Give each place to the person of its enrolment, and the tasks about it; `places` has them as they are then."""
    moved = [
        places[one.enrolment_id].given_to(one.participant_id, now=now)
        for one in enrolments
        if one.enrolment_id in places and places[one.enrolment_id].participant_id != one.participant_id
    ]
    tasks = await repositories.tasks.of_places([place.place_id for place in moved])
    await repositories.places.change(moved)
    await repositories.tasks.change(
        [replace(task, participant_id=place.participant_id) for place in moved for task in tasks.get(place.place_id, ())]
    )
    places.update({place.enrolment_id: place for place in moved})
    return with_spans(moved, cohorts)


async def show_two_places_to_staff(
    participant_ids: Sequence[UUID], *, repositories: Repositories, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Raise a task for everybody who has two places in one programme; settle those of people who no longer have."""
    doubled = {place.participant_id: place for place in await repositories.places.doubled(participant_ids)}
    await repositories.tasks.raise_(
        [
            new_task(
                task_id=new_id(),
                kind=TWO_PLACES,
                about=str(participant_id),
                cohort_id=place.cohort_id,
                now=now,
                participant_id=participant_id,
            )
            for participant_id, place in doubled.items()
            if place.cohort_id is not None
        ]
    )
    await settle(kind=TWO_PLACES, about=[str(one) for one in participant_ids if one not in doubled], repositories=repositories)
