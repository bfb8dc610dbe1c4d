"""Somebody's need for close attention changes after they were placed or while they wait: always recorded, nobody is moved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from scheduling.domain.enrolments import Enrolment
from scheduling.domain.places import Place
from scheduling.use_cases.repositories import Repositories


async def flag_close_attention(
    *, enrolments: Sequence[Enrolment], places: Mapping[UUID, Place], repositories: Repositories
) -> dict[UUID, Place]:
    """Record the flags and return the places with them, by enrolment. Their cohorts must be locked.

    Someone flagged in a cohort whose close-attention seats are taken has none: the cohort takes no further flagged person.
    """
    flags = {
        enrolment.enrolment_id: enrolment.close_attention
        for enrolment in enrolments
        if enrolment.enrolment_id in places and places[enrolment.enrolment_id].close_attention != enrolment.close_attention
    }
    if not flags:
        return dict(places)
    free = await repositories.cohorts.free_close_attention_seats(
        sorted({cohort_id for one in flags if flags[one] and (cohort_id := places[one].cohort_id)})
    )
    left: dict[UUID, list[int]] = defaultdict(list, {cohort_id: list(numbers) for cohort_id, numbers in free.items()})
    changed: dict[UUID, Place] = {}
    for enrolment_id, close_attention in flags.items():
        place = places[enrolment_id]
        numbers = left[place.cohort_id] if place.cohort_id and close_attention else []
        changed[enrolment_id] = place.with_close_attention(
            close_attention=close_attention, free_seat=numbers.pop(0) if numbers else None
        )
    await repositories.places.change(list(changed.values()))
    return {**places, **changed}
