"""Offers that nobody answered in time end, and the places go to the next people."""

from datetime import datetime

from scheduling.domain.offers import OFFERED
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.close_offers import close_offers
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories

PORTION = 100


async def expire_offers(*, offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """End a portion of the offers whose time is up."""
    overdue = await repositories.offers.overdue(now=now, limit=PORTION)
    if not overdue:
        return Changes()
    await repositories.seats.lock_placing(sorted({one.programme for one in overdue}))
    cohorts = await repositories.seats.lock(sorted({one.cohort_id for one in overdue}), now=now)
    before = await repositories.offers.locked([one.offer_id for one in overdue])
    expired = [one.expired(now=now) for one in before if one.status == OFFERED]
    if not expired:
        return Changes()
    return await close_offers(expired, cohorts=cohorts, offering=offering, repositories=repositories, now=now)
