"""A planned cohort opens; a cohort gets another room, lead or cover."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from scheduling.domain.bookings import free_room, refuse_taken_people
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import PLANNED, Cohort, UnknownCohortError
from scheduling.domain.programmes import Programme
from scheduling.domain.sites import Site, UnknownSiteError
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.fit_people import refuse_unfit_people
from scheduling.use_cases.hold_places import hold_for_those_who_wait
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def open_planned_cohort(*, cohort_id: UUID, offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Open a planned cohort, keeping its places for the waiting list while somebody waits; an open one stays as it is.

    Raises BrokenRuleError and UnknownCohortError.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before, programme, site = await _known(cohort_id, offering.programmes, repositories)
    cohort = before.opened(now=now)
    if cohort is before:
        return Changes()
    site.refuse_unless_live()
    await refuse_unfit_people(
        programme=programme,
        site_id=site.site_id,
        sessions=cohort.sessions,
        lead_id=cohort.lead_id,
        cover_id=cohort.cover_id,
        repositories=repositories,
    )
    await repositories.cohorts.change(cohort)
    await hold_for_those_who_wait(cohort, offering=offering, repositories=repositories, now=now)
    return Changes(cohorts=(cohort,))


async def change_team(
    *,
    cohort_id: UUID,
    room: str | None,
    lead_id: UUID | None,
    cover_id: UUID | None,
    programmes: Mapping[str, Programme],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Give the sessions still to come another room (by its name, None keeps it), lead and cover.

    Raises BrokenRuleError and UnknownCohortError.
    """
    before, programme, site = await _known(cohort_id, programmes, repositories)
    to_come = tuple(one for one in before.sessions if one.status == PLANNED and one.starts_at > now)
    if not to_come:
        raise BrokenRuleError("cohort_id", "cohort_id must be a cohort with sessions still to come.")
    rooms = tuple(one for one in site.rooms if one.name == room or (room is None and one.room_id == before.room_id))
    if not rooms:
        raise BrokenRuleError("room", f"room must be among {', '.join(one.name for one in site.rooms)}.")
    await refuse_unfit_people(
        programme=programme,
        site_id=site.site_id,
        sessions=to_come,
        lead_id=lead_id,
        cover_id=cover_id,
        repositories=repositories,
    )
    taken = await repositories.bookings.taken(
        cohort_id=cohort_id,
        rooms=[one.room_id for one in rooms],
        facilitators=[one for one in (lead_id, cover_id) if one],
        times=[(one.starts_at, one.ends_at) for one in to_come],
    )
    refuse_taken_people(taken, lead_id=lead_id, cover_id=cover_id)
    chosen = free_room(rooms, taken=taken, people=before.capacity)
    cohort = before.with_team(room=chosen, lead_id=lead_id, cover_id=cover_id)
    if cohort is before:
        return Changes()
    await repositories.cohorts.change(cohort)
    await repositories.bookings.book_again(cohort_id, now=now)
    return Changes() if cohort.status == PLANNED else Changes(cohorts=(cohort,))


async def _known(
    cohort_id: UUID, programmes: Mapping[str, Programme], repositories: Repositories
) -> tuple[Cohort, Programme, Site]:
    cohort = await repositories.cohorts.locked(cohort_id)
    if cohort is None:
        raise UnknownCohortError
    programme = programmes.get(cohort.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {cohort.programme} is not known here any more.")
    site = await repositories.sites.get(cohort.site_id)
    if site is None:
        raise UnknownSiteError
    return cohort, programme, site
