"""A cohort opens with all its dated sessions, and the waiting people who fit are offered its seats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import OPEN, Cohort, sessions_at
from scheduling.domain.fitting import EVERYBODYS_LANGUAGE
from scheduling.domain.plans import Wanted, plan_cohort
from scheduling.domain.session_dates import Calendar, SkippedDate, local_instant
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCohort:
    """What is asked for. `starts_on` is the first day that may have a session; `starts_at` is a local wall clock time."""

    cohort_id: UUID
    site_id: str
    programme: str
    starts_on: date
    weekdays: tuple[str, ...]
    starts_at: time
    sessions: int
    capacity: int | None
    language: str = EVERYBODYS_LANGUAGE
    employer: str | None = None


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
    """Open a cohort; the same again changes nothing, another one under its id is refused. Raises BrokenRuleError."""
    programme = offering.programmes.get(wanted.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme must be among {', '.join(sorted(offering.programmes))}.")
    site = await repositories.sites.get(wanted.site_id)
    if site is None:
        raise BrokenRuleError("site_id", "site_id must be a site that is known here.")
    capacity = programme.usual_capacity if wanted.capacity is None else wanted.capacity
    largest = min(programme.largest_capacity, site.room_capacity)
    if wanted.capacity is None:
        capacity = min(capacity, largest)
    if not 1 <= capacity <= largest:
        raise BrokenRuleError("capacity", f"capacity must be between 1 and {largest} for this programme and site.")
    planned = plan_cohort(
        programme=programme,
        wanted=Wanted(starts_on=wanted.starts_on, weekdays=wanted.weekdays, sessions=wanted.sessions),
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
    cohort = Cohort(
        cohort_id=wanted.cohort_id,
        sequence=1,
        programme=programme.code,
        site_id=site.site_id,
        site_name=site.name,
        status=OPEN,
        capacity=capacity,
        close_attention_limit=programme.close_attention_limit,
        language=wanted.language,
        employer=wanted.employer,
        sessions=sessions_at(starts=starts, ids=[offering.new_id() for _ in starts], minutes=programme.session_minutes),
    )
    await repositories.cohorts.add(cohort)
    seated = await offer_free_places(cohort_ids=[cohort.cohort_id], offering=offering, repositories=repositories, now=now)
    return Opened(cohort=cohort, skipped=planned.skipped, is_new=True, changes=Changes(cohorts=(cohort,), places=tuple(seated)))
