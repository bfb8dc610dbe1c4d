"""Wiring: settings, database, broker, use cases and pages become one running service."""

import asyncio
import secrets
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI

from page_base.installation import install
from page_base.pages import Pages
from scheduling.domain.assignment import Round
from scheduling.domain.distance import Map
from scheduling.domain.fitting import Reach
from scheduling.domain.programmes import Programme, ProgrammeError
from scheduling.http.allocations import allocations_router
from scheduling.http.audit import audit_router
from scheduling.http.calendars import calendars_router
from scheduling.http.cohort_changes import cohort_changes_router
from scheduling.http.cohort_pages import cohort_pages_router
from scheduling.http.cohort_times import cohort_times_router
from scheduling.http.cohorts import cohorts_router
from scheduling.http.day import day_router
from scheduling.http.desk import Desk
from scheduling.http.facilitator_pages import facilitator_forms_router
from scheduling.http.facilitators import facilitators_router
from scheduling.http.feeds import feed_forms_router, feeds_router
from scheduling.http.make_ups import make_ups_router
from scheduling.http.offers import offers_router
from scheduling.http.own_dates import own_dates_router
from scheduling.http.people import people_router
from scheduling.http.places import places_router
from scheduling.http.plans import plans_router
from scheduling.http.progress import progress_router
from scheduling.http.register_offline import register_offline_router
from scheduling.http.register_people import register_people_router
from scheduling.http.register_prints import register_prints_router
from scheduling.http.registers import registers_router
from scheduling.http.resources import resources_router
from scheduling.http.sessions import sessions_router
from scheduling.http.site_pages import site_forms_router
from scheduling.http.sites import sites_router
from scheduling.http.spread import spread_router
from scheduling.http.tasks import tasks_router
from scheduling.http.training import training_router
from scheduling.http.training_pages import training_forms_router
from scheduling.http.waiting import waiting_router
from scheduling.messaging.consume import consumers
from scheduling.messaging.publish import announce
from scheduling.settings import Settings
from scheduling.solver.highs import solve
from scheduling.storage.calendars import StoredCalendars
from scheduling.storage.cohorts import next_cohort_start
from scheduling.storage.export import export_of
from scheduling.storage.offers import next_offer_expiry
from scheduling.storage.own_links import StoredOwnDates
from scheduling.storage.reads import StoredReads
from scheduling.storage.reference_data import load_bank_holidays, load_positions, load_programmes
from scheduling.storage.repositories import repositories_in
from scheduling.storage.resources import StoredResources
from scheduling.storage.seats import next_allocation
from scheduling.storage.site_reads import StoredSiteReads
from scheduling.storage.training import StoredTraining
from scheduling.use_cases.allocate_waiting_list import Allocated, allocate_held, allocate_waiting_list
from scheduling.use_cases.expire_offers import expire_offers
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.solving import Solution
from scheduling.use_cases.start_cohorts import start_cohorts
from scheduling.use_cases.work import Work
from service_kit.command import run
from service_kit.due import DueWork
from service_kit.ids import new_id
from service_kit.service import Service

