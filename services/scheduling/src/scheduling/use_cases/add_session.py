"""A cohort gets one more session, to make up for one that did not take place: where it always is, or elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from scheduling.domain.bookings import free_room
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import Cohort, Elsewhere, UnknownCohortError
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import Calendar, local_instant
from scheduling.domain.sites import UnknownSiteError
from scheduling.domain.themes import owed_themes
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.fit_people import refuse_unfit_sessions
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """The day, the time on the local wall clock, and the codes of its themes: None covers what is owed.

    `site_id` and `room` (its name) are given where it is elsewhere; of another site the smallest free room unless one is named.
    """

    starts_on: date
    starts_at: time
    themes: tuple[str, ...] | None
    site_id: str | None = None
    room: str | None = None


async def add_session(
    *,
    cohort_id: UUID,
    wanted: NewSession,
    offering: Offering,
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Add a session to a cohort, with its lead. Raises BrokenRuleError, UnknownCohortError and UnknownSiteError."""
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await repositories.cohorts.locked(cohort_id)
    if before is None:
        raise UnknownCohortError
    programme = offering.programmes.get(before.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {before.programme} is not known here any more.")
    themes = wanted.themes
    if themes is None:
        themes = owed_themes(programme, covered=before.covered_themes)
    if unknown := sorted(set(themes) - {theme.code for theme in programme.themes}):
        raise BrokenRuleError("themes", f"themes must be those of the programme: {', '.join(unknown)} is not.")
    starts_at = local_instant(day=wanted.starts_on, at=wanted.starts_at)
    cohort = before.with_another_session(
        session_id=offering.new_id(),
        starts_at=starts_at,
        themes=themes,
        programme=programme,
        now=now,
        elsewhere=await _elsewhere(before, wanted, starts_at, programme, repositories),
    )
    added = cohort.sessions[-1]
    await refuse_unfit_sessions(
        cohort, [added], programmes=offering.programmes, bank_holidays=bank_holidays, repositories=repositories
    )
    await repositories.cohorts.add_session(cohort, added)
    await repositories.bookings.book_again(cohort_id, now=now)
    places = await repositories.places.of_cohort(cohort_id)
    changed = (
        [] if cohort.span == before.span else [after for place in places if (after := place.rescheduled(now=now)) is not place]
    )
    await repositories.places.change(changed)
    return Changes(cohorts=(cohort,), places=tuple((place, cohort.span) for place in changed))


async def _elsewhere(
    cohort: Cohort, wanted: NewSession, starts_at: datetime, programme: Programme, repositories: Repositories
) -> Elsewhere | None:
    """The room that is wanted, unless it is the cohort's own."""
    site_id = wanted.site_id or cohort.site_id
    if site_id == cohort.site_id and wanted.room in (None, cohort.room_name):
        return None
    site = await repositories.sites.get(site_id)
    if site is None:
        raise UnknownSiteError
    if site_id != cohort.site_id:
        site.refuse_unless_live()
        if site.employer is not None and site.employer != cohort.employer:
            raise BrokenRuleError("site_id", f"site_id must not be another employer's own site: {site.name} is.")
    rooms = [room for room in site.rooms if wanted.room in (None, room.name)]
    if not rooms:
        raise BrokenRuleError("room", f"room must be among {', '.join(room.name for room in site.rooms)}.")
    taken = await repositories.bookings.taken(
        cohort_id=cohort.cohort_id,
        rooms=[room.room_id for room in rooms],
        facilitators=[],
        times=[(starts_at, starts_at + timedelta(minutes=programme.session_minutes))],
    )
    room = free_room(rooms, taken=taken, people=cohort.capacity)
    return Elsewhere(room_id=room.room_id, room_name=room.name, site_id=site_id, site_name=site.name)
