"""Somebody does not come to a session of another cohort after all."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import UnknownSessionError
from scheduling.domain.make_ups import TAKEN_BACK
from scheduling.domain.places import UnknownPlaceError
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def take_back_make_up(
    *, place_id: UUID, session_id: UUID, offering: Offering, repositories: Repositories, now: datetime
) -> Changes:
    """Take it back, which the person hears; again, it changes nothing. Raises BrokenRuleError and two of what isn't known."""
    await repositories.seats.lock_placing(sorted(offering.programmes))
    found = await repositories.places.found([place_id])
    if not found:
        raise UnknownPlaceError
    known = next((one for one in found[0].make_ups if one.session_id == session_id), None)
    if known is None:
        raise UnknownSessionError
    cohorts = await repositories.seats.lock(sorted({known.cohort_id, known.of_cohort_id}), now=now)
    [place] = await repositories.places.locked([place_id])
    if not any(one.session_id == session_id and one.is_expected for one in place.make_ups):
        return Changes()
    if known.starts_at <= now:
        raise BrokenRuleError("session_id", "session_id must be a session that has not begun: its register says who came.")
    after = place.without_make_up(session_id, status=TAKEN_BACK, now=now)
    await repositories.places.change([after])
    await repositories.seats.recount([known.cohort_id])
    given = await offer_free_places(cohort_ids=[known.cohort_id], offering=offering, repositories=repositories, now=now)
    return Changes(places=((after, cohorts[known.of_cohort_id].span), *given))
