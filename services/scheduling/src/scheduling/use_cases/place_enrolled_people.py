"""People who are enrolled get the best seat there is, or join the waiting list."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import Allocation, Seating, Seeker, waiting_reason
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.places import DISCONTINUED, WAITING, Place, first_place
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.repositories import Repositories


async def place_enrolled_people(
    *,
    enrolments: Sequence[Enrolment],
    places: Mapping[UUID, Place],
    repositories: Repositories,
    now: datetime,
    new_id: Callable[[], UUID],
) -> list[PlaceChange]:
    """Seat these people in their order. `places` are what they have so far, by enrolment; who has a seat keeps it.

    Placing must be locked for their programmes. The number of statements doesn't depend on the number of people.
    """
    without_seat = [
        enrolment
        for enrolment in enrolments
        if enrolment.enrolment_id not in places or places[enrolment.enrolment_id].status in (WAITING, DISCONTINUED)
    ]
    if not without_seat:
        return []
    seekers = [_seeker(enrolment) for enrolment in without_seat]
    allocation = Allocation(await repositories.seats.with_room(seekers, now=now))
    chosen = [allocation.cohort_for(seeker) for seeker in seekers]
    cohorts = await repositories.seats.lock(sorted({cohort_id for cohort_id in chosen if cohort_id}))
    seating = Seating(cohorts)
    unplaced = sorted({seeker.programme for seeker, cohort_id in zip(seekers, chosen, strict=True) if cohort_id is None})
    wishes_met = await repositories.seats.wishes_met(unplaced, now=now) if unplaced else {}

    added: list[Place] = []
    changed: list[Place] = []
    for enrolment, seeker, cohort_id in zip(without_seat, seekers, chosen, strict=True):
        before = places.get(enrolment.enrolment_id)
        is_new = before is None or before.status == DISCONTINUED
        place = first_place(enrolment, place_id=new_id(), now=now) if before is None or is_new else before
        if cohort_id:
            after = place.seated(seating.take(cohort_id, close_attention=seeker.close_attention), now=now)
        else:
            reason = waiting_reason(seeker, wishes_met=wishes_met, has_room=allocation.has_room(seeker))
            after = place.kept_waiting(reason, now=now)
        if is_new:
            added.append(after)
        elif after is not place:
            changed.append(after)
    await repositories.places.add(added)
    await repositories.places.change(changed)
    await repositories.seats.recount(list(cohorts))
    return with_spans([*added, *changed], cohorts)


def _seeker(enrolment: Enrolment) -> Seeker:
    return Seeker(
        programme=enrolment.programme,
        preferred_site=enrolment.preferred_site,
        outward_code=enrolment.outward_code,
        close_attention=enrolment.close_attention,
    )
