"""How often somebody may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit import rate_limit
from service_kit.rate_limit import RateLimit


def test_a_burst_goes_through_and_the_next_one_hears_how_long_to_wait() -> None:
    limit = RateLimit(per_second=2, burst=3)
    assert [limit.seconds_to_wait("a", now=10.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.seconds_to_wait("a", now=10.5) == 0
    assert limit.seconds_to_wait("a", now=10.5) == 0.5


def test_one_does_not_use_up_what_another_may_ask() -> None:
    limit = RateLimit(per_second=1, burst=1)
    assert limit.seconds_to_wait("a", now=0.0) == 0
    assert limit.seconds_to_wait("b", now=0.0) == 0


def test_keys_that_may_ask_all_again_are_forgotten_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_MOST_BUCKETS", 10)
    limit = RateLimit(per_second=1, burst=2)
    for number in range(100):
        assert limit.seconds_to_wait(f"key {number}", now=float(number)) == 0
    assert len(limit._buckets) <= 11


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=60))
def test_over_any_time_no_more_go_through_than_the_burst_and_the_rate_allow(pauses: list[float]) -> None:
    limit, now, through = RateLimit(per_second=3, burst=5), 0.0, 0
    for pause in pauses:
        now += pause
        through += limit.seconds_to_wait("a", now=now) == 0
        assert through <= 5 + 3 * now + 1e-6
