"""People on the waiting list get the seats that a new cohort or somebody's withdrawal made free."""

from collections.abc import Sequence
from datetime import datetime

from scheduling.domain.allocation import Allocation
from scheduling.domain.places import Place
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.repositories import Repositories


async def place_waiting_people(*, programmes: Sequence[str], repositories: Repositories, now: datetime) -> list[PlaceChange]:
    """Seat those who fit, earliest enrolled first. Placing must be locked for the programmes."""
    cohorts = await repositories.cohorts.with_room(programmes, now=now)
    allocation = Allocation(cohorts)
    seated: list[Place] = []
    for programme in programmes:
        free = sum(cohort.capacity - len(cohort.seats_taken) for cohort in cohorts if cohort.programme == programme)
        if not free:
            continue
        for place, seeker in await repositories.places.longest_waiting(programme, limit=free):
            seat = allocation.seat_for(seeker)
            if seat:
                seated.append(place.seated(seat, now=now))
    if not seated:
        return []
    spans = await repositories.cohorts.lock(sorted({place.cohort_id for place in seated if place.cohort_id}))
    await repositories.places.change(seated)
    return with_spans(seated, spans)
