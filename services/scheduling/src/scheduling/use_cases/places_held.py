"""What people have, and the cohorts it is in or makes up in, locked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.places import Place
from scheduling.use_cases.repositories import Repositories


async def places_held(
    enrolment_ids: Sequence[UUID], *, repositories: Repositories, now: datetime
) -> tuple[dict[UUID, Place], Mapping[UUID, LockedCohort]]:
    """Return the latest place of each enrolment, and their cohorts, those to whose sessions they come included.

    Placing must be locked for their programmes.
    """
    places = {place.enrolment_id: place for place in await repositories.places.latest_of(enrolment_ids)}
    cohort_ids = {place.cohort_id for place in places.values() if place.cohort_id}
    cohort_ids |= {one.cohort_id for place in places.values() for one in place.make_ups if one.is_expected}
    if not cohort_ids:
        return places, {}
    # Registers change places while they hold the cohort: read again what they may have changed before we held it.
    cohorts = await repositories.seats.lock(sorted(cohort_ids), now=now)
    return {place.enrolment_id: place for place in await repositories.places.latest_of(enrolment_ids)}, cohorts
