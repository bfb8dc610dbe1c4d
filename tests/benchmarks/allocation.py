"""A whole waiting list and all free places together: what the solver finds and how long it takes, beside serving in order."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from scheduling.domain.assignment import Hopeful, Worth, broken_limits, first_come_first_served, round_of, worth_of
from scheduling.domain.distance import Map
from scheduling.domain.fitting import OpenCohort, Reach, Seeker
from scheduling.domain.week import ANY_TIME, as_bits
from scheduling.solver.highs import solve
from scheduling.storage.reference_data import load_positions, load_programmes

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROGRAMME = "escape-pain-knee-hip"
COHORTS_AT_A_SITE = 5
CAPACITY = 10
WEEKDAYS = (("mon", "thu"), ("tue", "fri"), ("mon", "wed"), ("tue", "thu"))
PARTS = ("am", "pm", "eve")
WISHED_WITHIN_KM = 60
# The share of people who need close attention, asked for a site, can come only at some times, has access needs.
FLAGGED, WITH_A_WISH, WITH_LITTLE_TIME, WITH_NEEDS = 0.15, 0.2, 0.25, 0.05


async def allocation(*, people: int, cohorts: int, seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure one round of so many people and cohorts all over the country, the same in every run."""
    programme = load_programmes()[PROGRAMME]
    reach = Reach(Map(load_positions()), lambda _: programme.farthest_km)
    say("inventing people and cohorts")
    of_people, of_cohorts = _invented(people=people, cohorts=cohorts, map_=reach.map)
    say("finding who could go where")
    of, finding = _timed(lambda: round_of(of_people, of_cohorts, reach=reach, now=NOW))
    say("serving people as they came")
    as_they_came, serving = _timed(lambda: first_come_first_served(of))
    began = time.perf_counter()

    def solved() -> Any:
        return solve(of, seconds=seconds, progress=lambda level: say(f"deciding by {level}"))

    solution = await asyncio.to_thread(solved)
    solving = time.perf_counter() - began
    if broken := [*broken_limits(solution.plan, of=of), *broken_limits(as_they_came, of=of)]:
        raise AssertionError(broken[0])
    return {
        "cores": os.cpu_count(),
        "people": len(of.people),
        "who fit somewhere": len({one.person for one in of.options}),
        "cohorts": len(of.cohorts),
        "places": sum(one.free for one in of.cohorts),
        "options": len(of.options),
        "seconds": {
            "finding who could go where": round(finding, 2),
            "first come, first served": round(serving, 2),
            "solver": round(solving, 2),
        },
        "first come, first served": _figures(worth_of(as_they_came, of=of)),
        "solver": _figures(worth_of(solution.plan, of=of)) | {"gap": solution.gap, "proven optimal": solution.is_proven},
    }


def _figures(worth: Worth) -> dict[str, Any]:
    return {
        "people placed": worth.placed,
        "mean wait of everybody in days, at least": round(worth.mean_wait, 2),
        "mean days that those placed have waited already": round(worth.days_waited / worth.placed, 2) if worth.placed else 0,
        "mean days until those placed start": round(worth.days_until_start / worth.placed, 2) if worth.placed else 0,
        "km in all, one way": round(worth.km),
        "mean km": round(worth.km / worth.placed, 2) if worth.placed else 0,
    }


def _timed(what: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return what(), time.perf_counter() - began


def _invented(*, people: int, cohorts: int, map_: Map) -> tuple[list[Hopeful], list[OpenCohort]]:
    chance = Random("limber allocation")  # noqa: S311 - the same round in every run
    codes = sorted(map_.positions)
    sites = [(f"site-{number}", chance.choice(codes)) for number in range(max(1, cohorts // COHORTS_AT_A_SITE))]
    of_cohorts = []
    for number in range(cohorts):
        site_id, code = sites[number % len(sites)]
        part = chance.choice(PARTS)
        flagged = chance.choice((0, 0, 0, 1, 2))
        of_cohorts.append(
            OpenCohort(
                cohort_id=UUID(int=number),
                programme=PROGRAMME,
                site_id=site_id,
                outward_code=code,
                first_session_at=NOW + timedelta(days=chance.randint(7, 120)),
                capacity=CAPACITY,
                seats_taken=chance.randint(flagged, CAPACITY // 2),
                close_attention_limit=2,
                flagged=flagged,
                times=as_bits(f"{day}-{part}" for day in chance.choice(WEEKDAYS)),
                access_features=frozenset({"step_free"} if chance.random() < 0.7 else ()),
            )
        )
    return [_hopeful(number, chance, sites, map_, chance.choice(codes)) for number in range(people)], of_cohorts


def _hopeful(number: int, chance: Random, sites: list[tuple[str, str]], map_: Map, home: str) -> Hopeful:
    near = [site_id for site_id, code in sites if (map_.km(home, code) or 0) <= WISHED_WITHIN_KM]
    few = as_bits(f"{day}-{part}" for day in ("mon", "tue", "wed", "thu", "fri") for part in chance.sample(PARTS, 2))
    seeker = Seeker(
        programme=PROGRAMME,
        outward_code=home,
        preferred_site=chance.choice(near) if near and chance.random() < WITH_A_WISH else None,
        close_attention=chance.random() < FLAGGED,
        available=few if chance.random() < WITH_LITTLE_TIME else ANY_TIME,
        access_needs=frozenset({"step_free"} if chance.random() < WITH_NEEDS else ()),
    )
    return Hopeful(place_id=UUID(int=number), seeker=seeker, since=NOW - timedelta(days=chance.randint(0, 200)))
