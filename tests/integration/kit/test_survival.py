"""Whatever is killed, every effect happens once and is told."""

import asyncio
import shutil
import signal
from functools import partial

from nats.errors import Error as NatsError

from service_kit.database import create_engine
from service_kit.replay import tell_again
from support.kit_bench import Bench, eventually


async def test_a_service_killed_in_the_middle_of_a_group_starts_it_over(bench: Bench) -> None:
    sent = [await bench.send(f"key-{number}") for number in range(50)] + [await bench.send("slow", "slow")]
    async with bench.process() as process:
        await eventually(lambda: _a_transaction_is_open(bench))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert await bench.effects() == []
    async with bench.process():
        await eventually(lambda: _somebody_leads(bench))
        await _lose_patience(bench)
        await eventually(lambda: bench.all_done(51))
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)


async def test_a_service_killed_again_and_again_while_events_flow_does_each_once(bench: Bench) -> None:
    sent = []
    for round_ in range(4):
        sent += [await bench.send(f"key-{round_}-{number}") for number in range(60)]
        async with bench.process() as process:
            await eventually(lambda: _somebody_leads(bench))
            await _lose_patience(bench)
            await eventually(partial(_effects_at_least, bench, len(sent) - 40))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        await _be_patient(bench)
    async with bench.process():
        await eventually(lambda: _somebody_leads(bench))
        await _lose_patience(bench)
        await eventually(lambda: bench.all_done(len(sent)))
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)


async def test_a_broker_killed_while_events_flow_loses_nothing(bench: Bench) -> None:
    async with bench.service():
        sent = [await bench.send(f"before-{number}") for number in range(50)]
        bench.broker.kill()
        await asyncio.to_thread(bench.broker.restart)
        await eventually(lambda: _connected(bench))
        await _lose_patience(bench)
        sent += [await _send_until_stored(bench, f"after-{number}") for number in range(50)]
        await eventually(lambda: bench.all_done(100))
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)


async def test_a_database_killed_while_events_flow_loses_nothing(own_bench: Bench) -> None:
    bench = own_bench
    async with bench.service():
        sent = [await bench.send(f"before-{number}") for number in range(50)]
        bench.database.server.kill()
        sent += [await bench.send(f"meanwhile-{number}") for number in range(50)]
        await asyncio.to_thread(bench.database.server.restart)
        await eventually(lambda: bench.all_done(100))
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)
    assert not await bench.held()


async def test_a_database_that_is_away_for_longer_than_every_quick_retry_costs_no_attempt(own_bench: Bench) -> None:
    bench = own_bench
    async with bench.service() as service:
        await bench.send("first")
        await eventually(lambda: bench.all_done(1))
        bench.database.server.stop()
        await eventually(lambda: _standing_by(service.leadership.active))
        sent = [await bench.send(f"meanwhile-{number}") for number in range(30)]
        # Longer than the first three delays of a held message would be in total, were this one counted as an attempt.
        await asyncio.sleep(7)
        await asyncio.to_thread(bench.database.server.restart)
        await eventually(lambda: bench.all_done(31))
    assert set(sent) < set(await bench.effects())
    assert not await bench.held()
    assert not await bench.held("set_aside")


async def test_of_two_instances_one_works_and_the_other_takes_over_when_it_is_killed(bench: Bench) -> None:
    async with bench.process() as first:
        sent = [await bench.send(f"first-{number}") for number in range(20)]
        await eventually(lambda: bench.all_done(20))
        async with bench.process():
            sent += [await bench.send(f"both-{number}") for number in range(20)]
            await eventually(lambda: bench.all_done(40))
            first.send_signal(signal.SIGKILL)
            await first.wait()
            await _lose_patience(bench)
            sent += [await bench.send(f"second-{number}") for number in range(20)]
            await eventually(lambda: bench.all_done(60))
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)


async def test_two_instances_that_both_believe_they_are_active_have_one_effect_per_event(bench: Bench) -> None:
    async with bench.service() as first, bench.service() as second:
        # As after a network cut: the one whose lock is gone has not heard of it yet.
        first.leadership.active.set()
        second.leadership.active.set()
        sent = [await bench.send(f"key-{number % 20}") for number in range(400)]
        await eventually(lambda: bench.all_done(400))
    assert await bench.effects() == sorted(sent)
    assert sorted(set(await bench.told())) == sorted(sent)


async def test_replay_after_the_brokers_store_was_deleted_tells_everything_and_does_nothing_twice(bench: Bench) -> None:
    async with bench.service():
        sent = sorted([await bench.send(f"key-{number}") for number in range(40)])
        await eventually(lambda: bench.all_done(40))
    told_before = await bench.query("SELECT id FROM outbox ORDER BY id")
    bench.broker.stop()
    shutil.rmtree(bench.broker.server.store)
    await asyncio.to_thread(bench.broker.restart)
    await bench.broker.apply_streams()
    engine = create_engine(bench.database.url)
    assert await tell_again(engine) == 40
    await engine.dispose()
    async with bench.service():
        # The sender, having no other proof that its events were taken, tells them again too.
        for event_id in sent:
            await bench.send("key-again", event_id=event_id)
        await eventually(lambda: bench.all_done(40))
    assert await bench.effects() == sent
    assert await bench.told() == sent
    assert await bench.query("SELECT id FROM outbox ORDER BY id") == told_before


async def _a_transaction_is_open(bench: Bench) -> bool:
    rows = await bench.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND state = 'idle in transaction'", bench.database.name
    )
    return bool(rows)


async def _effects_at_least(bench: Bench, least: int) -> bool:
    return len(await bench.effects()) >= least


async def _somebody_leads(bench: Bench) -> bool:
    """Whether a service holds the lock and pulls; it checked its durables before it did."""
    info = await bench.admin.jetstream().consumer_info("ENROLMENT", "scheduling_enrolment")
    return bool(info.num_waiting)


async def _connected(bench: Bench) -> bool:
    return bench.admin.is_connected


async def _standing_by(active: asyncio.Event) -> bool:
    return not active.is_set()


async def _send_until_stored(bench: Bench, key: str) -> str:
    sent: list[str] = []

    async def stored() -> bool:
        try:
            sent.append(await bench.send(key, event_id=sent[0] if sent else None))
        except NatsError:
            return False
        return True

    await eventually(stored)
    return sent[0]


async def _lose_patience(bench: Bench) -> None:
    """Lets the broker redeliver after a second instead of half a minute what a killed process had fetched.

    Done once the service runs, because it refuses to start on a durable that is so impatient.
    """
    jetstream = bench.admin.jetstream()
    for stream, durable in (("ENROLMENT", "scheduling_enrolment"), ("PEOPLE", "scheduling_people")):
        config = (await jetstream.consumer_info(stream, durable)).config
        config.ack_wait = 1
        await jetstream.add_consumer(stream, config)


async def _be_patient(bench: Bench) -> None:
    jetstream = bench.admin.jetstream()
    for stream, durable in (("ENROLMENT", "scheduling_enrolment"), ("PEOPLE", "scheduling_people")):
        config = (await jetstream.consumer_info(stream, durable)).config
        config.ack_wait = 60
        await jetstream.add_consumer(stream, config)
