"""When a held message is tried again, and when it is set aside."""

from datetime import UTC, datetime, timedelta

import pytest

from service_kit.held import next_try, state_after

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 0), (1, 1), (2, 5), (3, 30), (4, 120), (5, 600), (6, 3600), (7, 3600), (100, 3600)]
)
def test_the_pauses_grow_to_an_hour(attempts: int, seconds: int) -> None:
    assert next_try(attempts=attempts, now=NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("hours", "state"), [(0, "waiting"), (23.9, "waiting"), (24, "set_aside"), (48, "set_aside")])
def test_what_failed_for_a_day_is_set_aside(hours: float, state: str) -> None:
    assert state_after(held_since=NOW - timedelta(hours=hours), now=NOW) == state
