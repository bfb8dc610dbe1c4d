"""A cohort is planned or opens with its dated sessions; while somebody waits, its places are kept for the waiting list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.bookings import free_room, refuse_taken_people
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import OPEN, PLANNED, Cohort, Session, sessions_at
from scheduling.domain.fitting import EVERYBODYS_LANGUAGE
from scheduling.domain.plans import Plan, Wanted, plan_cohort
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import Calendar, SkippedDate, local_instant
from scheduling.domain.sites import Room, Site
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.fit_people import refuse_unfit_people
from scheduling.use_cases.hold_places import hold_for_those_who_wait
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCohort:
    """What is asked for. `starts_on` is the first day that may have a session; `starts_at` is a local wall clock time.

    Without a room the smallest free one is taken that is large enough; without themes they are in the programme's order. A
    cohort that is `only_planned` needs no lead yet.
    """

    cohort_id: UUID
    site_id: str
    programme: str
    starts_on: date
    weekdays: tuple[str, ...]
    starts_at: time
    sessions: int
    capacity: int | None
    room: str | None = None
    lead_id: UUID | None = None
    cover_id: UUID | None = None
    language: str = EVERYBODYS_LANGUAGE
    employer: str | None = None
    only_planned: bool = False
    themes: tuple[tuple[str, ...], ...] | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The cohort, the dates left out, and what changed. `is_new` is false where the same cohort was asked for before."""

    cohort: Cohort
    skipped: tuple[SkippedDate, ...]
    is_new: bool
    changes: Changes


async def open_cohort(
    *,
    wanted: NewCohort,
    offering: Offering,
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
    now: datetime,
) -> Opened:
    """Open a cohort, or plan one; the same again changes nothing, another one under its id is refused. Raises BrokenRuleError."""
    programme = offering.programmes.get(wanted.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme must be among {', '.join(sorted(offering.programmes))}.")
    site = await repositories.sites.get(wanted.site_id)
    if site is None:
        raise BrokenRuleError("site_id", "site_id must be a site that is known here.")
    rooms = _rooms_for(wanted, site)
    capacity = _capacity(wanted, programme, rooms)
    planned = plan_cohort(
        programme=programme,
        wanted=Wanted(starts_on=wanted.starts_on, weekdays=wanted.weekdays, sessions=wanted.sessions, themes=wanted.themes),
        calendar=bank_holidays[site.division].with_closures(site.closed_on),
    ).kept()
    starts = [local_instant(day=day, at=wanted.starts_at) for day in planned.dates]

    await repositories.seats.lock_placing([programme.code])
    before = await repositories.cohorts.locked(wanted.cohort_id)
    if before is not None:
        same = (before.site_id, before.programme, before.capacity) == (site.site_id, programme.code, capacity)
        if not same or [session.starts_at for session in before.sessions] != starts:
            raise BrokenRuleError("cohort_id", "cohort_id must be new: another cohort has it.")
        return Opened(cohort=before, skipped=planned.skipped, is_new=False, changes=Changes())
    if starts[0] <= now:
        raise BrokenRuleError("starts_on", f"starts_on must not be in the past: the first session would be {planned.dates[0]}.")
    sessions = _sessions(planned, starts, programme, offering.new_id)
    if not wanted.only_planned:
        site.refuse_unless_live()
        if wanted.lead_id is None:
            raise BrokenRuleError("lead_id", "lead_id must be given: a cohort can't open without a lead.")
    times = [(session.starts_at, session.ends_at) for session in sessions]
    site.refuse_outside_hours(times)
    await refuse_unfit_people(
        programme=programme,
        site_id=site.site_id,
        sessions=sessions,
        lead_id=wanted.lead_id,
        cover_id=wanted.cover_id,
        repositories=repositories,
    )
    taken = await repositories.bookings.taken(
        cohort_id=wanted.cohort_id,
        rooms=[room.room_id for room in rooms],
        facilitators=[one for one in (wanted.lead_id, wanted.cover_id) if one],
        times=times,
    )
    refuse_taken_people(taken, lead_id=wanted.lead_id, cover_id=wanted.cover_id)
    room = free_room(rooms, taken=taken, people=capacity)
    cohort = Cohort(
        cohort_id=wanted.cohort_id,
        sequence=1,
        programme=programme.code,
        site_id=site.site_id,
        site_name=site.name,
        status=PLANNED if wanted.only_planned else OPEN,
        capacity=capacity,
        close_attention_limit=programme.close_attention_limit,
        sessions=sessions,
        room_id=room.room_id,
        room_name=room.name,
        lead_id=wanted.lead_id,
        cover_id=wanted.cover_id,
        language=wanted.language,
        employer=wanted.employer or site.employer,
    )
    await repositories.cohorts.add(cohort)
    if cohort.status == PLANNED:
        return Opened(cohort=cohort, skipped=planned.skipped, is_new=True, changes=Changes())
    await hold_for_those_who_wait(cohort, offering=offering, repositories=repositories, now=now)
    return Opened(cohort=cohort, skipped=planned.skipped, is_new=True, changes=Changes(cohorts=(cohort,)))


def _rooms_for(wanted: NewCohort, site: Site) -> tuple[Room, ...]:
    if wanted.room is None:
        return site.rooms
    rooms = tuple(room for room in site.rooms if room.name == wanted.room)
    if not rooms:
        raise BrokenRuleError("room", f"room must be among {', '.join(room.name for room in site.rooms)}.")
    return rooms


def _capacity(wanted: NewCohort, programme: Programme, rooms: tuple[Room, ...]) -> int:
    largest = min(programme.largest_capacity, max(room.capacity for room in rooms))
    capacity = min(programme.usual_capacity, largest) if wanted.capacity is None else wanted.capacity
    if not 1 <= capacity <= largest:
        raise BrokenRuleError("capacity", f"capacity must be between 1 and {largest} for this programme and site.")
    return capacity


def _sessions(planned: Plan, starts: list[datetime], programme: Programme, new_id: Callable[[], UUID]) -> tuple[Session, ...]:
    return sessions_at(
        starts=starts,
        ids=[new_id() for _ in starts],
        minutes=programme.session_minutes,
        themes=[session.themes for session in planned.sessions],
    )
