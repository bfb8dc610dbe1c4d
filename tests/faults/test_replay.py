"""The broker's store may be lost: everything is told again from the databases, and nothing is done twice."""

import asyncio
import shutil
from datetime import timedelta

from limber_embedded import running_processes
from limber_embedded.checkout import SERVICES
from limber_embedded.pause import services_stopped
from support.whole_system import Practice, System, a_referral, eventually


async def test_replay_after_the_store_was_deleted_tells_everything_again_and_doubles_nothing(system: System) -> None:
    practice = await system.practice("A81001")
    await system.open_cohorts(2)
    sent = await practice.send_many(60)
    receipts = await system.adds_up({practice: sent})
    mailbox, told = await system.mailbox(), await _told(practice)
    before, domain_time = system.home.pids, await system.now()
    with system.nobody_restarts():
        running_processes.stop(system.home.state["processes"]["nats-server"])
        shutil.rmtree(system.home.folder / "nats" / "store")
    await eventually(lambda: _is_another(system, "nats-server", before["nats-server"]), what="the broker back")

    replayed = system.limber.run("replay", seconds=240)
    assert replayed.returncode == 0, replayed.stderr
    assert "streams were rebuilt" in replayed.stdout
    assert timedelta() < await system.now() - domain_time < timedelta(minutes=10)
    assert await _told(practice) == told
    assert await system.adds_up({practice: sent}) == receipts
    assert await system.mailbox() == mailbox

    later = await practice.send(a_referral())
    await system.adds_up({practice: [*sent, later]})


async def test_replay_of_a_store_that_is_whole_changes_nothing_either(system: System) -> None:
    practice = await system.practice("A81001")
    sent = await practice.send_many(5)
    await system.adds_up({practice: sent})
    mailbox, told = await system.mailbox(), await _told(practice)
    offset = await _clock_offset(system)
    assert system.limber.run("replay", seconds=240).returncode == 0
    assert await _clock_offset(system) == offset
    assert await _told(practice) == told
    await system.adds_up({practice: sent})
    assert await system.mailbox() == mailbox


async def test_a_store_that_was_deleted_while_everything_was_down_is_filled_by_the_next_up(system: System) -> None:
    practice = await system.practice("A81001")
    told, mailbox = await _told(practice), await system.mailbox()
    assert system.limber.down().returncode == 0
    shutil.rmtree(system.home.folder / "nats" / "store")
    started = system.limber.up()
    assert started.returncode == 0, started.stderr
    assert "filled again from the databases" in started.stdout
    await eventually(system.is_ready, what="all services ready")
    await system.be_at_ten_in_the_morning()
    await system.come_to_rest()
    assert await _told(practice) == told
    assert await system.mailbox() == mailbox


async def test_while_somebody_holds_the_pause_the_services_stay_stopped_and_a_replay_is_refused(system: System) -> None:
    before = system.home.pids
    pausing = services_stopped(system.home)
    await asyncio.to_thread(pausing.__enter__)
    try:
        assert not await system.is_ready()
        assert not system.limber.status()["ready"]
        refused = system.limber.run("replay")
        assert (refused.returncode, "another replay is under way" in refused.stderr) == (1, True)
    finally:
        await asyncio.to_thread(pausing.__exit__, None, None, None)
    await eventually(system.is_ready, what="all services ready again")
    after = system.home.pids
    assert {name for name in before if before[name] != after[name]} == set(SERVICES)


async def _told(practice: Practice) -> dict[str, dict[str, object]]:
    """The receipt of each event, as the broker has it."""
    return {event_id: receipts[-1] for event_id, receipts in (await practice.receipts()).items()}


async def _clock_offset(system: System) -> bytes | None:
    return (await (await system.admin.jetstream().key_value("clock")).get("offset")).value


async def _is_another(system: System, name: str, pid: int) -> bool:
    return system.home.pids.get(name) != pid and system.admin.is_connected
