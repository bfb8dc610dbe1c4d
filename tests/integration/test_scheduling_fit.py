"""The database and the rule in domain/fitting.py find the same people for the same cohorts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import time, timedelta
from random import Random

import pytest

from scheduling.domain.fitting import fits
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import MONDAY, PROGRAMME, REACH, a_site
from support.servers import Database

CODES = ("NE1", "NE20", "N1", "LS1", "BD1", "HX4", "ZZ1")
NEEDS = ((), (), ("step_free",), ("step_free", "hearing_loop"))


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        yield ready
        assert await ready.problems() == []


@pytest.mark.parametrize("seed", range(3))
async def test_who_is_longest_waiting_for_a_cohort_are_those_whom_it_fits(desk: SchedulingDesk, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same people for the same seed
    people = [
        an_enrolment(
            preferred_site=chance.choice([None, None, None, "site-0", "site-3"]),
            outward_code=chance.choice([None, "NE3", "N2", "LS6", "YO1", "ls2", "ZZ7", "HD6"]),
            close_attention=chance.random() < 0.3,
            available=chance.choice([(), (), ("mon-am", "thu-am"), ("tue-pm", "fri-pm", "mon-am"), ("mon-am",)]),
            access_needs=chance.choice(NEEDS),
            language=chance.choice(["en", "en", "cy", "pl"]),
            employer=chance.choice([None, None, "MILL", "SHOP"]),
        )
        for _ in range(60)
    ]
    await desk.enrol(*people)
    for number, code in enumerate(CODES):
        await desk.site(
            a_site(
                site_id=f"site-{number}",
                outward_code=code,
                access_features=chance.choice([(), ("step_free", "hearing_loop")]),
            )
        )
    opened = []
    for number in range(len(CODES)):
        weekdays, starts_at = chance.choice([(("mon", "thu"), time(10)), (("tue", "fri"), time(14))])
        changes = {"language": chance.choice(["en", "en", "cy"]), "employer": chance.choice([None, None, "MILL"])}
        one = await desk.cohort(
            site_id=f"site-{number}",
            capacity=1,
            starts_on=MONDAY + timedelta(days=7),
            weekdays=weekdays,
            starts_at=starts_at,
            **changes,
        )
        opened.append(one.cohort)

    async with desk.transaction() as (_, repositories):
        cohorts = {one.cohort_id: one for one in await repositories.seats.all_open([PROGRAMME.code], now=desk.now)}
        everybody = await repositories.places.all_waiting(PROGRAMME.code)
        for cohort in opened:
            found = await repositories.places.longest_waiting([cohort.cohort_id], farthest_km=[PROGRAMME.farthest_km], limit=1000)
            expected = [one for one in everybody if fits(one.seeker, cohorts[cohort.cohort_id], reach=REACH)]
            assert [one.place.place_id for one in found] == [one.place.place_id for one in expected]
