"""Seats came free: those who have waited longest are offered them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import Allocation, Seating
from scheduling.domain.places import Place
from scheduling.use_cases.changes import PlaceChange, with_spans
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Free, Repositories


async def offer_free_places(
    *, cohort_ids: Sequence[UUID], offering: Offering, repositories: Repositories, now: datetime
) -> list[PlaceChange]:
    """Give what is free in these cohorts to those who fit, longest waiting first. Placing must be locked for their programmes.

    A cohort that has begun is closed, unless its programme says otherwise; one that starts too soon to answer is left.
    """
    free = [one for one in await repositories.seats.free_in(cohort_ids, now=now) if _takes_people(one, offering, now)]
    if not free:
        return []
    waiting = await repositories.places.longest_waiting(
        [one.cohort.cohort_id for one in free],
        farthest_km=[offering.reach.farthest_km(one.cohort.programme) for one in free],
        limit=sum(one.cohort.free for one in free),
    )
    allocation = Allocation([one.cohort for one in free], reach=offering.reach)
    chosen = [(one.place, cohort_id) for one in waiting if (cohort_id := allocation.cohort_for(one.seeker, refused=one.refused))]
    return await give(chosen, offering=offering, repositories=repositories, now=now)


async def offer_to_these(
    place_ids: Sequence[UUID], *, offering: Offering, repositories: Repositories, now: datetime
) -> list[PlaceChange]:
    """Give these waiting people the best of what is free anywhere, longest waiting first. Placing must be locked."""
    waiting = await repositories.places.waiting(place_ids)
    if not waiting:
        return []
    seekers = [one.seeker for one in waiting]
    refused = max(len(one.refused) for one in waiting)
    rooms = await repositories.seats.with_room(seekers, refused=refused, reach=offering.reach, now=now)
    allocation = Allocation(
        [one for one in rooms if one.first_session_at > offering.earliest_start(one.programme, now=now)], reach=offering.reach
    )
    chosen = [(one.place, cohort_id) for one in waiting if (cohort_id := allocation.cohort_for(one.seeker, refused=one.refused))]
    return await give(chosen, offering=offering, repositories=repositories, now=now)


async def give(
    chosen: Sequence[tuple[Place, UUID]], *, offering: Offering, repositories: Repositories, now: datetime
) -> list[PlaceChange]:
    """Give waiting people the cohorts that were chosen for them, where there still is room. Placing must be locked."""
    if not chosen:
        return []
    cohorts = await repositories.seats.lock(sorted({cohort_id for _, cohort_id in chosen}), now=now)
    seating = Seating(cohorts)
    changed, offers = [], []
    for place, cohort_id in chosen:
        if not seating.has_room(cohort_id, close_attention=place.close_attention):
            continue
        seat = seating.take(cohort_id, close_attention=place.close_attention)
        if offering.from_waiting_list(place.programme):
            after, offer = offering.offer(place, seat, cohort=cohorts[cohort_id], now=now)
            offers.append(offer)
        else:
            after = place.seated(seat, now=now)
        changed.append(after)
    await repositories.places.change(changed)
    await repositories.offers.add(offers)
    await repositories.seats.recount(list(cohorts))
    return with_spans(changed, cohorts)


def _takes_people(one: Free, offering: Offering, now: datetime) -> bool:
    programme = offering.programmes.get(one.cohort.programme)
    if programme is None or one.cohort.first_session_at <= offering.earliest_start(one.cohort.programme, now=now):
        return False
    return programme.offers.after_start or not one.has_begun
