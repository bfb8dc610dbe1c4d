"""How a cohort starts, changes and finishes."""

from datetime import timedelta

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, FINISHED, HELD, OPEN, RUNNING, Cohort, UnknownSessionError
from support.scheduling_examples import NOW, a_cohort, session_id

LATE = NOW + timedelta(days=365)


def with_registers(cohort: Cohort, *numbers: int) -> Cohort:
    for number in numbers:
        cohort = cohort.with_register(session_id(cohort, number), now=LATE)
    return cohort


def test_a_cohort_runs_from_its_first_session() -> None:
    cohort = a_cohort()

    assert cohort.started(now=cohort.span.first_session_at - timedelta(seconds=1)) is cohort
    assert cohort.started(now=cohort.span.first_session_at).status == RUNNING


def test_the_register_of_the_last_session_finishes_the_cohort() -> None:
    cohort = a_cohort()

    assert with_registers(cohort, *range(1, 12)).status == RUNNING
    assert with_registers(cohort, *range(1, 13)).status == FINISHED


def test_a_cohort_with_a_missing_register_is_not_finished_by_the_last_one() -> None:
    cohort = with_registers(a_cohort(), *range(1, 11), 12)

    assert cohort.status == RUNNING
    assert with_registers(cohort, 11).status == FINISHED


def test_cancelling_the_only_session_without_register_finishes_the_cohort() -> None:
    cohort = with_registers(a_cohort(), *range(1, 12))

    finished = cohort.with_cancelled_session(session_id(cohort, 12))

    assert (finished.status, finished.sessions_run) == (FINISHED, 11)


def test_cancelling_every_session_before_any_was_held_cancels_the_cohort() -> None:
    cohort = a_cohort()
    for session in cohort.sessions:
        assert cohort.status == OPEN
        cohort = cohort.with_cancelled_session(session.session_id)

    assert cohort.status == CANCELLED


def test_a_cancelled_first_session_moves_the_beginning() -> None:
    cohort = a_cohort()

    assert cohort.with_cancelled_session(session_id(cohort, 1)).span.first_session_at == cohort.sessions[1].starts_at


def test_the_same_again_changes_nothing() -> None:
    cohort = with_registers(a_cohort(), 1)
    cancelled = cohort.with_cancelled_session(session_id(cohort, 2))

    assert cohort.with_register(session_id(cohort, 1), now=LATE) is cohort
    assert cancelled.with_cancelled_session(session_id(cohort, 2)) is cancelled


def test_a_moved_session_keeps_its_length() -> None:
    cohort = a_cohort()
    starts_at = cohort.span.last_session_at + timedelta(days=2)

    moved = cohort.with_moved_session(session_id(cohort, 3), starts_at=starts_at, now=NOW)

    session = moved.session(session_id(cohort, 3))
    assert session.ends_at - session.starts_at == timedelta(minutes=60)
    assert moved.span.last_session_at == starts_at
    assert moved.sequence == cohort.sequence + 1


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (-60 * 24 * 30, "starts_on must not be in the past."),
        (60 * 24 * 3, "starts_at must not overlap another session: it would overlap number 2."),
        (60 * 24 * 3 + 59, "starts_at must not overlap another session: it would overlap number 2."),
    ],
)
def test_a_move_that_breaks_a_rule_is_refused(minutes: int, sentence: str) -> None:
    cohort = a_cohort()
    starts_at = cohort.span.first_session_at + timedelta(minutes=minutes)

    with pytest.raises(BrokenRuleError) as refused:
        cohort.with_moved_session(session_id(cohort, 1), starts_at=starts_at, now=NOW)

    assert refused.value.sentence == sentence


def test_a_session_may_move_next_to_another_one() -> None:
    cohort = a_cohort()

    moved = cohort.with_moved_session(session_id(cohort, 1), starts_at=cohort.sessions[1].ends_at, now=NOW)

    assert moved.session(session_id(cohort, 1)).starts_at == cohort.sessions[1].ends_at


def test_a_session_that_has_a_register_can_be_neither_moved_nor_cancelled() -> None:
    cohort = with_registers(a_cohort(), 1)

    with pytest.raises(BrokenRuleError, match="must be a planned session to be cancelled: number 1 is held"):
        cohort.with_cancelled_session(session_id(cohort, 1))
    with pytest.raises(BrokenRuleError, match="must be a planned session to be moved: number 1 is held"):
        cohort.with_moved_session(session_id(cohort, 1), starts_at=LATE, now=NOW)


def test_a_register_before_the_session_begins_is_refused() -> None:
    cohort = a_cohort()

    with pytest.raises(BrokenRuleError, match="must be a session that has begun: number 1 has not"):
        cohort.with_register(session_id(cohort, 1), now=NOW)
    assert cohort.with_register(session_id(cohort, 1), now=cohort.span.first_session_at).sessions[0].status == HELD


def test_a_cancelled_session_takes_no_register() -> None:
    cohort = a_cohort()
    cancelled = cohort.with_cancelled_session(session_id(cohort, 1))

    with pytest.raises(BrokenRuleError, match="must not be a cancelled session"):
        cancelled.with_register(session_id(cohort, 1), now=LATE)


def test_a_session_of_another_cohort_is_unknown() -> None:
    with pytest.raises(UnknownSessionError):
        a_cohort().session(session_id(a_cohort(), 1))
