"""What people in a cohort must be told when it changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.cohort import Cohort, Session, SessionChange, changes_between, merged

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cohort(*starts: datetime, sequence: int = 1) -> Cohort:
    sessions = tuple(
        Session(id=UUID(int=number), number=number, starts_at=start, status="planned") for number, start in enumerate(starts, 1)
    )
    return Cohort(id=UUID(int=99), sequence=sequence, site_name="Hall", status="open", sessions=sessions)


def test_a_moved_and_a_cancelled_session_are_told() -> None:
    before = cohort(NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR)
    first, second, third = before.sessions
    after = replace(before, sessions=(replace(first, starts_at=NOW + 9 * HOUR), replace(second, status="cancelled"), third))
    assert changes_between(before=before, after=after, now=NOW) == (
        SessionChange(session_id=first.id, number=1, was_at=NOW + HOUR, now_at=NOW + 9 * HOUR),
        SessionChange(session_id=second.id, number=2, was_at=NOW + 2 * HOUR, now_at=None),
    )


def test_a_session_left_out_and_a_cancelled_cohort_count_as_cancelled() -> None:
    before = cohort(NOW + HOUR)
    for after in (replace(before, sessions=()), replace(before, status="cancelled")):
        [change] = changes_between(before=before, after=after, now=NOW)
        assert change.now_at is None


def test_what_has_begun_or_was_held_is_not_told() -> None:
    before = cohort(NOW - HOUR, NOW + HOUR)
    begun, coming = before.sessions
    after = replace(before, sessions=(replace(begun, starts_at=NOW + 5 * HOUR), replace(coming, status="held")))
    assert changes_between(before=before, after=after, now=NOW) == ()


@pytest.mark.parametrize("status", ["postponed", "held"])
def test_a_session_in_a_status_we_do_not_know_is_neither_told_nor_reminded_of(status: str) -> None:
    before = cohort(NOW + HOUR)
    after = replace(before, sessions=(replace(before.sessions[0], status=status, starts_at=NOW + 2 * HOUR),))
    assert changes_between(before=before, after=after, now=NOW) == ()
    assert after.to_come(now=NOW) == ()


def test_a_cohort_in_a_status_we_do_not_know_keeps_its_sessions() -> None:
    assert len(replace(cohort(NOW + HOUR), status="paused").to_come(now=NOW)) == 1


times = st.lists(st.integers(1, 5), min_size=3, max_size=3).map(lambda hours: [NOW + hour * HOUR for hour in hours])


@given(times, times, times)
def test_two_changes_told_as_one_say_the_same_as_the_change_from_first_to_last(
    first: list[datetime], second: list[datetime], third: list[datetime]
) -> None:
    one, two, three = cohort(*first), cohort(*second), cohort(*third)
    told = merged(
        earlier=changes_between(before=one, after=two, now=NOW), later=changes_between(before=two, after=three, now=NOW)
    )
    assert set(told) == set(changes_between(before=one, after=three, now=NOW))
