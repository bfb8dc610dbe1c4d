"""Order of what is told, what stops consuming, and what is given back at the end."""

import pytest

from service_kit import outbox
from service_kit.database import create_engine
from service_kit.service import Service
from support import tally
from support.kit_bench import Bench, eventually


async def test_what_is_told_of_one_aggregate_leaves_in_the_order_in_which_it_was_written(bench: Bench) -> None:
    async with bench.service():
        for number in range(300):
            await bench.send(f"key-{number % 3}")
        await eventually(lambda: bench.all_done(300))
    written = await bench.query("SELECT aggregate, id::text FROM outbox ORDER BY position")
    stored = await bench.stored("SCHEDULING")
    for key in ("key-0", "key-1", "key-2"):
        left = [message["ce-id"] for message in stored if message["ce-subject"] == key]
        assert left == [row["id"] for row in written if row["aggregate"] == key]


async def test_a_slower_transaction_with_an_earlier_position_is_told_all_the_same(bench: Bench) -> None:
    engine = create_engine(bench.database.url)
    async with bench.service():
        async with engine.begin() as slow:
            await outbox.add(slow, [_told("slow")])
            async with engine.begin() as quick:
                await outbox.add(quick, [_told("quick")])
            await eventually(lambda: _published(bench, "quick"))
        await eventually(lambda: _published(bench, "slow"))
    rows = await bench.query("SELECT aggregate FROM outbox ORDER BY position")
    assert [row["aggregate"] for row in rows] == ["slow", "quick"]
    await engine.dispose()


async def test_too_many_failures_in_a_row_stop_consuming_loudly_and_lose_nothing(bench: Bench) -> None:
    sent = [await bench.send(f"key-{number}", "poison") for number in range(30)]
    async with bench.service() as service:
        await eventually(lambda: _says(service, "consuming was stopped"))
        held = {row["event_id"] for row in await bench.held()}
        assert len(held) < len(sent)
        assert await bench.unacknowledged() > 0


async def test_what_was_fetched_and_not_begun_is_given_back_at_the_end(bench: Bench) -> None:
    sent = [await bench.send("slow", "slow")] + [await bench.send(f"key-{number}") for number in range(600)]
    async with bench.service():
        await eventually(lambda: _a_transaction_is_open(bench))
    done_before = len(await bench.effects())
    assert done_before < len(sent)
    async with bench.service():
        # Well before the half minute after which the broker would redeliver by itself.
        await eventually(lambda: bench.all_done(len(sent)), seconds=20)
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)


@pytest.mark.parametrize(
    "headers", [{"Nats-Msg-Id": "same"}, {"X-Nul": "a\x00b"}, {"Nats-Expected-Last-Sequence": "0"}, {"reply-to": "x"}]
)
async def test_other_headers_of_the_brokers_do_no_harm(bench: Bench, headers: dict[str, str]) -> None:
    async with bench.service():
        sent = await bench.send("a", headers=headers)
        await eventually(lambda: bench.all_done(1))
    assert await bench.effects() == [sent]


def _told(aggregate: str) -> outbox.Outgoing:
    body = tally.Told(key=aggregate, does="count")
    return outbox.Outgoing(type=tally.TOLD, nats_subject=f"{tally.TOLD}.00", aggregate=aggregate, sequence=1, body=body)


async def _published(bench: Bench, aggregate: str) -> bool:
    return bool(await bench.query("SELECT 1 FROM outbox WHERE aggregate = $1 AND published_at IS NOT NULL", aggregate))


async def _says(service: Service, words: str) -> bool:
    problems = await service._problems()
    return any(words in problem for problem in problems)


async def _a_transaction_is_open(bench: Bench) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND state = 'idle in transaction'"
    return bool(await bench.query(waiting, bench.database.name))
