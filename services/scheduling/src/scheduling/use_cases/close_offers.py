"""Offers end: accepted, declined or expired. A place that nobody took is offered to the next person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.offers import ACCEPTED, DECLINED, EXPIRED, Offer
from scheduling.domain.places import Place
from scheduling.domain.waiting_reasons import OFFER_DECLINED, OFFER_EXPIRED
from scheduling.use_cases.changes import Changes, PlaceChange, with_spans
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories

_REASONS: Mapping[str, str] = {DECLINED: OFFER_DECLINED, EXPIRED: OFFER_EXPIRED}


async def close_offers(
    offers: Sequence[Offer],
    *,
    cohorts: Mapping[UUID, LockedCohort],
    offering: Offering,
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Store offers that were accepted, declined or have expired, and what follows for places. All is locked.

    Who has refused as often as the programme allows leaves the waiting list.
    """
    places = {place.place_id: place for place in await repositories.places.locked([one.place_id for one in offers])}
    times_refused = await repositories.offers.times_refused([one.place_id for one in offers if one.status != ACCEPTED])
    changed = [
        _after(places[one.place_id], one, times_refused.get(one.place_id, 0), offering=offering, now=now) for one in offers
    ]
    await repositories.offers.change(offers)
    await repositories.places.change(changed)
    freed = sorted({one.cohort_id for one in offers if one.status != ACCEPTED})
    await repositories.seats.recount(freed)
    told: dict[UUID, PlaceChange] = {change[0].place_id: change for change in with_spans(changed, cohorts)}
    if freed:
        next_ones = await offer_free_places(cohort_ids=freed, offering=offering, repositories=repositories, now=now)
        told |= {change[0].place_id: change for change in next_ones}
    return Changes(places=tuple(told.values()))


def _after(place: Place, offer: Offer, times_refused: int, *, offering: Offering, now: datetime) -> Place:
    if offer.status == ACCEPTED:
        return place.accepted(now=now)
    rules = offering.programmes[offer.programme].offers
    return place.refused(_REASONS[offer.status], leaves_the_list=times_refused + 1 >= rules.refusals, now=now)
