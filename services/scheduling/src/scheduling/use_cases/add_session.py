"""A cohort gets one more session, to make up for one that did not take place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.bookings import refuse_taken
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import UnknownCohortError
from scheduling.domain.session_dates import Calendar, local_instant
from scheduling.domain.sites import UnknownSiteError
from scheduling.domain.themes import owed_themes
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """The day, the time on the local wall clock, and the codes of its themes: None covers what is owed."""

    starts_on: date
    starts_at: time
    themes: tuple[str, ...] | None


async def add_session(
    *,
    cohort_id: UUID,
    wanted: NewSession,
    offering: Offering,
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Add a session to a cohort, in its room and with its lead. Raises BrokenRuleError and UnknownCohortError."""
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await repositories.cohorts.locked(cohort_id)
    if before is None:
        raise UnknownCohortError
    programme, site = offering.programmes.get(before.programme), await repositories.sites.get(before.site_id)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {before.programme} is not known here any more.")
    if site is None:
        raise UnknownSiteError
    bank_holidays[site.division].with_closures(site.closed_on).refuse_closed(wanted.starts_on, field="starts_on")
    themes = wanted.themes
    if themes is None:
        themes = owed_themes(programme, covered=before.covered_themes)
    if unknown := sorted(set(themes) - {theme.code for theme in programme.themes}):
        raise BrokenRuleError("themes", f"themes must be those of the programme: {', '.join(unknown)} is not.")
    cohort = before.with_another_session(
        session_id=offering.new_id(),
        starts_at=local_instant(day=wanted.starts_on, at=wanted.starts_at),
        themes=themes,
        programme=programme,
        now=now,
    )
    when = [(one.starts_at, one.ends_at) for one in cohort.sessions[-1:]]
    site.refuse_outside_hours(when)
    taken = await repositories.bookings.taken(
        cohort_id=cohort_id,
        rooms=[cohort.room_id] if cohort.room_id else [],
        facilitators=[one for one in (cohort.lead_id, cohort.cover_id) if one],
        times=when,
    )
    refuse_taken(taken, field="starts_at")
    await repositories.cohorts.add_session(cohort, cohort.sessions[-1])
    await repositories.bookings.book_again(cohort_id, now=now)
    places = await repositories.places.of_cohort(cohort_id)
    changed = (
        [] if cohort.span == before.span else [after for place in places if (after := place.rescheduled(now=now)) is not place]
    )
    await repositories.places.change(changed)
    return Changes(cohorts=(cohort,), places=tuple((place, cohort.span) for place in changed))
