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
    OpenCohort,
    Seating,
    Seeker,
    postcode_area,
    waiting_reason,
    wishes_met_at,
)
from scheduling.domain.cohorts import Span
from support.scheduling_examples import NOW, PROGRAMME

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


def somebody(
    site: str | None = None, *, of: str | None = None, close_attention: bool = False, programme: str = PROGRAMME.code
) -> Seeker:
    return Seeker(programme=programme, preferred_site=site, outward_code=of, close_attention=close_attention)


@pytest.mark.parametrize(
    ("outward_code", "area"),
    [("LS1", "LS"), ("N1", "N"), ("NE10", "NE"), ("SW1A", "SW"), ("ls1", "LS"), ("1LS", None), ("", None), (None, None)],
)
def test_a_postcode_area_is_the_letters_before_the_first_digit(outward_code: str | None, area: str | None) -> None:
    assert postcode_area(outward_code) == area


def test_of_the_cohorts_that_fit_the_one_that_starts_first_is_taken() -> None:
    later, earlier, elsewhere = a_cohort(days=14), a_cohort("meadow", days=7), a_cohort("station", days=1)

    assert Allocation([later, earlier, elsewhere]).cohort_for(somebody(of="NE3")) == earlier.cohort_id


def test_who_asked_for_a_site_gets_it_however_early_another_starts() -> None:
    later, earlier = a_cohort("harbour", days=14), a_cohort("meadow", days=7)

    assert Allocation([later, earlier]).cohort_for(somebody("harbour", of="NE10")) == later.cohort_id


def test_who_asked_for_a_site_that_is_full_is_not_sent_to_another() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("meadow")

    assert Allocation([full, other]).cohort_for(somebody("harbour", of="NE10")) is None


def test_who_asked_for_no_site_is_not_sent_to_another_area() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("station")

    assert Allocation([full, other]).cohort_for(somebody(of="NE1")) is None


def test_somebody_of_whom_neither_site_nor_area_is_known_fits_anywhere() -> None:
    full, other = a_cohort("harbour", taken=10), a_cohort("station")

    assert Allocation([full, other]).cohort_for(somebody()) == other.cohort_id


def test_free_seats_are_counted_for_every_wish_they_meet() -> None:
    allocation = Allocation([a_cohort("harbour", capacity=1), a_cohort("meadow", taken=7), a_cohort("station", taken=10)])
    allocation.cohort_for(somebody("harbour"))

    free = allocation.free_seats(PROGRAMME.code)

    assert free == dict.fromkeys(wishes_met_at(site_id="meadow", outward_code="NE10"), 3)
    assert allocation.free_seats("escape-pain-back") == {}


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
    ("seeker", "open_at", "has_room", "reason"),
    [
        (somebody(), [], False, "no_open_cohort"),
        (somebody("harbour"), [], False, "no_open_cohort"),
        (somebody(), ["station"], False, "cohorts_full"),
        (somebody("harbour"), ["harbour"], False, "cohorts_full"),
        (somebody("harbour", of="NE10"), ["meadow"], False, "no_cohort_at_site"),
        (somebody(of="NE3"), ["station"], False, "no_cohort_at_site"),
        (somebody(of="NE3"), ["meadow"], False, "cohorts_full"),
        (somebody(of="NE3", close_attention=True), ["meadow"], True, "close_attention_full"),
        (somebody(of="NE3", close_attention=True), ["meadow"], False, "cohorts_full"),
        (somebody("harbour", close_attention=True), ["station"], False, "no_cohort_at_site"),
    ],
)
def test_who_waits_is_told_why(*, seeker: Seeker, open_at: list[str], has_room: bool, reason: str) -> None:
    met = [wishes_met_at(site_id=site, outward_code=OUTWARD_CODES[site]) for site in open_at]

    assert waiting_reason(seeker, wishes_met={PROGRAMME.code: frozenset().union(*met)}, has_room=has_room) == reason


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
            left = [cohort for cohort in room if fits(cohort, seeker)]
            assert all(seeker.close_attention and cohort.flagged + flagged[cohort.cohort_id] >= 2 for cohort in left)
        else:
            assert all(fits(cohort, seeker) for cohort in cohorts if cohort.cohort_id == cohort_id)


def fits(cohort: OpenCohort, seeker: Seeker) -> bool:
    if seeker.preferred_site:
        return cohort.site_id == seeker.preferred_site
    return seeker.outward_code is None or cohort.outward_code.rstrip("0123456789") == seeker.outward_code.rstrip("0123456789")
