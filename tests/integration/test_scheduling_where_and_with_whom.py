"""Sessions and cohorts that move or are added keep every rule of room, opening hours, lead and cover, wherever they are."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from scheduling.domain.sites import Hours, Room
from scheduling.use_cases.add_session import NewSession, add_session
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.move_cohort import NewTimes, move_cohort
from scheduling.use_cases.open_cohort import Opened
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import BANK_HOLIDAYS, MONDAY, a_credential, a_site
from support.servers import Database

WEEK = timedelta(days=7)
COHORT = "scheduling.cohort.changed.v1"
BY_DAY = {day: (Hours(opens=time(8), closes=time(20)),) for day in ("mon", "tue", "wed", "thu", "fri")}
LAST = MONDAY + 6 * WEEK  # the twelfth session, after the bank holiday


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site(a_site(opening_hours=BY_DAY))
        yield ready
        assert await ready.problems() == []


async def move(desk: SchedulingDesk, opened: Opened, *, starts_on: date, at: time = time(10), days: tuple[str, ...]) -> Changes:
    async with desk.work() as work:
        changes = await move_cohort(
            cohort_id=opened.cohort.cohort_id,
            times=NewTimes(starts_on=starts_on, weekdays=days, starts_at=at),
            offering=desk.offering,
            bank_holidays=BANK_HOLIDAYS,
            repositories=work.repositories,
            now=desk.now,
        )
        await work.announce(changes)
    return changes


async def add(desk: SchedulingDesk, opened: Opened, *, starts_on: date, at: time = time(10), **where: Any) -> Changes:
    async with desk.work() as work:
        changes = await add_session(
            cohort_id=opened.cohort.cohort_id,
            wanted=NewSession(starts_on=starts_on, starts_at=at, themes=None, **where),
            offering=desk.offering,
            bank_holidays=BANK_HOLIDAYS,
            repositories=work.repositories,
            now=desk.now,
        )
        await work.announce(changes)
    return changes


async def with_team(desk: SchedulingDesk, *, lead: dict[str, Any], cover: dict[str, Any] | None = None) -> Opened:
    lead_id = (await desk.facilitator(**lead)).facilitator_id
    cover_id = (await desk.facilitator(**cover)).facilitator_id if cover is not None else None
    return await desk.cohort(lead_id=lead_id, cover_id=cover_id)


MORNINGS = ("mon-am", "thu-am")
CASES = [
    ({"availability": MORNINGS}, None, LAST + timedelta(days=2), time(10), "lead_id .* available then: .* is not, wed-am"),
    ({"availability": MORNINGS}, None, LAST, time(15), "lead_id .* available then: .* is not, mon-pm"),
    ({}, {"availability": MORNINGS}, LAST + timedelta(days=2), time(10), "cover_id .* available then"),
    ({"credentials": (a_credential(expires_on=LAST),)}, None, LAST + WEEK, time(10), "lead_id .* ends on 2027-01-11"),
    ({}, None, LAST, time(19, 30), "starts_at must be within the site's opening hours"),
    ({}, None, LAST + timedelta(days=5), time(10), "starts_at must be within the site's opening hours"),
]


@pytest.mark.parametrize(("lead", "cover", "day", "at", "sentence"), CASES)
async def test_a_session_is_neither_moved_nor_added_where_a_rule_forbids_it(
    desk: SchedulingDesk, lead: dict[str, Any], cover: dict[str, Any] | None, day: date, at: time, sentence: str
) -> None:
    opened = await with_team(desk, lead=lead, cover=cover)
    last = opened.cohort.sessions[-1]
    told = len(await desk.told(COHORT))

    with pytest.raises(ValueError, match=sentence):
        await desk.move(last.session_id, starts_on=day, starts_at=at)
    await desk.cancel(opened.cohort.sessions[0].session_id)
    with pytest.raises(ValueError, match=sentence):
        await add(desk, opened, starts_on=day, at=at if at != time(10) else time(11))

    assert len(await desk.told(COHORT)) == told + 1


@pytest.mark.parametrize(
    ("lead", "starts_on", "days", "at", "sentence"),
    [
        ({"availability": MORNINGS}, MONDAY, ("tue", "fri"), time(10), "lead_id .* available then: .* is not, fri-am, tue-am"),
        ({"availability": MORNINGS}, MONDAY, ("mon", "thu"), time(18), "lead_id .* available then"),
        ({"credentials": (a_credential(expires_on=LAST),)}, MONDAY + WEEK, ("mon", "thu"), time(10), "lead_id .* ends on"),
        ({}, MONDAY, ("mon", "thu"), time(7), "starts_at must be within the site's opening hours"),
        ({}, MONDAY, ("wed", "sat"), time(10), "starts_at must be within the site's opening hours"),
    ],
)
async def test_a_cohort_is_not_moved_where_a_rule_forbids_it(
    desk: SchedulingDesk, lead: dict[str, Any], starts_on: date, days: tuple[str, ...], at: time, sentence: str
) -> None:
    opened = await with_team(desk, lead=lead)
    with pytest.raises(ValueError, match=sentence):
        await move(desk, opened, starts_on=starts_on, days=days, at=at)
    assert len(await desk.told(COHORT)) == 1


async def test_a_cohort_is_not_moved_into_times_at_which_its_room_is_booked(desk: SchedulingDesk) -> None:
    [room] = a_site().rooms[:1]
    await desk.site(a_site(opening_hours=BY_DAY, rooms=(room,)))
    first = await desk.cohort()
    await desk.cohort(weekdays=("tue", "fri"))
    with pytest.raises(ValueError, match="room are free: Room 01 is booked on Tuesday 1 December 2026 at 10:00"):
        await move(desk, first, starts_on=MONDAY, days=("tue", "fri"))


async def test_a_session_is_added_at_another_site_and_everybody_hears_where(desk: SchedulingDesk) -> None:
    meadow = a_site(site_id="meadow", name="Meadow Clinic", rooms=(Room(room_id=uuid4(), name="Gym", capacity=12),))
    await desk.site(meadow)
    opened = await desk.cohort()
    await desk.enrol(an_enrolment())
    await desk.cancel(opened.cohort.sessions[0].session_id)

    await add(desk, opened, starts_on=LAST + timedelta(days=1), site_id="meadow")

    told = (await desk.told(COHORT))[-1]["sessions"][-1]
    assert (told["site_id"], told["site_name"], told["room"]) == ("meadow", "Meadow Clinic", "Gym")
    assert [one["site_name"] for one in (await desk.told(COHORT))[-1]["sessions"][:-1]] == [None] * 12
    added = told["session_id"]
    booked = await desk.query("SELECT room_id FROM bookings WHERE session_id = CAST(:id AS uuid) AND part = 'room'", id=added)
    assert [row["room_id"] for row in booked] == [meadow.rooms[0].room_id]
    shown = await desk.reads.cohort(opened.cohort.cohort_id)
    assert shown is not None
    assert (shown.sessions[-1].elsewhere, shown.sessions[1].elsewhere) == ("Meadow Clinic, Gym", None)

    other = await desk.cohort(site_id="meadow", starts_on=LAST + timedelta(days=2), weekdays=("wed", "fri"))
    [last] = other.cohort.sessions[:1]
    with pytest.raises(ValueError, match="booked on Tuesday 12 January 2027"):
        await desk.move(last.session_id, starts_on=LAST + timedelta(days=1), starts_at=time(10))


async def test_a_session_elsewhere_keeps_the_rules_of_that_site(desk: SchedulingDesk) -> None:
    small = a_site(site_id="small", name="Small Hall", rooms=(Room(room_id=uuid4(), name="Hall", capacity=4),))
    early = a_site(site_id="early", name="Early Hall", opening_hours={"tue": (Hours(opens=time(7), closes=time(9)),)})
    firm = a_site(site_id="firm", name="Firm", kind="workplace", employer="acme")
    away = a_site(site_id="away", name="Away")
    for site in (small, early, firm, away, replace(a_site(site_id="new", name="New"), status="planned")):
        await desk.site(site)
    lead_id = (await desk.facilitator(sites=("harbour", "small", "early", "firm", "new"))).facilitator_id
    opened = await desk.cohort(lead_id=lead_id)
    await desk.cancel(opened.cohort.sessions[0].session_id)

    for site_id, sentence in (
        ("small", "capacity must be at most 4"),
        ("early", "opening hours"),
        ("firm", "another employer's own site"),
        ("new", "site_id must be a live site"),
        ("away", "lead_id must be somebody who works at this site"),
    ):
        with pytest.raises(ValueError, match=sentence):
            await add(desk, opened, starts_on=LAST + timedelta(days=1), site_id=site_id)
    with pytest.raises(ValueError, match="room must be among"):
        await add(desk, opened, starts_on=LAST + timedelta(days=1), room="Cellar")
    assert len(await desk.told(COHORT)) == 2
