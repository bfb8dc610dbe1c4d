"""Where and when the next cohorts should open."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.assignment import Hopeful
from scheduling.domain.fitting import OpenCohort, Seeker
from scheduling.domain.session_dates import WEEKDAYS
from scheduling.domain.suggestions import Suggestion, suggest_cohorts, weekly_times
from scheduling.domain.week import ANY_TIME, as_bits
from support.scheduling_examples import NOW, PROGRAMME, REACH


def a_site(code: str, *, capacity: int = 10) -> OpenCohort:
    return OpenCohort(
        cohort_id=UUID(int=0),
        programme=PROGRAMME.code,
        site_id=f"site-{code}",
        outward_code=code,
        first_session_at=NOW,
        capacity=capacity,
        seats_taken=0,
        close_attention_limit=2,
        flagged=0,
    )


def somebody(number: int, code: str = "LS1", **changes: Any) -> Hopeful:
    seeker = Seeker(**({"programme": PROGRAMME.code, "outward_code": code} | changes))
    return Hopeful(place_id=UUID(int=number), seeker=seeker, since=NOW - timedelta(days=number))


def suggested(people: list[Hopeful], sites: list[OpenCohort], most: int = 10) -> list[Suggestion]:
    waited = [one.place_id.int for one in people]
    return suggest_cohorts(people, sites, programme=PROGRAMME, reach=REACH, waited=waited, most=most)


def test_the_programmes_weekdays_are_never_next_to_each_other() -> None:
    found = list(weekly_times(PROGRAMME))

    assert len(found) == 18
    for days, _, _ in found:
        assert all(WEEKDAYS.index(later) - WEEKDAYS.index(earlier) > 1 for earlier, later in pairwise(days))


def test_the_fullest_comes_first_and_at_the_times_that_people_can_make() -> None:
    evenings = as_bits(["tue-eve", "fri-eve", "thu-eve"])
    people = [somebody(number, available=evenings) for number in range(4)] + [somebody(9, "SW1A")]

    first, *others = suggested(people, [a_site("SW1A"), a_site("LS1")])

    assert (first.site_id, first.part, first.expected, first.longest_wait_days) == ("site-LS1", "eve", 4, 3)
    assert first.weekdays in {("tue", "thu"), ("tue", "fri")}
    assert [(one.site_id, one.expected) for one in others] == [("site-SW1A", 1)]


def test_a_cohort_is_expected_to_take_no_more_than_it_may() -> None:
    people = [somebody(number, close_attention=number % 2 == 0) for number in range(20)]

    first, second = suggested(people, [a_site("LS1", capacity=8)], most=2)

    assert (first.expected, first.could_come) == (8, 20)
    assert second.expected == 6  # four who don't need close attention are left, and two who do may come


def test_where_nobody_waits_nothing_is_suggested() -> None:
    assert suggested([], [a_site("LS1")]) == []
    assert suggested([somebody(1, "SW1A")], [a_site("LS1")]) == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["LS1", "BD1", "SW1A"]), st.booleans(), st.sampled_from([ANY_TIME, as_bits(["mon-am", "wed-am"])])
        ),
        max_size=25,
    )
)
def test_everybody_counts_once_and_the_fill_never_rises(made: list[tuple[str, bool, int]]) -> None:
    people = [
        somebody(number, code, close_attention=flagged, available=times) for number, (code, flagged, times) in enumerate(made)
    ]

    found = suggested(people, [a_site("LS1", capacity=3), a_site("SW1A", capacity=3)], most=20)

    assert sum(one.expected for one in found) <= len(people)
    assert [one.expected for one in found] == sorted((one.expected for one in found), reverse=True)
    assert not Counter(one.site_id for one in found).keys() - {"site-LS1", "site-SW1A"}
