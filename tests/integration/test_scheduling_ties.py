"""Who comes first of people and cohorts that are equal in everything that matters: the same ones every time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import NOW, a_site
from support.servers import Database

LONG_AGO = NOW - timedelta(days=40)


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready
        assert await ready.problems() == []


async def test_of_people_referred_at_once_whoever_enrolled_first_is_offered_the_seat(desk: SchedulingDesk) -> None:
    first = an_enrolment(enrolment_id=UUID(int=9), referred_at=LONG_AGO, enrolled_at=NOW - timedelta(hours=2))
    second = an_enrolment(enrolment_id=UUID(int=1), referred_at=LONG_AGO, enrolled_at=NOW - timedelta(hours=1))
    await desk.enrol(second, first)
    await desk.cohort(capacity=1)
    assert (await desk.statuses())[first.participant_id] == "offered"
    await desk.answer(first, "declined")
    assert (await desk.statuses())[second.participant_id] == "offered"


async def test_of_cohorts_alike_the_one_at_the_site_whose_code_comes_first_is_given(desk: SchedulingDesk) -> None:
    await desk.site(a_site(site_id="abbey", name="Abbey", rooms=a_site().rooms[:1]))
    await desk.cohort(cohort_id=UUID(int=1))
    opened = await desk.cohort(cohort_id=UUID(int=2), site_id="abbey")
    await desk.enrol(an_enrolment())
    assert [place["cohort_id"] for place in await desk.places()] == [opened.cohort.cohort_id]


async def test_places_are_kept_for_the_waiting_list_only_while_somebody_waits_whom_they_fit(desk: SchedulingDesk) -> None:
    await desk.enrol(an_enrolment(outward_code="PL1"))
    held = "SELECT 1 FROM cohorts WHERE allocation_due_at IS NOT NULL"
    await desk.opened()
    assert await desk.query(held) == []
    await desk.enrol(an_enrolment(outward_code="NE1", available=("tue-am",)), an_enrolment(outward_code="PL1"))
    await desk.opened(weekdays=("tue", "fri"))
    assert await desk.query(held) == []
    await desk.enrol(an_enrolment(preferred_site="abbey"))
    await desk.site(a_site(site_id="abbey", name="Abbey", rooms=a_site().rooms[1:2]))
    await desk.opened(site_id="abbey")
    assert len(await desk.query(held)) == 1
    await desk.allocate_held()
