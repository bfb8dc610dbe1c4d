"""The whole waiting list and all free places together: who could have which, and what a plan that says so is worth.

Plans are compared by their people placed (more), then by the days until those start (fewer), then by the days they have waited
already (more: whoever is left over should be new), then by their travel (less).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.domain.fitting import OpenCohort, Reach, Seeker, fits

_DAY = timedelta(days=1)
# Distances are compared in tenths of a km, whole numbers: finer than outward codes are.
TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hopeful:
    """Somebody who waits, since when, what they look for, and the cohorts that they were offered in vain."""

    place_id: UUID
    seeker: Seeker
    since: datetime
    refused: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """The person and the cohort with these numbers fit; so many tenths of a km lie between them."""

    person: int
    cohort: int
    tenths_of_km: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is decided together, people in their turn. `options` are in their order; `waited` and `starts_in` are whole days."""

    people: tuple[Hopeful, ...]
    cohorts: tuple[OpenCohort, ...]
    options: tuple[Option, ...]
    waited: tuple[int, ...]
    starts_in: tuple[int, ...]


Plan = Mapping[int, Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a plan is worth. `days_until_start` and `days_waited` are of the people placed, `km` what they travel one way.

    `days_of_everybody` are from the day on which somebody began to wait to their first session; who is left over waits at least
    until the last of the cohorts has started.
    """

    waiting: int
    placed: int
    days_until_start: int
    days_waited: int
    days_of_everybody: int
    km: float

    @property
    def mean_wait(self) -> float:
        """How many days everybody on the list will have waited at the least, on average."""
        return self.days_of_everybody / self.waiting if self.waiting else 0.0


def round_of(people: Sequence[Hopeful], cohorts: Sequence[OpenCohort], *, reach: Reach, now: datetime) -> Round:
    """Find what fits. Wishes that many share are looked at once, and of each cohort's site the distance."""
    with_room = tuple(one for one in cohorts if one.free > 0)
    at_site: dict[tuple[str, str], list[int]] = {}
    for number, cohort in enumerate(with_room):
        at_site.setdefault((cohort.programme, cohort.site_id), []).append(number)
    known: dict[Seeker, list[tuple[int, int]]] = {}
    near: dict[Seeker, list[tuple[int, int]]] = {}
    options: list[Option] = []
    for person, hopeful in enumerate(people):
        wishes = hopeful.seeker.without_flag()
        if wishes not in known:
            where = Seeker(programme=wishes.programme, preferred_site=wishes.preferred_site, outward_code=wishes.outward_code)
            if where not in near:
                near[where] = _near(where, with_room, at_site, reach=reach)
            known[wishes] = [one for one in near[where] if fits(wishes, with_room[one[0]], reach=reach)]
        for number, tenths in known[wishes]:
            one = with_room[number]
            if one.cohort_id not in hopeful.refused and (one.free_close_attention > 0 or not hopeful.seeker.close_attention):
                options.append(Option(person, number, tenths))
    return Round(
        people=tuple(people),
        cohorts=with_room,
        options=tuple(options),
        waited=tuple(max(0, (now - one.since) // _DAY) for one in people),
        starts_in=tuple(max(0, (one.first_session_at - now) // _DAY) for one in with_room),
    )


def first_come_first_served(of: Round) -> Plan:
    """The plan that takes people by the days they have waited and gives each the nearest, then earliest, that is left."""
    free = [one.free for one in of.cohorts]
    free_close_attention = [one.free_close_attention for one in of.cohorts]
    of_person: dict[int, list[Option]] = {}
    for option in of.options:
        of_person.setdefault(option.person, []).append(option)
    plan: dict[int, Option] = {}
    for person in sorted(of_person, key=lambda one: (of.people[one].since, one)):
        flagged = of.people[person].seeker.close_attention
        for option in sorted(of_person[person], key=lambda one: (one.tenths_of_km, of.starts_in[one.cohort], one.cohort)):
            if free[option.cohort] and (free_close_attention[option.cohort] > 0 or not flagged):
                free[option.cohort] -= 1
                free_close_attention[option.cohort] -= flagged
                plan[person] = option
                break
    return plan


def in_turn(plan: Plan, *, of: Round) -> Plan:
    """The same plan, worth the same, with what people get who are alike in all that counts given out in the order of the list."""
    alike: dict[tuple[Seeker, frozenset[UUID], int], list[int]] = {}
    for number, hopeful in enumerate(of.people):
        alike.setdefault((hopeful.seeker, hopeful.refused, of.waited[number]), []).append(number)
    settled: dict[int, Option] = {}
    for people in alike.values():
        given = sorted((plan[one] for one in people if one in plan), key=lambda one: (of.starts_in[one.cohort], one.cohort))
        settled |= {one: replace(option, person=one) for one, option in zip(people, given, strict=False)}
    return settled


def worth_of(plan: Plan, *, of: Round) -> Worth:
    """Add up a plan."""
    until_start = sum(of.starts_in[one.cohort] for one in plan.values())
    left_over = len(of.people) - len(plan)
    return Worth(
        waiting=len(of.people),
        placed=len(plan),
        days_until_start=until_start,
        days_of_everybody=sum(of.waited) + until_start + left_over * max(of.starts_in, default=0),
        days_waited=sum(of.waited[one.person] for one in plan.values()),
        km=sum(one.tenths_of_km for one in plan.values()) / TENTHS,
    )


def broken_limits(plan: Plan, *, of: Round) -> list[str]:
    """What a plan breaks, as sentences: nothing, one hopes."""
    problems = [f"{one} is not an option" for one in sorted(set(plan.values()) - set(of.options), key=repr)]
    problems += [f"person {person} is counted as {option.person}" for person, option in plan.items() if person != option.person]
    for number, cohort in enumerate(of.cohorts):
        here = [one for one in plan.values() if one.cohort == number]
        flagged = sum(of.people[one.person].seeker.close_attention for one in here)
        if len(here) > cohort.free:
            problems.append(f"cohort {number} has {len(here)} people for {cohort.free} places")
        if flagged > cohort.free_close_attention:
            problems.append(f"cohort {number} has {flagged} flagged people for {cohort.free_close_attention} places")
    return problems


def _near(
    where: Seeker, cohorts: Sequence[OpenCohort], at_site: Mapping[tuple[str, str], Iterable[int]], *, reach: Reach
) -> list[tuple[int, int]]:
    found = []
    for (programme, _), numbers in at_site.items():
        first = cohorts[next(iter(numbers))]
        if programme != where.programme or not reach.includes(where, first):
            continue
        km = reach.km(where, first)
        tenths = round(TENTHS * (km if km is not None else reach.farthest_km(programme)))
        found += [(number, tenths) for number in numbers]
    return found
