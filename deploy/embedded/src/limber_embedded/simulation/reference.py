"""Reference reports: synthetic people, calibrated so that published figures come out, from referral to report."""

import json
import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from limber_embedded.broker import admin_client
from limber_embedded.home import Home
from limber_embedded.simulation.journey import CAPACITY, CohortPlan, Course, Progress, live_through, open_cohorts, refer
from limber_embedded.simulation.people import synthetic_referrals
from limber_embedded.simulation.practices import PRACTICES
from limber_embedded.simulation.run import left_over, next_morning, reserve
from limber_embedded.simulation.system import System
from limber_embedded.sites import live_site

NAMES = ("activity", "change", "completion", "costs")
# The report names every site whose id begins like this as synthetic.
_SITE = "synthetic-{name}-{first}"
# In a postcode area that doesn't exist.
_OUTWARD_CODE = "ZZ9"
_SCALES = {"pain": ("P1", "P5", "P6", "P8"), "function": ("A3", "A4", "A7", "SP4"), "quality_of_life": ("Q1", "Q2", "Q3", "Q4")}
_POINTS_OF_A_STEP = 6.25
_ITEMS = 4
_ENOUGH, _TOO_FEW = 10, 5

Answers = dict[str, dict[str, int | bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as it was published and as the report prints it, rounded as it was published."""

    figure: str
    published: str
    printed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a run found: the whole report, its figures beside the published ones, and whatever did not add up."""

    title: str
    source: str
    report: dict[str, Any]
    figures: tuple[Figure, ...]
    problems: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Somebody who comes to so many sessions and gives these answers."""

    practice: str
    referral: dict[str, Any]
    sessions: int
    given: Mapping[str, Answers]

    def comes_to(self, session_number: int) -> str:
        return "present" if session_number <= self.sessions else "absent"

    def answers_offer(self, number: int) -> str | None:  # noqa: ARG002 - every offer is taken
        return "accepted"

    def answers(self, time_point: str, instruments: dict[str, list[str]]) -> Answers | None:  # noqa: ARG002 - what is asked is known
        return self.given.get(time_point)


async def reference(home: Home, *, name: str, progress: Progress) -> Reference:
    """Send the people of a fixture through the running system, and return its report beside what was published."""
    fixture = tomllib.loads((files("limber_embedded.simulation") / "references" / f"{name}.toml").read_text(encoding="utf-8"))
    first = reserve(home, fixture["people"])
    site = _SITE.format(name=name, first=first)
    async with admin_client(home) as broker:
        system = System(home, broker)
        try:
            await system.start()
            progress("waiting until what is under way is done", 0.0)
            await system.come_to_rest()
            await system.move_clock_to(next_morning(system.now()))
            before = await system.left_over()
            today = system.now().date()
            seats = -(-fixture["people"] // CAPACITY)
            progress("opening cohorts", 0.0)
            body = live_site(name=f"Synthetic: {name}", outward_code=_OUTWARD_CODE, rooms=seats, today=today)
            await system.put(f"/scheduling/sites/{site}", body)
            course = Course(people=_people(fixture, first=first, site=site, system=system), in_order=False)
            plans = [CohortPlan(number=one, site=site, weekdays=("mon", "thu"), starts_at="10:00") for one in range(seats)]
            await open_cohorts(system, course, plans, today=today)
            await refer(home, course, progress)
            await live_through(system, home, course, progress)
            found = await system.get("/outcomes/reports", site=site, outside="false", format="json")
            problems = [problem for audit in (await system.audits()).values() for problem in audit["problems"]]
            problems += left_over(before, await system.left_over())
        finally:
            await system.close()
    if found["people"] != fixture["people"]:
        problems.append(f"{fixture['people']} people were referred and {found['people']} are in the report")
    figures = tuple(
        Figure(figure=one["figure"], published=one["says"], printed=printed(found, one["figure"], like=one["says"]))
        for one in fixture["published"]
    )
    return Reference(title=fixture["title"], source=fixture["source"], report=found, figures=figures, problems=problems)


def printed(report: Mapping[str, Any], figure: str, *, like: str) -> str:
    """Return a figure of a report with as many decimals, and a sign if any, as in `like`."""
    decimals = len(like.partition(".")[2])
    return f"{_value(report, figure):{'+' if like[0] in '+-' else ''}.{decimals}f}"


def _value(report: Mapping[str, Any], figure: str) -> float:
    kind, _, what = figure.partition(":")
    changes = {one["scale"]: one for one in report["changes"] if one["time_point"] == "end"}
    values = {
        "active": lambda: report["active"][what]["percent"],
        "answered": lambda: report["active"][what]["of"],
        "change": lambda: changes[what]["change"]["mean"],
        "pairs": lambda: changes[what]["pairs"],
        "completion": lambda: report["completion"]["percent"],
        "use": lambda: report["costs"]["our_use"],
        "saving": lambda: report["costs"]["saving"],
    }
    return float(values[kind]())


def _people(fixture: Mapping[str, Any], *, first: int, site: str, system: System) -> list[_Person]:
    count = fixture["people"]
    completed = fixture.get("completed", count)
    given = given_by(fixture)
    bodies = synthetic_referrals(count=count, first=first, site=site, today=system.now().date())
    people = []
    for index, body in enumerate(bodies):
        referral = json.loads(body)
        referral["clinical"]["joints"] = ["knee"]
        sessions = _ENOUGH if index < completed else _TOO_FEW
        practice = PRACTICES[index % len(PRACTICES)].code
        people.append(_Person(practice=practice, referral=referral, sessions=sessions, given=given[index]))
    return people


def given_by(fixture: Mapping[str, Any]) -> Sequence[Mapping[str, Answers]]:
    """Return what each of a fixture's people answers at each time point; the same fixture gives the same answers."""
    chance = random.Random(f"limber reference {fixture['title']}")  # noqa: S311 - a simulation, to be repeated
    given: list[dict[str, Answers]] = [{} for _ in range(fixture["people"])]
    for point, active in fixture.get("active", {}).items():
        for person, one in enumerate(given):
            minutes = 30 + 10 * chance.randrange(20) if person < active else 5 * chance.randrange(6)
            one.setdefault(point, {})["ACTIVITY"] = {"minutes": minutes}
    for scale, points in fixture.get("change", {}).items():
        for one, steps in zip(given, _steps(chance, people=len(given), points=points), strict=True):
            for place, item in enumerate(_SCALES[scale]):
                before = chance.choice((1, 2, 3))
                after = before - (place < steps) + (place < -steps)
                one.setdefault("baseline", {}).setdefault("KOOS-12", {})[item] = before
                one.setdefault("end", {}).setdefault("KOOS-12", {})[item] = after
    for one in given if "care_used" in fixture else []:
        one["followup_6m"] = {"RESOURCE-USE": dict(fixture["care_used"])}
    return given


def _steps(chance: random.Random, *, people: int, points: float) -> list[int]:
    """How many of a scale's items each is a step better (or worse) on: people differ, and the mean is met exactly."""
    mean = points / _POINTS_OF_A_STEP
    steps = [max(-_ITEMS, min(_ITEMS, round(chance.gauss(mean, 2)))) for _ in range(people)]
    missing = round(mean * people) - sum(steps)
    direction = 1 if missing > 0 else -1
    while missing:
        person = chance.randrange(people)
        if abs(steps[person] + direction) <= _ITEMS:
            steps[person] += direction
            missing -= direction
    return steps
