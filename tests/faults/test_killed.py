"""Whatever is killed in the middle of its work, every referral has every effect once."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from limber_embedded import running_processes
from limber_embedded.checkout import SERVICES
from limber_embedded.servers.ports import free_port
from support.whole_system import System, eventually


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_killed_in_the_middle_of_a_group_starts_it_over(system: System, service: str) -> None:
    practice = await system.practice("A81001")
    before = system.home.pids
    async with system.in_the_middle(service) as a_group_is_in_its_middle:
        sent = await practice.send_many(20)
        await a_group_is_in_its_middle()
        await system.kill(service)
    await system.is_back(service, since=before)
    await system.adds_up({practice: sent})


async def test_a_killed_service_is_back_within_seconds(system: System) -> None:
    before = system.home.pids
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    await system.kill("scheduling")
    # Importing what a service needs takes 2 s of processor time, for which others may queue too.
    assert await system.is_back("scheduling", since=before) < 6 * max(1.0, busy)


async def test_a_killed_broker_loses_nothing(system: System) -> None:
    practice = await system.practice("A81001")
    before = system.home.pids
    sent = await practice.send_many(40)
    await system.kill("nats-server")
    sent += await practice.send_many(40)
    await system.is_back("nats-server", since=before)
    await system.adds_up({practice: sent})


async def test_a_killed_database_loses_nothing(system: System) -> None:
    practice = await system.practice("A81001")
    before = system.home.pids
    sent = await practice.send_many(40)
    await system.kill("PostgreSQL")
    sent += await practice.send_many(40)
    await system.is_back("PostgreSQL", since=before)
    await system.adds_up({practice: sent})


async def test_a_database_that_is_away_for_longer_than_every_quick_retry_costs_no_attempt(system: System) -> None:
    practice = await system.practice("A81001")
    before = system.home.pids
    with system.nobody_restarts():
        running_processes.stop(system.home.state["processes"]["PostgreSQL"], signal_number=signal.SIGINT)
        gone_at = time.monotonic()
        sent = await practice.send_many(30)
        # A message that was held would have been tried after one second and five more.
        await eventually(lambda: _is_past(gone_at + 8), what="eight seconds without a database")
    await system.is_back("PostgreSQL", since=before)
    await system.adds_up({practice: sent})


async def test_what_is_delivered_again_while_it_is_being_handled_has_one_effect(system: System) -> None:
    practice = await system.practice("A81001")
    sent = []
    for service in SERVICES:
        async with system.in_the_middle(service) as a_group_is_in_its_middle:
            sent += await practice.send_many(5)
            await a_group_is_in_its_middle()
            await system.set_ack_wait(1, services=[service])
            await eventually(partial(system.redelivered, service), what=f"a redelivery to {service}")
        await system.set_ack_wait(30, services=[service])
    await system.adds_up({practice: sent})


async def test_a_second_instance_stands_by_takes_over_and_doubles_nothing(system: System) -> None:
    practice = await system.practice("A81001")
    before = system.home.pids
    port = free_port()
    settings = system.home.service_settings("enrolment") | {"LIMBER_HTTP_PORT": str(port)}
    command = [sys.executable, "-m", "enrolment", "serve"]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL, start_new_session=True) as second:  # noqa: ASYNC220 - it ends with the test
        try:
            await eventually(lambda: _state_at(system, port, "standing by"), what="the second instance standing by")
            sent = await practice.send_many(20)
            await practice.settle(sent)
            async with system.in_the_middle("enrolment") as a_group_is_in_its_middle:
                sent += await practice.send_many(20)
                await a_group_is_in_its_middle()
                await system.kill("enrolment")
            await eventually(lambda: _state_at(system, port, "active"), what="the second instance active")
            await system.is_back("enrolment", since=before)
            sent += await practice.send_many(20)
            await system.set_ack_wait(2, services=["enrolment"])
            await practice.settle(sent)
            await system.set_ack_wait(30, services=["enrolment"])
        finally:
            second.send_signal(signal.SIGTERM)
            await asyncio.to_thread(second.wait, 30)
    await system.adds_up({practice: sent})


async def _is_past(moment: float) -> bool:
    return time.monotonic() >= moment


async def _state_at(system: System, port: int, state: str) -> bool:
    return await system.state_at(f"http://127.0.0.1:{port}/enrolment") == state