NAME = "scheduling"
TOKEN_BYTES = 32
# How long a plan for a waiting list may take; ten thousand people take a quarter of it on two cores.
SOLVER_SECONDS = 120.0
# In a wheel the migrations lie inside the package, in a checkout beside `src`.
MIGRATIONS = next(
    path for path in (Path(__file__).parent / "migrations", Path(__file__).parents[2] / "migrations") if path.is_dir()
)


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app. Raises ProgrammeError if a programme's data can't be used."""
    service = Service(name=NAME, settings=settings)
    pages = Pages("scheduling.http")

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Work]:
        async with service.transaction() as conn:
            yield Work(repositories=repositories_in(conn), announce=partial(announce, conn))

    offering = offering_of(load_programmes(), new_id=new_id)

    async def expire_due_offers(now: datetime) -> int:
        async with transaction() as work:
            changes = await expire_offers(offering=offering, repositories=work.repositories, now=now)
            await work.announce(changes)
        return len(changes.places)

    async def start_due_cohorts(now: datetime) -> int:
        async with transaction() as work:
            changes = await start_cohorts(repositories=work.repositories, now=now)
            await work.announce(changes)
        return len(changes.cohorts)

    allocating = asyncio.Lock()

    async def solve_beside(of: Round) -> Solution:
        # In a thread: HiGHS lets go of the interpreter while it works. A service that stops does not wait for it.
        given_up = threading.Event()
        try:
            return await asyncio.to_thread(solve, of, seconds=SOLVER_SECONDS, given_up=given_up.is_set)
        finally:
            given_up.set()

    async def allocate_due(now: datetime) -> int:
        async with allocating:
            done = await allocate_held(transaction=transaction, offering=offering, solve=solve_beside, now=now)
        return len(done)

    async def allocate(programme: str) -> Allocated:
        async with allocating:
            return await allocate_waiting_list(
                programme=programme, transaction=transaction, offering=offering, solve=solve_beside, now=service.clock.now()
            )

    desk = Desk(
        access=service.access,
        pages=pages,
        reads=StoredReads(service.engine, offering=offering),
        site_reads=StoredSiteReads(service.engine),
        training=StoredTraining(service.engine),
        resources=StoredResources(service.engine),
        calendars=StoredCalendars(service.engine),
        public_url=settings.public_url,
        transaction=transaction,
        allocate=allocate,
        now=service.clock.now,
        offering=offering,
        bank_holidays=load_bank_holidays(),
    )
    app = service.app(
        consumers=consumers(repositories_in=repositories_in, offering=offering),
        routers=[
            sites_router(desk),
            facilitator_forms_router(desk),
            facilitators_router(desk),
            training_router(desk),
            training_forms_router(desk),
            resources_router(desk),
            calendars_router(desk),
            feeds_router(desk),
            feed_forms_router(desk),
            site_forms_router(desk),
            spread_router(desk),
            plans_router(desk),
            cohorts_router(desk),
            cohort_changes_router(desk),
            cohort_pages_router(desk),
            registers_router(desk),
            register_people_router(desk),
            register_offline_router(desk),
            register_prints_router(desk),
            progress_router(desk),
            tasks_router(desk),
            day_router(desk),
            sessions_router(desk),
            people_router(desk),
            offers_router(desk),
            own_dates_router(desk, reads=StoredOwnDates(service.engine)),
            places_router(desk),
            make_ups_router(desk),
            waiting_router(desk),
            cohort_times_router(desk),
            allocations_router(desk),
            audit_router(desk),
        ],
        due_work=[
            DueWork(name="expire offers", run=expire_due_offers, next_due_at=next_offer_expiry),
            DueWork(name="allocate waiting lists", run=allocate_due, next_due_at=next_allocation),
            DueWork(name="start cohorts", run=start_due_cohorts, next_due_at=next_cohort_start),
        ],
        answers={f"export.{NAME}": export_of(service.engine)},
    )
    install(app, service=NAME, pages=pages, verify=service.access.verify, home="/scheduling/cohorts")
    return app


def offering_of(programmes: Mapping[str, Programme], *, new_id: Callable[[], UUID]) -> Offering:
    """How places are given by these programmes' rules."""

    def farthest_km(programme: str) -> int:
        return programmes[programme].farthest_km if programme in programmes else 0

    reach = Reach(Map(load_positions()), farthest_km)
    return Offering(programmes=programmes, reach=reach, new_id=new_id, new_token=new_token)


def new_token() -> str:
    """A token that nobody can guess: 256 random bits in 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def main() -> None:
    """Be `python -m scheduling`."""

    def build_or_say_why() -> FastAPI:
        try:
            return build(Settings())
        except ProgrammeError as error:
            sys.exit(f"{NAME}: {error}")

    run(name=NAME, build=build_or_say_why, settings=Settings, migrations=MIGRATIONS)
