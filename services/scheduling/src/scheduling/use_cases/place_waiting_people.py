"""People on the waiting list get the seats that a new cohort or somebody's withdrawal made free."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import Allocation, Seating
from scheduling.domain.places import Place
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.repositories import Repositories


async def place_waiting_people(*, programmes: Sequence[str], repositories: Repositories, now: datetime) -> list[PlaceChange]:
    """Seat those who fit, earliest enrolled first. Placing must be locked for the programmes."""
    allocation = Allocation(await repositories.seats.all_with_room(programmes, now=now))
    chosen: list[tuple[Place, UUID]] = []
    for programme in programmes:
        free = allocation.free_seats(programme)
        if not free:
            continue
        for place, seeker in await repositories.places.longest_waiting(programme, free=free):
            if cohort_id := allocation.cohort_for(seeker):
                chosen.append((place, cohort_id))
    if not chosen:
        return []
    cohorts = await repositories.seats.lock(sorted({cohort_id for _, cohort_id in chosen}))
    seating = Seating(cohorts)
    seated = [
        place.seated(seating.take(cohort_id, close_attention=place.close_attention), now=now) for place, cohort_id in chosen
    ]
    await repositories.places.change(seated)
    await repositories.seats.recount(list(cohorts))
    return with_spans(seated, cohorts)
