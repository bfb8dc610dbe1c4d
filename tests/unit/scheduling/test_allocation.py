"""Which seat a person gets."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.allocation import Allocation, LockedCohort, OpenCohort, Seating, Seeker, waiting_reason
from scheduling.domain.cohorts import Span
from support.scheduling_examples import NOW, PROGRAMME

SITES = ("harbour", "meadow", "station")


def a_cohort(site: str = "harbour", *, days: int = 7, capacity: int = 10, taken: int = 0, flagged: int = 0) -> OpenCohort:
    return OpenCohort(
        cohort_id=uuid4(),
        programme=PROGRAMME.code,
        site_id=site,
        first_session_at=NOW + timedelta(days=days),
        capacity=capacity,
        seats_taken=taken,
        close_attention_limit=2,
        flagged=flagged,
    )


def somebody(site: str | None = None, *, close_attention: bool = False, programme: str = PROGRAMME.code) -> Seeker:
    return Seeker(programme=programme, preferred_site=site, close_attention=close_attention)


def test_the_earliest_start_is_taken_where_no_site_is_preferred() -> None:
    later, earlier = a_cohort(days=14), a_cohort("meadow", days=7)

    assert Allocation([later, earlier]).cohort_for(somebody()) == earlier.cohort_id


def test_the_preferred_site_comes_before_an_earlier_start() -> None:
    later, earlier = a_cohort("harbour", days=14), a_cohort("meadow", days=7)

    assert Allocation([later, earlier]).cohort_for(somebody("harbour")) == later.cohort_id


def test_another_site_is_better_than_waiting() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("meadow")

    assert Allocation([full, other]).cohort_for(somebody("harbour")) == other.cohort_id


def test_another_programme_has_no_seat_for_them() -> None:
    assert Allocation([a_cohort()]).cohort_for(somebody(programme="escape-pain-back")) is None


def locked(*, taken: set[int], close_attention_taken: set[int]) -> LockedCohort:
    return LockedCohort(
        cohort_id=uuid4(),
        span=Span(first_session_at=NOW, last_session_at=NOW),
        capacity=4,
        close_attention_limit=2,
        seats_taken=frozenset(taken),
        close_attention_seats_taken=frozenset(close_attention_taken),
    )


def test_the_lowest_free_seat_is_given() -> None:
    cohort = locked(taken={1, 3}, close_attention_taken={1})
    seating = Seating({cohort.cohort_id: cohort})

    first = seating.take(cohort.cohort_id, close_attention=True)
    second = seating.take(cohort.cohort_id, close_attention=False)

    assert (first.number, first.close_attention_number) == (2, 2)
    assert (second.number, second.close_attention_number) == (4, None)
    assert seating.take_close_attention(cohort.cohort_id) is None


def test_a_third_person_who_needs_close_attention_goes_to_the_next_cohort() -> None:
    first, second = a_cohort(days=7), a_cohort(days=14)
    allocation = Allocation([first, second])

    chosen = [allocation.cohort_for(somebody(close_attention=True)) for _ in range(5)]

    assert chosen == [first.cohort_id] * 2 + [second.cohort_id] * 2 + [None]


@pytest.mark.parametrize("flagged", [2, 3])
def test_a_cohort_that_is_at_or_over_the_limit_takes_nobody_else_who_needs_close_attention(flagged: int) -> None:
    allocation = Allocation([a_cohort(taken=flagged, flagged=flagged)])

    assert allocation.cohort_for(somebody(close_attention=True)) is None
    assert allocation.cohort_for(somebody()) is not None


@pytest.mark.parametrize(
    ("seeker", "sites", "has_room", "reason"),
    [
        (somebody(), frozenset(), False, "no_open_cohort"),
        (somebody("harbour"), frozenset(), False, "no_open_cohort"),
        (somebody(), frozenset({"harbour"}), False, "cohorts_full"),
        (somebody("harbour"), frozenset({"harbour"}), False, "cohorts_full"),
        (somebody("harbour"), frozenset({"meadow"}), False, "no_cohort_at_site"),
        (somebody(close_attention=True), frozenset({"harbour"}), True, "close_attention_full"),
        (somebody(close_attention=True), frozenset({"harbour"}), False, "cohorts_full"),
    ],
)
def test_who_waits_is_told_why(*, seeker: Seeker, sites: frozenset[str], has_room: bool, reason: str) -> None:
    assert waiting_reason(seeker, sites={PROGRAMME.code: sites}, has_room=has_room) == reason


@given(
    cohorts=st.lists(
        st.builds(
            a_cohort,
            st.sampled_from(SITES),
            days=st.integers(1, 30),
            capacity=st.integers(1, 5),
            taken=st.integers(0, 5),
            flagged=st.integers(0, 3),
        ).filter(lambda cohort: cohort.flagged <= cohort.seats_taken <= cohort.capacity),
        max_size=6,
    ),
    seekers=st.lists(st.builds(somebody, st.sampled_from([None, *SITES]), close_attention=st.booleans()), max_size=30),
)
def test_no_limit_is_ever_passed_and_nobody_waits_beside_a_seat(cohorts: list[OpenCohort], seekers: list[Seeker]) -> None:
    allocation = Allocation(cohorts)

    chosen = [allocation.cohort_for(seeker) for seeker in seekers]

    people = Counter(chosen)
    flagged = Counter(one for one, seeker in zip(chosen, seekers, strict=True) if seeker.close_attention)
    for cohort in cohorts:
        assert cohort.seats_taken + people[cohort.cohort_id] <= cohort.capacity
        assert flagged[cohort.cohort_id] <= max(0, cohort.close_attention_limit - cohort.flagged)
    room = [cohort for cohort in cohorts if cohort.seats_taken + people[cohort.cohort_id] < cohort.capacity]
    for seeker, cohort_id in zip(seekers, chosen, strict=True):
        if cohort_id is None:
            assert all(seeker.close_attention and cohort.flagged + flagged[cohort.cohort_id] >= 2 for cohort in room)
