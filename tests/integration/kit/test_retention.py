"""What the kit forgets, and what a replay would still need."""

from datetime import UTC, datetime, timedelta

from service_kit import outbox
from service_kit.database import create_engine
from service_kit.outbox import Outgoing
from service_kit.replay import tell_again
from service_kit.retention import INBOX_DAYS, OUTBOX_DAYS, forget
from support.kit_bench import Bench
from support.tally import Told


async def test_what_was_told_long_ago_is_forgotten_but_the_latest_state_of_each_aggregate_is_told_again(bench: Bench) -> None:
    engine = create_engine(bench.database.url)
    async with engine.begin() as conn:
        await outbox.add(conn, [_event("told", Told(key="a", does="count")), *(_event("state", None) for _ in range(3))])
        await outbox.add(conn, [_event("untold", Told(key="a", does="count"))])
    await bench.query("UPDATE outbox SET published_at = now() WHERE type <> 'untold'")
    await bench.query("INSERT INTO inbox VALUES ('c', 's', 'e', NULL, now())")

    await forget(engine, now=datetime.now(UTC) + timedelta(days=OUTBOX_DAYS - 1))
    assert await tell_again(engine) == 3
    await bench.query("UPDATE outbox SET published_at = now() WHERE type <> 'untold'")
    await forget(engine, now=datetime.now(UTC) + timedelta(days=OUTBOX_DAYS + 1))
    left = await bench.query("SELECT position, type FROM outbox ORDER BY position")
    assert [tuple(row) for row in left] == [(4, "state"), (5, "untold")]
    assert len(await bench.query("SELECT * FROM inbox")) == 1

    await forget(engine, now=datetime.now(UTC) + timedelta(days=INBOX_DAYS + 1))
    assert not await bench.query("SELECT * FROM inbox")
    await engine.dispose()


def _event(type_: str, body: Told | None) -> Outgoing:
    return Outgoing(type=type_, nats_subject="scheduling.test", aggregate="a", sequence=1, body=body)
