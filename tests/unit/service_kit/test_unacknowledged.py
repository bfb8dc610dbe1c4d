"""Messages that no handler ever sees are found."""

from datetime import UTC, datetime, timedelta

from nats.js.api import ConsumerConfig, ConsumerInfo, SequenceInfo

from service_kit.unacknowledged import Unacknowledged

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_durable(*, floor: int, pending: int = 1, redelivered: int = 1) -> ConsumerInfo:
    return ConsumerInfo(
        name="d",
        stream_name="S",
        config=ConsumerConfig(),
        created=NOON,
        ack_floor=SequenceInfo(consumer_seq=floor, stream_seq=floor),
        num_ack_pending=pending,
        num_redelivered=redelivered,
    )


def looked_at(*looks: tuple[int, ConsumerInfo]) -> Unacknowledged:
    watch = Unacknowledged()
    for minute, info in looks:
        watch.look("d", info, NOON + timedelta(minutes=minute))
    return watch


def test_what_stands_still_for_five_minutes_is_a_problem() -> None:
    watch = looked_at((0, a_durable(floor=7)), (3, a_durable(floor=7)))
    assert watch.problems(NOON + timedelta(minutes=4)) == []
    (problem,) = watch.problems(NOON + timedelta(minutes=5))
    assert problem.startswith("messages of d have been delivered again and again since 12:00 UTC")


def test_what_moves_on_is_none() -> None:
    watch = looked_at((0, a_durable(floor=7)), (4, a_durable(floor=8)))
    assert watch.problems(NOON + timedelta(minutes=6)) == []


def test_what_was_delivered_only_once_is_none() -> None:
    watch = looked_at((0, a_durable(floor=7, redelivered=0)), (9, a_durable(floor=7, redelivered=0)))
    assert watch.problems(NOON + timedelta(minutes=10)) == []


def test_what_was_acknowledged_in_the_end_is_forgotten() -> None:
    watch = looked_at((0, a_durable(floor=7)), (6, a_durable(floor=9, pending=0, redelivered=0)))
    assert watch.problems(NOON + timedelta(minutes=20)) == []
