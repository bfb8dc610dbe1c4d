"""The whole waiting list at once: the plan is the best there is, against every other plan of small rounds."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.assignment import (
    Hopeful,
    Option,
    Plan,
    Round,
    Worth,
    broken_limits,
    first_come_first_served,
    round_of,
    worth_of,
)
from scheduling.domain.fitting import OpenCohort, Seeker
from scheduling.solver.highs import solve
from support.scheduling_examples import NOW, PROGRAMME, REACH

CODES = ("LS1", "BD1", "HX1", "LS20")


def a_cohort(number: int, code: str, *, days: int, capacity: int, flagged: int = 0) -> OpenCohort:
    return OpenCohort(
        cohort_id=UUID(int=1000 + number),
        programme=PROGRAMME.code,
        site_id=f"site-{code}",
        outward_code=code,
        first_session_at=NOW + timedelta(days=days, hours=1),
        capacity=capacity + flagged,
        seats_taken=flagged,
        close_attention_limit=2,
        flagged=flagged,
    )


def a_hopeful(number: int, code: str = "LS1", *, waited: int = 0, flagged: bool = False, site: str | None = None) -> Hopeful:
    seeker = Seeker(programme=PROGRAMME.code, outward_code=code, preferred_site=site, close_attention=flagged)
    return Hopeful(place_id=UUID(int=number), seeker=seeker, since=NOW - timedelta(days=waited))


def a_round(people: list[Hopeful], cohorts: list[OpenCohort]) -> Round:
    return round_of(people, cohorts, reach=REACH, now=NOW)


rounds = st.builds(
    a_round,
    st.lists(
        st.tuples(
            st.sampled_from(CODES), st.integers(0, 5), st.booleans(), st.sampled_from([None, None, "site-BD1", "site-LS1"])
        ),
        max_size=5,
    ).map(
        lambda made: [
            a_hopeful(number, code, waited=waited, flagged=flagged, site=site)
            for number, (code, waited, flagged, site) in enumerate(made)
        ]
    ),
    st.lists(
        st.tuples(st.sampled_from(CODES), st.integers(0, 9), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3
    ).map(
        lambda made: [
            a_cohort(number, code, days=days, capacity=capacity, flagged=flagged)
            for number, (code, days, capacity, flagged) in enumerate(made)
        ]
    ),
)


def every_plan(of: Round) -> Iterator[Plan]:
    """Every plan that keeps the limits."""
    of_person: list[list[Option | None]] = [
        [None, *(option for option in of.options if option.person == person)] for person in range(len(of.people))
    ]
    for chosen in product(*of_person):
        plan = {option.person: option for option in chosen if option is not None}
        if not broken_limits(plan, of=of):
            yield plan


def rank(worth: Worth) -> tuple[float, ...]:
    return (worth.placed, -worth.days_until_start, worth.days_waited, -worth.km)


@settings(max_examples=150, deadline=None)
@given(rounds)
def test_no_plan_is_better_than_the_solvers(of: Round) -> None:
    solution = solve(of, seconds=30)

    assert broken_limits(solution.plan, of=of) == []
    assert solution.is_proven
    assert solution.gap == 0
    assert rank(worth_of(solution.plan, of=of)) == max(rank(worth_of(plan, of=of)) for plan in every_plan(of))


@settings(deadline=None)
@given(rounds)
def test_serving_people_as_they_came_keeps_every_limit_too(of: Round) -> None:
    plan = first_come_first_served(of)

    assert broken_limits(plan, of=of) == []
    assert worth_of(plan, of=of).placed <= worth_of(solve(of, seconds=30).plan, of=of).placed


def test_who_could_go_elsewhere_leaves_a_place_to_somebody_who_could_not() -> None:
    first = a_hopeful(1, "LS1", waited=9)
    second = a_hopeful(2, "LS1", waited=1, site="site-LS1")
    of = a_round([first, second], [a_cohort(1, "LS1", days=7, capacity=1), a_cohort(2, "BD1", days=7, capacity=1)])

    assert worth_of(first_come_first_served(of), of=of).placed == 1
    assert worth_of(solve(of, seconds=30).plan, of=of).placed == 2


def test_of_two_who_want_one_place_it_goes_to_who_has_waited_longer_however_far_they_live() -> None:
    of = a_round([a_hopeful(1, "LS1", waited=1), a_hopeful(2, "BD1", waited=30)], [a_cohort(1, "LS1", days=7, capacity=1)])

    assert list(solve(of, seconds=30).plan) == [1]


def test_without_time_people_are_served_as_they_came_and_the_gap_is_said() -> None:
    of = a_round([a_hopeful(number) for number in range(4)], [a_cohort(1, "LS1", days=7, capacity=3)])

    solution = solve(of, seconds=0)

    assert solution.plan == first_come_first_served(of)
    assert not solution.is_proven
    assert solution.gap is not None
    assert 0 < solution.gap < 0.001


def test_nobody_and_nothing_free_are_solved_too() -> None:
    assert solve(a_round([], [a_cohort(1, "LS1", days=7, capacity=3)]), seconds=30).is_proven
    assert solve(a_round([a_hopeful(1)], []), seconds=30).plan == {}


@pytest.mark.parametrize("free", [1, 2, 3])
def test_of_people_alike_whoever_is_first_on_the_list_is_placed_and_starts_first(free: int) -> None:
    soon, later = a_cohort(1, "LS1", days=7, capacity=1), a_cohort(2, "LS1", days=21, capacity=free - 1)
    of = a_round([a_hopeful(number) for number in (7, 3, 5)], [later, soon])

    plan = solve(of, seconds=30).plan

    assert sorted(plan) == list(range(free))
    assert of.cohorts[plan[0].cohort] is soon


def test_a_solver_that_nobody_waits_for_ends_in_the_middle_of_its_work() -> None:
    chance = Random(1)  # noqa: S311 - the same round every time
    people = [a_hopeful(number, chance.choice(CODES), waited=chance.randrange(300)) for number in range(400)]
    of = a_round(people, [a_cohort(number, chance.choice(CODES), days=number, capacity=10) for number in range(30)])
    asked = 0

    def given_up() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    solution = solve(of, seconds=30, given_up=given_up)

    assert 20 < asked < 25
    assert not solution.is_proven
    assert solution.plan == first_come_first_served(of)
