"""Staff put somebody back on the waiting list who left it after offers in vain."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.places import DECLINED, UnknownPlaceError
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.offer_free_places import offer_to_these
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def return_to_list(*, place_id: UUID, offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Give the person a new place on the list, with their old turn and no refusals; what is free is offered at once.

    Raises BrokenRuleError and UnknownPlaceError.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    found = await repositories.places.locked([place_id])
    if not found:
        raise UnknownPlaceError
    [before] = found
    [latest] = await repositories.places.latest_of([before.enrolment_id])
    if before.status != DECLINED or latest.place_id != place_id:
        raise BrokenRuleError("place_id", "place_id must be the place of somebody who left the waiting list.")
    place = before.on_the_list_again(place_id=offering.new_id(), now=now)
    await repositories.places.add([place])
    told: dict[UUID, PlaceChange] = {place.place_id: (place, None)}
    given = await offer_to_these([place.place_id], offering=offering, repositories=repositories, now=now)
    told |= {change[0].place_id: change for change in given}
    return Changes(places=tuple(told.values()))
