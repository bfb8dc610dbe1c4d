"""Staff give somebody a place in a certain cohort: another one than they have, or one for somebody who waits."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import Seating
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import OPEN, RUNNING
from scheduling.domain.places import HOLDING_A_SEAT, WAITING, UnknownPlaceError
from scheduling.use_cases.changes import Changes, with_spans
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def transfer_person(
    *, place_id: UUID, cohort_id: UUID, offering: Offering, repositories: Repositories, now: datetime
) -> Changes:
    """Move a person into a cohort of the same programme that has room; the place left behind goes to the next person.

    Within capacity and close attention, as everywhere. Raises BrokenRuleError and UnknownPlaceError.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    found = await repositories.places.locked([place_id])
    if not found:
        raise UnknownPlaceError
    [place] = found
    if place.status not in (WAITING, *HOLDING_A_SEAT):
        raise BrokenRuleError("place_id", f"place_id must be a place that waits or is in a cohort: it is {place.status}.")
    cohort = await repositories.cohorts.locked(cohort_id)
    if cohort is None or cohort.programme != place.programme:
        raise BrokenRuleError("cohort_id", "cohort_id must be a cohort of the same programme.")
    if cohort.status not in (OPEN, RUNNING) or cohort.span.last_session_at <= now:
        raise BrokenRuleError("cohort_id", f"cohort_id must be a cohort with sessions still to come: it is {cohort.status}.")
    if cohort_id == place.cohort_id:
        raise BrokenRuleError("cohort_id", "cohort_id must be another cohort than the person is in.")
    # Sessions elsewhere made up for what they missed in the cohort that they leave.
    hosts = {one.cohort_id for one in place.make_ups if one.is_expected}
    left = sorted(({place.cohort_id} if place.cohort_id else set()) | hosts)
    locked = await repositories.seats.lock(sorted({cohort_id, *left}), now=now)
    seating = Seating(locked)
    if not seating.has_room(cohort_id, close_attention=False):
        raise BrokenRuleError("cohort_id", "cohort_id must be a cohort with a free place: it is full.")
    if not seating.has_room(cohort_id, close_attention=place.close_attention):
        raise BrokenRuleError(
            "cohort_id",
            "cohort_id must be a cohort with room for somebody who needs close attention: it has as many as it may.",
        )
    after = place.transferred(seating.take(cohort_id, close_attention=place.close_attention), now=now)
    await repositories.offers.take_back([place_id], now=now)
    await repositories.places.change([after])
    await repositories.seats.recount(sorted(locked))
    changes = with_spans([after], locked)
    changes += await offer_free_places(cohort_ids=left, offering=offering, repositories=repositories, now=now)
    return Changes(places=tuple(changes))
