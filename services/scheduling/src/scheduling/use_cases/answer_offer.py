"""Somebody answers the offer of a place: by its link, by text, or through staff."""

from datetime import datetime

from scheduling.domain.offers import Offer
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.close_offers import close_offers
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def answer_offer(
    *, offer: Offer, answer: str, by: str, offering: Offering, repositories: Repositories, now: datetime
) -> Changes:
    """Accept or decline an offer that was looked up; the same answer again changes nothing.

    `answer` is accepted or declined, `by` is link, text or staff. Raises OfferClosedError, with nothing changed, if the offer
    can't be answered like this any more.
    """
    await repositories.seats.lock_placing([offer.programme])
    cohorts = await repositories.seats.lock([offer.cohort_id], now=now)
    [before] = await repositories.offers.locked([offer.offer_id])
    after = before.answered(answer, by=by, now=now)
    if after is before:
        return Changes()
    return await close_offers([after], cohorts=cohorts, offering=offering, repositories=repositories, now=now)
