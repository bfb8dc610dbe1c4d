"""People who are enrolled get the best seat there is, or join the waiting list."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import Allocation, Seating
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.fitting import Seeker, waiting_reason
from scheduling.domain.offers import Offer
from scheduling.domain.places import DISCONTINUED, WAITING, Place, first_place
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def place_enrolled_people(
    *,
    enrolments: Sequence[Enrolment],
    places: Mapping[UUID, Place],
    offering: Offering,
    repositories: Repositories,
    now: datetime,
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
    seekers = [_seeker(enrolment, places.get(enrolment.enrolment_id)) for enrolment in without_seat]
    waited = [place.place_id for place in places.values() if place.status == WAITING]
    refused = await repositories.offers.refused_by(waited) if waited else {}
    of_enrolment = {one: refused.get(place.place_id, frozenset()) for one, place in places.items()}
    most_refused = max(map(len, refused.values()), default=0)
    rooms = await repositories.seats.with_room(seekers, refused=most_refused, reach=offering.reach, now=now)
    allocation = Allocation(rooms, reach=offering.reach)
    chosen = [
        allocation.cohort_for(seeker, refused=of_enrolment.get(enrolment.enrolment_id, frozenset()))
        for enrolment, seeker in zip(without_seat, seekers, strict=True)
    ]
    cohorts = await repositories.seats.lock(sorted({cohort_id for cohort_id in chosen if cohort_id}), now=now)
    seating = Seating(cohorts)
    unplaced = sorted({seeker.programme for seeker, cohort_id in zip(seekers, chosen, strict=True) if cohort_id is None})
    still_open = await repositories.seats.all_open(unplaced, now=now) if unplaced else []
    taken = Counter(chosen)
    left = [replace(one, seats_taken=one.seats_taken + taken[one.cohort_id]) for one in still_open]

    added: list[Place] = []
    changed: list[Place] = []
    offers: list[Offer] = []
    for enrolment, seeker, cohort_id in zip(without_seat, seekers, chosen, strict=True):
        before = places.get(enrolment.enrolment_id)
        is_new = before is None or before.status == DISCONTINUED
        place = first_place(enrolment, place_id=offering.new_id(), now=now) if before is None or is_new else before
        if cohort_id is None:
            reason = waiting_reason(
                seeker, cohorts=left, refused=of_enrolment.get(enrolment.enrolment_id, frozenset()), reach=offering.reach
            )
            after = place.kept_waiting(reason, now=now)
        else:
            seat = seating.take(cohort_id, close_attention=seeker.close_attention)
            if offering.at_enrolment(seeker.programme):
                after, offer = offering.offer(place, seat, cohort=cohorts[cohort_id], now=now)
                offers.append(offer)
            else:
                after = place.seated(seat, now=now)
        if is_new:
            added.append(after)
        elif after is not place:
            changed.append(after)
    await repositories.places.add(added)
    await repositories.places.change(changed)
    await repositories.offers.add(offers)
    await repositories.seats.recount(list(cohorts))
    return with_spans([*added, *changed], cohorts)


def _seeker(enrolment: Enrolment, place: Place | None) -> Seeker:
    """What they look for; of somebody who waits, staff may have changed whether they need close attention."""
    if place is None or place.status != WAITING:
        return enrolment.seeker
    return replace(enrolment.seeker, close_attention=place.close_attention)
