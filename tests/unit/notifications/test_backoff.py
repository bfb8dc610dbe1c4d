"""How long a provider is left alone."""

from datetime import timedelta

from notifications.domain.backoff import MAX_ATTEMPTS, wait_after


def test_waits_grow_to_an_hour_and_end_after_a_day_of_attempts() -> None:
    waits = [wait_after(attempts=attempts) for attempts in range(1, MAX_ATTEMPTS + 1)]
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert known[0] == timedelta(seconds=5)
    assert known[-1] == timedelta(hours=1)
    assert waits[-1] is None
    assert timedelta(hours=22) < sum(known, timedelta()) < timedelta(hours=26)
