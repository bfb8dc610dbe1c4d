"""A room, a lead and a cover are in one place at a time: in words, and by the database itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.sites import Hours, Room
from scheduling.use_cases.change_cohort import change_team, open_planned_cohort
from scheduling.use_cases.open_cohort import Opened
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import MONDAY, PROGRAMMES, a_credential, a_site
from support.servers import Database

HALL = Room(room_id=uuid4(), name="Hall", capacity=12)
ATTIC = Room(room_id=uuid4(), name="Attic", capacity=8)


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site(a_site(rooms=(HALL, ATTIC)))
        yield ready
        assert await ready.problems() == []


async def stored(desk: SchedulingDesk) -> int:
    [row] = await desk.query("SELECT count(*) AS cohorts FROM cohorts")
    return int(row["cohorts"])


async def test_the_smallest_free_room_that_is_large_enough_is_taken(desk: SchedulingDesk) -> None:
    small = await desk.cohort(capacity=6)
    other = await desk.cohort(capacity=6)

    assert (small.cohort.room_name, other.cohort.room_name) == ("Attic", "Hall")
    with pytest.raises(BrokenRuleError, match="room_id must be free: Attic is booked on Monday 30 November 2026 at 10:00"):
        await desk.cohort(capacity=6)
    assert await stored(desk) == 2


async def test_a_room_is_free_the_moment_a_session_ends(desk: SchedulingDesk) -> None:
    await desk.cohort(room="Hall")

    assert (await desk.cohort(room="Hall", starts_at=time(11, 0))).cohort.room_name == "Hall"
    with pytest.raises(BrokenRuleError, match="Hall is booked"):
        await desk.cohort(room="Hall", starts_at=time(10, 59))


@pytest.mark.parametrize(("part", "field"), [("lead_id", "lead_id"), ("cover_id", "cover_id")])
async def test_nobody_leads_or_stands_in_at_two_places_at_once(desk: SchedulingDesk, part: str, field: str) -> None:
    busy = (await desk.facilitator(name="Robin Busy")).facilitator_id
    await desk.site(a_site(site_id="meadow"))
    await desk.cohort(lead_id=busy)

    with pytest.raises(BrokenRuleError, match=f"^{field} must be free: Robin Busy is booked on Monday 30 November"):
        await desk.cohort(site_id="meadow", starts_at=time(10, 30), **{part: busy})
    assert await stored(desk) == 1


async def test_of_many_who_open_with_the_same_lead_at_once_one_succeeds(desk: SchedulingDesk) -> None:
    sites = [f"site-{number}" for number in range(8)]
    for site_id in sites:
        await desk.site(a_site(site_id=site_id))
    both = a_credential(programmes=tuple(PROGRAMMES))
    lead_id = (await desk.facilitator(credentials=(both,))).facilitator_id

    # Of two programmes, because cohorts of one programme open one after the other anyhow.
    results = await asyncio.gather(
        *(
            desk.cohort(site_id=site_id, lead_id=lead_id, programme=sorted(PROGRAMMES)[number % 2])
            for number, site_id in enumerate(sites)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(one, Opened) for one in results) == 1
    assert {type(one) for one in results} == {Opened, BrokenRuleError}
    assert await stored(desk) == 1


async def test_the_database_itself_refuses_two_bookings_of_one_at_a_time(desk: SchedulingDesk) -> None:
    await desk.cohort(room="Hall")
    second = await desk.cohort(room="Hall", starts_at=time(14, 0))

    with pytest.raises(IntegrityError, match="bookings_one_at_a_time"):
        async with desk.engine.begin() as conn:
            await conn.execute(
                text("""
                    UPDATE sessions SET starts_at = starts_at - interval '4 h', ends_at = ends_at - interval '4 h'
                    WHERE cohort_id = :id
                """),
                {"id": second.cohort.cohort_id},
            )


async def test_however_many_write_at_once_the_database_keeps_one(desk: SchedulingDesk) -> None:
    """Without the use case, its look and its locks: the constraint alone."""
    cohorts = [(await desk.cohort(room="Hall", starts_at=time(8 + number, 0))).cohort for number in range(6)]

    async def move(cohort_id: UUID) -> None:
        async with desk.engine.begin() as conn:
            await conn.execute(
                text("""
                    UPDATE sessions SET starts_at = CAST(:at AS timestamptz), ends_at = CAST(:at AS timestamptz) + interval '1 h'
                    WHERE cohort_id = :id AND number = 1
                """),
                {"id": cohort_id, "at": cohorts[0].sessions[0].starts_at - timedelta(hours=2)},
            )

    results = await asyncio.gather(*(move(cohort.cohort_id) for cohort in cohorts), return_exceptions=True)

    assert sum(result is None for result in results) == 1
    overlaps = """
        SELECT count(*) AS found FROM bookings a JOIN bookings b ON a.booking_key = b.booking_key AND a.session_id < b.session_id
            AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    """
    assert [row["found"] for row in await desk.query(overlaps)] == [0]


async def test_a_cancelled_session_frees_its_room_and_a_moved_one_takes_it_along(desk: SchedulingDesk) -> None:
    first = await desk.cohort(room="Hall")
    second = await desk.cohort(room="Hall", starts_at=time(14, 0))
    session_id = second.cohort.sessions[0].session_id

    with pytest.raises(BrokenRuleError, match="starts_at must be when everybody and the room are free: Hall is booked on Monday"):
        await desk.move(session_id, starts_on=MONDAY, starts_at=time(10, 30))
    await desk.cancel(first.cohort.sessions[0].session_id)
    await desk.move(session_id, starts_on=MONDAY, starts_at=time(10, 30))

    [row] = await desk.query("SELECT starts_at FROM bookings WHERE session_id = :id AND part = 'room'", id=session_id)
    assert row["starts_at"].hour == 10


@pytest.mark.parametrize(
    ("site", "sentence"),
    [
        ({"status": "paused"}, "site_id must be a live site: Harbour Centre is paused"),
        (
            {"opening_hours": {"mon": (Hours(opens=time(9), closes=time(12)),)}},
            "opening hours: Thu 3 December, 10:00 to 11:00 is not",
        ),
        ({"closed_on": (date(2026, 12, 3),), "rooms": (ATTIC,)}, "capacity must be between 1 and 8"),
    ],
)
async def test_a_cohort_fits_its_site(desk: SchedulingDesk, site: dict[str, Any], sentence: str) -> None:
    await desk.site(a_site(**({"rooms": (HALL, ATTIC)} | site)))

    with pytest.raises(BrokenRuleError, match=sentence):
        await desk.cohort()
    assert await stored(desk) == 0


async def test_a_planned_cohort_takes_nobody_until_it_opens_with_a_lead(desk: SchedulingDesk) -> None:
    planned = await desk.cohort(only_planned=True, lead_id=None, room="Hall")
    cohort_id = planned.cohort.cohort_id
    await desk.enrol(an_enrolment())
    assert (planned.cohort.status, list((await desk.statuses()).values())) == ("planned", ["waiting"])

    async def opening() -> None:
        async with desk.transaction() as (_, repositories):
            await open_planned_cohort(cohort_id=cohort_id, offering=desk.offering, repositories=repositories, now=desk.now)

    with pytest.raises(BrokenRuleError, match="lead_id must be given: a cohort can't open without a lead"):
        await opening()
    lead_id = (await desk.facilitator()).facilitator_id
    async with desk.transaction() as (_, repositories):
        await change_team(
            cohort_id=cohort_id,
            room=None,
            lead_id=lead_id,
            cover_id=None,
            programmes=PROGRAMMES,
            repositories=repositories,
            now=desk.now,
        )
    await opening()

    await desk.allocate_held()
    assert list((await desk.statuses()).values()) != ["waiting"]
    with pytest.raises(BrokenRuleError, match="lead_id must be free"):
        await desk.cohort(lead_id=lead_id)


async def test_a_cohort_of_an_employer_takes_nobody_else(desk: SchedulingDesk) -> None:
    await desk.cohort(employer="ACME")

    await desk.enrol(an_enrolment())

    assert list((await desk.statuses()).values()) == ["waiting"]


async def test_a_room_with_cohorts_stays_and_keeps_its_size(desk: SchedulingDesk) -> None:
    await desk.cohort(room="Hall")

    with pytest.raises(BrokenRuleError, match="rooms must keep Hall"):
        await desk.site(a_site(rooms=(ATTIC,)))
    with pytest.raises(BrokenRuleError, match="capacity of Hall must be at least 10"):
        await desk.site(a_site(rooms=(Room(room_id=uuid4(), name="Hall", capacity=9),)))
