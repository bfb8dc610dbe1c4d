"""Which cohorts a person could go to, which is best, and why there is none."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.distance import km_between, postcode_area
from scheduling.domain.fitting import OpenCohort, Seeker, fits, preference, waiting_reason
from scheduling.domain.week import ANY_TIME, TIMES, as_bits, availability, from_bits, time_of_week
from support.scheduling_examples import NOW, PROGRAMME, REACH

LEEDS, BRADFORD, YORK, LONDON = "LS1", "BD1", "YO1", "SW1A"


def a_cohort(**changes: Any) -> OpenCohort:
    known: dict[str, Any] = {
        "cohort_id": uuid4(),
        "programme": PROGRAMME.code,
        "site_id": "harbour",
        "outward_code": LEEDS,
        "first_session_at": NOW + timedelta(days=7),
        "capacity": 10,
        "seats_taken": 0,
        "close_attention_limit": 2,
        "flagged": 0,
        "times": as_bits(["mon-am", "thu-am"]),
    }
    return OpenCohort(**(known | changes))


def somebody(**changes: Any) -> Seeker:
    return Seeker(**({"programme": PROGRAMME.code, "outward_code": LEEDS} | changes))


@pytest.mark.parametrize(
    ("outward_code", "area"),
    [("LS1", "LS"), ("N1", "N"), ("NE10", "NE"), ("SW1A", "SW"), ("ls1", "LS"), ("1LS", None), ("", None), (None, None)],
)
def test_a_postcode_area_is_the_letters_before_the_first_digit(outward_code: str | None, area: str | None) -> None:
    assert postcode_area(outward_code) == area


def test_the_distance_between_leeds_and_london_is_known_and_to_an_unknown_code_is_not() -> None:
    assert REACH.map.km(LEEDS, LONDON) == pytest.approx(273, abs=10)
    assert REACH.map.km("ls1", LEEDS) == 0
    assert REACH.map.km(LEEDS, "ZZ1") is None


@given(st.sampled_from(sorted(REACH.map.positions)), st.sampled_from(sorted(REACH.map.positions)), st.integers(1, 200))
def test_a_box_around_a_place_holds_everything_that_is_near(here: str, there: str, km: int) -> None:
    one, other = REACH.map.positions[here], REACH.map.positions[there]
    box = REACH.map.box_around(here, km=km)
    assert box is not None
    if km_between(one, other) <= km:
        assert box.south <= other.latitude <= box.north
        assert box.west <= other.longitude <= box.east


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (datetime(2026, 11, 30, 11, 59, tzinfo=UTC), "mon-am"),
        (datetime(2026, 11, 30, 12, 0, tzinfo=UTC), "mon-pm"),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "mon-eve"),
        (datetime(2026, 6, 7, 23, 30, tzinfo=UTC), "mon-am"),  # half past midnight of British summer time
    ],
)
def test_a_time_of_the_week_is_on_the_wall_clock(instant: datetime, code: str) -> None:
    assert time_of_week(instant) == code


@given(st.sets(st.sampled_from(TIMES)))
def test_times_survive_being_bits(times: set[str]) -> None:
    assert set(from_bits(as_bits(times))) == times
    assert availability(times) == (as_bits(times) if times else ANY_TIME)


@pytest.mark.parametrize(
    ("seeker", "cohort"),
    [
        (somebody(outward_code=YORK), a_cohort()),
        (somebody(preferred_site="harbour", outward_code=LONDON), a_cohort()),
        (somebody(outward_code=None), a_cohort(outward_code=LONDON)),
        (somebody(outward_code="ZZ9"), a_cohort(outward_code="ZZ1")),
        (somebody(available=as_bits(["mon-am", "wed-eve", "thu-am"])), a_cohort()),
        (somebody(access_needs=frozenset({"step_free"})), a_cohort(access_features=frozenset({"step_free", "hearing_loop"}))),
        (somebody(language="cy"), a_cohort()),
        (somebody(language="cy"), a_cohort(language="cy")),
        (somebody(employer="MILL"), a_cohort(employer="MILL")),
        (somebody(employer="MILL"), a_cohort()),
    ],
)
def test_a_cohort_fits(seeker: Seeker, cohort: OpenCohort) -> None:
    assert fits(seeker, cohort, reach=REACH)
    assert waiting_reason(seeker, cohorts=[cohort], reach=REACH) == "cohorts_full"


@pytest.mark.parametrize(
    ("seeker", "cohort", "reason"),
    [
        (somebody(), a_cohort(programme="another"), "no_open_cohort"),
        (somebody(), a_cohort(employer="MILL"), "no_open_cohort"),
        (somebody(employer="SHOP"), a_cohort(employer="MILL"), "no_open_cohort"),
        (somebody(), a_cohort(language="cy"), "no_open_cohort"),
        (somebody(outward_code=LONDON), a_cohort(), "no_cohort_at_site"),
        (somebody(preferred_site="meadow"), a_cohort(), "no_cohort_at_site"),
        (somebody(outward_code="ZZ9"), a_cohort(), "no_cohort_at_site"),
        (somebody(access_needs=frozenset({"step_free"})), a_cohort(), "access_needs_not_met"),
        (somebody(available=as_bits(["mon-am", "wed-eve"])), a_cohort(), "no_cohort_at_times"),
    ],
)
def test_a_cohort_does_not_fit_and_the_reason_says_by_what(seeker: Seeker, cohort: OpenCohort, reason: str) -> None:
    assert not fits(seeker, cohort, reach=REACH)
    assert waiting_reason(seeker, cohorts=[cohort], reach=REACH) == reason


def test_who_waits_beside_a_cohort_that_fits_is_told_what_is_full_or_refused() -> None:
    room, full = a_cohort(seats_taken=5, flagged=2), a_cohort(seats_taken=10)

    assert waiting_reason(somebody(), cohorts=[full], reach=REACH) == "cohorts_full"
    assert waiting_reason(somebody(close_attention=True), cohorts=[room, full], reach=REACH) == "close_attention_full"
    assert waiting_reason(somebody(close_attention=True), cohorts=[full], reach=REACH) == "cohorts_full"
    refused = frozenset({room.cohort_id})
    assert waiting_reason(somebody(), cohorts=[room], refused=refused, reach=REACH) == "offers_refused"


def test_the_employers_own_cohort_is_best_then_the_nearest_then_their_language_then_the_earliest() -> None:
    week = timedelta(days=7)
    own = a_cohort(employer="MILL", outward_code=BRADFORD, first_session_at=NOW + 9 * week)
    welsh = a_cohort(language="cy", first_session_at=NOW + 3 * week)
    early, late = a_cohort(first_session_at=NOW + week), a_cohort(first_session_at=NOW + 2 * week)
    far = a_cohort(outward_code=BRADFORD)
    seeker = somebody(employer="MILL", language="cy")

    ordered = sorted([late, far, early, welsh, own], key=lambda one: preference(seeker, one, reach=REACH))

    assert ordered == [own, welsh, early, late, far]
