"""Which seat a person gets."""

from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.allocation import Allocation, OpenCohort, Seeker, waiting_reason
from scheduling.domain.places import Seat
from support.scheduling_examples import NOW, PROGRAMME

SITES = ("harbour", "meadow", "station")


def a_cohort(site: str = "harbour", *, days: int = 7, capacity: int = 10, taken: int = 0, flagged: int = 0) -> OpenCohort:
    return OpenCohort(
        cohort_id=uuid4(),
        programme=PROGRAMME.code,
        site_id=site,
        first_session_at=NOW + timedelta(days=days),
        capacity=capacity,
        close_attention_limit=2,
        seats_taken=frozenset(range(1, taken + 1)),
        close_attention_seats_taken=frozenset(range(1, min(flagged, 2) + 1)),
        flagged=flagged,
    )


def somebody(site: str | None = None, *, close_attention: bool = False, programme: str = PROGRAMME.code) -> Seeker:
    return Seeker(programme=programme, preferred_site=site, close_attention=close_attention)


def cohort_of(seat: Seat | None) -> UUID | None:
    return seat.cohort_id if seat else None


def test_the_earliest_start_is_taken_where_no_site_is_preferred() -> None:
    later, earlier = a_cohort(days=14), a_cohort("meadow", days=7)

    assert cohort_of(Allocation([later, earlier]).seat_for(somebody())) == earlier.cohort_id


def test_the_preferred_site_comes_before_an_earlier_start() -> None:
    later, earlier = a_cohort("harbour", days=14), a_cohort("meadow", days=7)

    assert cohort_of(Allocation([later, earlier]).seat_for(somebody("harbour"))) == later.cohort_id


def test_another_site_is_better_than_waiting() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("meadow")

    assert cohort_of(Allocation([full, other]).seat_for(somebody("harbour"))) == other.cohort_id


def test_another_programme_has_no_seat_for_them() -> None:
    assert Allocation([a_cohort()]).seat_for(somebody(programme="escape-pain-back")) is None


def test_the_lowest_free_seat_is_given() -> None:
    cohort = OpenCohort(
        cohort_id=uuid4(),
        programme=PROGRAMME.code,
        site_id="harbour",
        first_session_at=NOW,
        capacity=4,
        close_attention_limit=2,
        seats_taken=frozenset({1, 3}),
    )
    allocation = Allocation([cohort])

    assert [seat.number if (seat := allocation.seat_for(somebody())) else None for _ in range(3)] == [2, 4, None]


def test_a_third_person_who_needs_close_attention_goes_to_the_next_cohort() -> None:
    first, second = a_cohort(days=7), a_cohort(days=14)
    allocation = Allocation([first, second])

    seats = [allocation.seat_for(somebody(close_attention=True)) for _ in range(5)]

    assert [cohort_of(seat) for seat in seats] == [first.cohort_id] * 2 + [second.cohort_id] * 2 + [None]
    assert [seat.close_attention_number for seat in seats if seat] == [1, 2, 1, 2]


@pytest.mark.parametrize("flagged", [2, 3])
def test_a_cohort_that_is_at_or_over_the_limit_takes_nobody_else_who_needs_close_attention(flagged: int) -> None:
    allocation = Allocation([a_cohort(taken=flagged, flagged=flagged)])

    assert allocation.seat_for(somebody(close_attention=True)) is None
    assert allocation.seat_for(somebody()) is not None


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
        ).filter(lambda cohort: cohort.flagged <= len(cohort.seats_taken) <= cohort.capacity),
        max_size=6,
    ),
    seekers=st.lists(st.builds(somebody, st.sampled_from([None, *SITES]), close_attention=st.booleans()), max_size=30),
)
def test_no_limit_is_ever_passed_and_nobody_waits_beside_a_seat(cohorts: list[OpenCohort], seekers: list[Seeker]) -> None:
    allocation = Allocation(cohorts)

    seats = [allocation.seat_for(seeker) for seeker in seekers]

    given_out = [seat for seat in seats if seat]
    people = Counter(seat.cohort_id for seat in given_out)
    flagged = Counter(seat.cohort_id for seat in given_out if seat.close_attention_number)
    for cohort in cohorts:
        assert len(cohort.seats_taken) + people[cohort.cohort_id] <= cohort.capacity
        assert flagged[cohort.cohort_id] <= max(0, cohort.close_attention_limit - cohort.flagged)
        numbers = [seat.number for seat in given_out if seat.cohort_id == cohort.cohort_id]
        assert len(set(numbers) | cohort.seats_taken) == len(numbers) + len(cohort.seats_taken)
        assert all(1 <= number <= cohort.capacity for number in numbers)
    room = [cohort for cohort in cohorts if len(cohort.seats_taken) + people[cohort.cohort_id] < cohort.capacity]
    for seeker, seat in zip(seekers, seats, strict=True):
        if seat is None:
            assert all(seeker.close_attention and cohort.flagged + flagged[cohort.cohort_id] >= 2 for cohort in room)
        else:
            assert (seat.close_attention_number is not None) == seeker.close_attention
