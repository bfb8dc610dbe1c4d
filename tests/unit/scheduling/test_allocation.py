"""Which seat a person gets."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.allocation import (
    Allocation,
    LockedCohort,
    Seating,
)
from scheduling.domain.cohorts import Span
from scheduling.domain.fitting import OpenCohort, Seeker, fits
from support.scheduling_examples import NOW, PROGRAMME, REACH

OUTWARD_CODES = {"harbour": "NE1", "meadow": "NE10", "station": "N1"}
SITES = tuple(OUTWARD_CODES)


def a_cohort(site: str = "harbour", *, days: int = 7, capacity: int = 10, taken: int = 0, flagged: int = 0) -> OpenCohort:
    return OpenCohort(
        cohort_id=uuid4(),
        programme=PROGRAMME.code,
        site_id=site,
        outward_code=OUTWARD_CODES[site],
        first_session_at=NOW + timedelta(days=days),
        capacity=capacity,
        seats_taken=taken,
        close_attention_limit=2,
        flagged=flagged,
    )


def allocation_of(*cohorts: OpenCohort) -> Allocation:
    return Allocation(cohorts, reach=REACH)


def somebody(
    site: str | None = None, *, of: str | None = None, close_attention: bool = False, programme: str = PROGRAMME.code
) -> Seeker:
    return Seeker(programme=programme, preferred_site=site, outward_code=of, close_attention=close_attention)


def test_of_the_cohorts_that_fit_the_one_that_starts_first_is_taken() -> None:
    later, earlier, elsewhere = a_cohort(days=14), a_cohort(days=7), a_cohort("station", days=1)

    assert allocation_of(later, earlier, elsewhere).cohort_for(somebody(of="NE3")) == earlier.cohort_id


def test_of_the_sites_near_enough_the_nearest_is_taken_however_early_another_starts() -> None:
    near, further = a_cohort("harbour", days=14), a_cohort("meadow", days=7)

    assert allocation_of(further, near).cohort_for(somebody(of="NE1")) == near.cohort_id


def test_what_was_offered_in_vain_is_passed_over() -> None:
    first, second = a_cohort(days=7), a_cohort(days=14)

    assert allocation_of(first, second).cohort_for(somebody(), refused={first.cohort_id}) == second.cohort_id


def test_who_asked_for_a_site_gets_it_however_early_another_starts() -> None:
    later, earlier = a_cohort("harbour", days=14), a_cohort("meadow", days=7)

    assert allocation_of(later, earlier).cohort_for(somebody("harbour", of="NE10")) == later.cohort_id


def test_who_asked_for_a_site_that_is_full_is_not_sent_to_another() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("meadow")

    assert allocation_of(full, other).cohort_for(somebody("harbour", of="NE10")) is None


def test_who_asked_for_no_site_is_not_sent_too_far() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("station")

    assert allocation_of(full, other).cohort_for(somebody(of="NE1")) is None


def test_somebody_of_whom_neither_site_nor_area_is_known_fits_anywhere() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("station")

    assert allocation_of(full, other).cohort_for(somebody()) == other.cohort_id


def test_another_programme_has_no_seat_for_them() -> None:
    assert allocation_of(a_cohort()).cohort_for(somebody(programme="escape-pain-back")) is None


def locked(*, taken: set[int], close_attention_taken: set[int]) -> LockedCohort:
    return LockedCohort(
        cohort_id=uuid4(),
        next_session_at=NOW,
        span=Span(first_session_at=NOW, last_session_at=NOW, site_id="harbour"),
        capacity=4,
        close_attention_limit=2,
        flagged=len(close_attention_taken),
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
    allocation = allocation_of(first, second)

    chosen = [allocation.cohort_for(somebody(close_attention=True)) for _ in range(5)]

    assert chosen == [first.cohort_id] * 2 + [second.cohort_id] * 2 + [None]


@pytest.mark.parametrize("flagged", [2, 3])
def test_a_cohort_that_is_at_or_over_the_limit_takes_nobody_else_who_needs_close_attention(flagged: int) -> None:
    allocation = allocation_of(a_cohort(taken=flagged, flagged=flagged))

    assert allocation.cohort_for(somebody(close_attention=True)) is None
    assert allocation.cohort_for(somebody()) is not None


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
    seekers=st.lists(
        st.builds(
            somebody,
            st.sampled_from([None, None, *SITES]),
            of=st.sampled_from([None, "NE3", "N2", "LS1"]),
            close_attention=st.booleans(),
        ),
        max_size=30,
    ),
)
def test_no_limit_is_ever_passed_and_nobody_is_sent_elsewhere_or_waits_beside_a_seat_that_fits(
    cohorts: list[OpenCohort], seekers: list[Seeker]
) -> None:
    allocation = allocation_of(*cohorts)

    chosen = [allocation.cohort_for(seeker) for seeker in seekers]

    people = Counter(chosen)
    flagged = Counter(one for one, seeker in zip(chosen, seekers, strict=True) if seeker.close_attention)
    for cohort in cohorts:
        assert cohort.seats_taken + people[cohort.cohort_id] <= cohort.capacity
        assert flagged[cohort.cohort_id] <= max(0, cohort.close_attention_limit - cohort.flagged)
    room = [cohort for cohort in cohorts if cohort.seats_taken + people[cohort.cohort_id] < cohort.capacity]
    for seeker, cohort_id in zip(seekers, chosen, strict=True):
        if cohort_id is None:
            left = [cohort for cohort in room if fits(seeker, cohort, reach=REACH)]
            assert all(seeker.close_attention and cohort.flagged + flagged[cohort.cohort_id] >= 2 for cohort in left)
        else:
            assert all(fits(seeker, cohort, reach=REACH) for cohort in cohorts if cohort.cohort_id == cohort_id)
