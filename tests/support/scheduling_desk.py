"""Scheduling on a real database: enrol people, open cohorts, record registers, and see what is stored and told."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.assignment import Round
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.facilitators import Facilitator
from scheduling.domain.offers import Offer
from scheduling.domain.open_register import Staff
from scheduling.domain.register_entries import NewEntry
from scheduling.domain.registers import Entry
from scheduling.domain.sites import Site
from scheduling.domain.standing import Standing
from scheduling.messaging.publish import announce
from scheduling.solver.highs import solve
from scheduling.storage.reads import StoredReads
from scheduling.storage.repositories import repositories_in
from scheduling.use_cases.allocate_waiting_list import Allocated, allocate_held
from scheduling.use_cases.answer_offer import answer_offer
from scheduling.use_cases.cancel_session import cancel_session
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.expire_offers import expire_offers
from scheduling.use_cases.follow_enrolments import follow_enrolments
from scheduling.use_cases.follow_people import follow_people
from scheduling.use_cases.keep_register_entries import Kept, keep_register_entries
from scheduling.use_cases.keep_site import keep_site
from scheduling.use_cases.look_up_register import RegisterSheet
from scheduling.use_cases.move_session import move_session
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.open_cohort import NewCohort, Opened, open_cohort
from scheduling.use_cases.record_register import WholeRegister, record_register
from scheduling.use_cases.repositories import Repositories
from scheduling.use_cases.solving import Solution
from scheduling.use_cases.start_cohorts import start_cohorts
from scheduling.use_cases.work import Work
from service_kit.database import create_engine
from support.scheduling_examples import BANK_HOLIDAYS, MONDAY, NOW, OFFERING, PROGRAMME, PROGRAMMES, a_facilitator, a_site

STAFF = Staff(id=UUID(int=1), name="Sam Jones")
SITE = a_site()


def an_enrolment(**changes: Any) -> Enrolment:
    known: dict[str, Any] = {
        "enrolment_id": uuid4(),
        "sequence": 1,
        "participant_id": uuid4(),
        "programme": PROGRAMME.code,
        "status": "enrolled",
        "enrolled_at": NOW,
        "close_attention": False,
        "outward_code": "NE1",
        "preferred_site": None,
    }
    return Enrolment(**(known | changes))


@dataclass(kw_only=True)
class SchedulingDesk:
    """Each call is one transaction that also tells what changed, as in the running service."""

    engine: AsyncEngine
    now: datetime = NOW
    statements: list[str] = field(default_factory=list)
    offering: Offering = OFFERING

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[tuple[AsyncConnection, Repositories]]:
        async with self.engine.begin() as conn:
            yield conn, repositories_in(conn)

    @property
    def reads(self) -> StoredReads:
        return StoredReads(self.engine, offering=self.offering)

    async def enrol(self, *enrolments: Enrolment) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await follow_enrolments(
                enrolments=enrolments, offering=self.offering, repositories=repositories, now=self.now
            )
            await announce(conn, changes)
        return changes

    async def stand(self, *standings: Standing) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await follow_people(people=standings, offering=self.offering, repositories=repositories, now=self.now)
            await announce(conn, changes)
        return changes

    async def site(self, site: Site = SITE) -> None:
        async with self.transaction() as (conn, repositories):
            changes = await keep_site(
                site_id=site.site_id,
                entries={one.name: getattr(site, one.name) for one in fields(site) if one.name not in {"site_id", "sequence"}},
                divisions=BANK_HOLIDAYS.keys(),
                offering=self.offering,
                repositories=repositories,
                now=self.now,
            )
            await announce(conn, changes)

    async def facilitator(self, **changes: Any) -> Facilitator:
        """Make somebody known who may lead, unless the changes say otherwise."""
        facilitator = a_facilitator(**changes)
        async with self.transaction() as (_, repositories):
            await repositories.facilitators.keep([facilitator])
        return facilitator

    async def cohort(self, **changes: Any) -> Opened:
        """Open a cohort, with a lead of its own unless one is named; what is kept for the waiting list is allocated."""
        opened = await self.opened(**changes)
        await self.allocate_held()
        return opened

    async def opened(self, **changes: Any) -> Opened:
        """Open a cohort and leave what follows by itself undone."""
        if "lead_id" not in changes:
            changes["lead_id"] = (await self.facilitator()).facilitator_id
        known: dict[str, Any] = {
            "cohort_id": uuid4(),
            "site_id": "harbour",
            "programme": PROGRAMME.code,
            "starts_on": MONDAY,
            "weekdays": ("mon", "thu"),
            "starts_at": time(10, 0),
            "sessions": 12,
            "capacity": 10,
        }
        async with self.transaction() as (conn, repositories):
            opened = await open_cohort(
                wanted=NewCohort(**(known | changes)),
                offering=self.offering,
                bank_holidays=BANK_HOLIDAYS,
                repositories=repositories,
                now=self.now,
            )
            await announce(conn, opened.changes)
        return opened

    async def allocate_held(self) -> list[Allocated]:
        """What follows by itself when cohorts open."""

        async def solve_at_once(of: Round) -> Solution:
            return solve(of, seconds=30)

        return await allocate_held(transaction=self.work, offering=self.offering, solve=solve_at_once, now=self.now)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self.transaction() as (conn, repositories):
            yield Work(repositories=repositories, announce=partial(announce, conn))

    async def register(self, session_id: UUID, statuses: Mapping[UUID, str], **how: Any) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await record_register(
                handed_in=WholeRegister(
                    session_id=session_id,
                    entries=[Entry(participant_id=one, status=status) for one, status in statuses.items()],
                    **how,
                ),
                by=STAFF,
                programmes=PROGRAMMES,
                repositories=repositories,
                now=self.now,
                new_id=self.offering.new_id,
            )
            await announce(conn, changes)
        return changes

    async def enter(self, session_id: UUID, *entries: NewEntry, by: Staff = STAFF) -> Kept:
        async with self.transaction() as (conn, repositories):
            kept = await keep_register_entries(
                session_id=session_id,
                entries=entries,
                by=by,
                programmes=PROGRAMMES,
                repositories=repositories,
                now=self.now,
                new_id=self.offering.new_id,
            )
            await announce(conn, kept.changes)
        return kept

    async def sheet(self, session_id: UUID) -> RegisterSheet:
        sheet = await self.reads.register(session_id, programmes=PROGRAMMES, now=self.now)
        assert sheet is not None
        return sheet

    async def move(self, session_id: UUID, *, starts_on: date, starts_at: time) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await move_session(
                session_id=session_id,
                starts_on=starts_on,
                starts_at=starts_at,
                offering=self.offering,
                bank_holidays=BANK_HOLIDAYS,
                repositories=repositories,
                now=self.now,
            )
            await announce(conn, changes)
        return changes

    async def cancel(self, session_id: UUID) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await cancel_session(session_id=session_id, offering=self.offering, repositories=repositories, now=self.now)
            await announce(conn, changes)
        return changes

    async def offer_of(self, person: Enrolment) -> Offer:
        """The latest offer of somebody's latest place."""
        async with self.transaction() as (_, repositories):
            [place] = await repositories.places.latest_of([person.enrolment_id])
            offer = await repositories.offers.of_place(place.place_id)
        assert offer is not None
        return offer

    async def answer(self, person: Enrolment, answer: str, *, by: str = "link") -> Changes:
        offer = await self.offer_of(person)
        async with self.transaction() as (conn, repositories):
            changes = await answer_offer(
                offer=offer, answer=answer, by=by, offering=self.offering, repositories=repositories, now=self.now
            )
            await announce(conn, changes)
        return changes

    async def expire(self) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await expire_offers(offering=self.offering, repositories=repositories, now=self.now)
            await announce(conn, changes)
        return changes

    async def start(self) -> Changes:
        async with self.transaction() as (conn, repositories):
            changes = await start_cohorts(repositories=repositories, now=self.now)
            await announce(conn, changes)
        return changes

    async def hold_sessions(self, opened: Opened, present: Mapping[UUID, Iterable[int]]) -> None:
        """Records every register of a cohort in its order; `present` says at which numbers each person was."""
        for session in opened.cohort.sessions:
            self.now = session.ends_at + timedelta(hours=1)
            await self.register(
                session.session_id,
                {one: "present" if session.number in numbers else "absent" for one, numbers in present.items()},
            )

    async def query(self, sql: str, **values: Any) -> list[Any]:
        async with self.engine.connect() as conn:
            return list((await conn.execute(text(sql), values)).mappings())

    async def places(self) -> list[Any]:
        return await self.query("SELECT * FROM places ORDER BY place_id")

    async def statuses(self) -> dict[UUID, str]:
        return {row["participant_id"]: row["status"] for row in await self.places()}

    async def told(self, type_: str) -> list[dict[str, Any]]:
        rows = await self.query("SELECT body FROM outbox WHERE type = :type ORDER BY position", type=type_)
        return [json.loads(row["body"]) for row in rows]

    async def problems(self) -> Sequence[str]:
        return (await self.reads.audit(now=self.now)).problems


@asynccontextmanager
async def scheduling_desk(database_url: str) -> AsyncIterator[SchedulingDesk]:
    engine = create_engine(database_url)
    desk = SchedulingDesk(engine=engine)
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *call: desk.statements.append(call[2]))
    try:
        yield desk
    finally:
        await engine.dispose()
