"""A cohort that hasn't begun moves to another start, other weekdays or another time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, UnknownCohortError
from scheduling.domain.offers import OFFERED
from scheduling.domain.plans import Wanted, plan_cohort
from scheduling.domain.session_dates import Calendar, local_instant
from scheduling.domain.sites import UnknownSiteError
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.fit_people import refuse_unfit_sessions
from scheduling.use_cases.follow_make_ups import follow_make_ups, lock_with_company
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTimes:
    """From which day on, on which weekdays, and when on the local wall clock."""

    starts_on: date
    weekdays: tuple[str, ...]
    starts_at: time


async def move_cohort(
    *,
    cohort_id: UUID,
    times: NewTimes,
    offering: Offering,
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Lay the sessions of a cohort over other dates that its lead, cover and room allow.

    Offers that stand end earlier where the start does.

    Raises BrokenRuleError and UnknownCohortError.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await lock_with_company(cohort_id, repositories=repositories, now=now)
    if before is None:
        raise UnknownCohortError
    programme, site = offering.programmes.get(before.programme), await repositories.sites.get(before.site_id)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {before.programme} is not known here any more.")
    if site is None:
        raise UnknownSiteError
    to_move = [one for one in before.sessions if one.status != CANCELLED]
    planned = plan_cohort(
        programme=programme,
        wanted=Wanted(
            starts_on=times.starts_on,
            weekdays=times.weekdays,
            sessions=len(to_move),
            themes=tuple(one.themes for one in to_move) if all(one.themes for one in to_move) else None,
        ),
        calendar=bank_holidays[site.division].with_closures(site.closed_on),
    ).kept()
    starts = [local_instant(day=day, at=times.starts_at) for day in planned.dates]
    cohort = before.moved(starts=starts, now=now)
    if cohort is before:
        return Changes()
    await refuse_unfit_sessions(
        cohort,
        [one for one in cohort.sessions if one.status != CANCELLED],
        programmes=offering.programmes,
        bank_holidays=bank_holidays,
        repositories=repositories,
    )
    await repositories.cohorts.change(cohort)

    places = await repositories.places.of_cohort(cohort_id)
    changed = [after for place in places if (after := place.rescheduled(now=now)) is not place]
    standing = [one.place_id for one in changed if one.status == OFFERED]
    if standing:
        latest = offering.latest_answer(programme.code, starts_at=cohort.span.first_session_at)
        offers = await repositories.offers.standing_of(standing)
        await repositories.offers.change([one.ending_by(latest) for one in offers])
        changed = [one.offered_only_until(latest) for one in changed]
    await repositories.places.change(changed)
    guests = await follow_make_ups(before=before, cohort=cohort, repositories=repositories, now=now, new_id=offering.new_id)
    return Changes(cohorts=(cohort,), places=(*((place, cohort.span) for place in changed), *guests))
