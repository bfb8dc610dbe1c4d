"""Events per second from INTAKE to the last resulting message, beside the floor and beside what one would write first.

One run, one set of servers: Limber first, its writes and publishes recorded; then, its services stopped, the two yardsticks
repeat them in the same database server (tables of the same shape and indexes) and the same broker (streams made anew).
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from nats.aio.client import Client

from benchmarks.recording import ServiceRecording, look, record, save
from benchmarks.temporary_home import SENDER, TemporaryHome, temporary_home
from limber_embedded.broker import admin_client
from limber_embedded.checkout import CHECKOUT, SERVICES
from limber_embedded.home import Home
from limber_embedded.pause import services_stopped
from limber_embedded.problem import Problem
from limber_embedded.senders import Message, Practice
from limber_streams.apply import apply, delete_stream, ensure_durable
from limber_streams.declaration import load

Say = Callable[[str], None]

# received, place found, questionnaire
MESSAGES_PER_REFERRAL = 3
# The plain one is so much slower that it gets fewer; its rate doesn't depend on how many there are.
_PLAIN_SHARE = 10
_GIVE_UP_SECONDS = 900.0
_STATISTICS_FLUSH_SECONDS = 1.5
_STANDS_STILL = timedelta(seconds=60)


async def pipeline(*, events: int, rounds: int, say: Say) -> dict[str, Any]:
    """Measure so many referrals in each of so many rounds; figures are medians over the rounds."""
    measured: dict[str, list[float]] = {"limber": [], "floor": [], "plain": []}
    problems: list[str] = []
    async with temporary_home() as bench:
        say("seating")
        await bench.seat(events * rounds)
        facts: dict[str, Any] = {}
        for round_ in range(rounds):
            async with admin_client(bench.home) as broker:
                before = await look(bench.home, broker.jetstream())
                say(f"round {round_ + 1} of {rounds}: Limber")
                seconds = await run_limber(bench, bench.messages(events, first=round_ * events))
                measured["limber"].append(events / seconds)
                await bench.system.come_to_rest()
                # PostgreSQL's counts of updates are a second behind.
                await asyncio.sleep(_STATISTICS_FLUSH_SECONDS)
                audits = await bench.system.audits()
                problems += [problem for audit in audits.values() for problem in audit["problems"]]
                recordings = await record(bench.home, broker.jetstream(), before)
                facts = facts or _facts(bench, recordings, events)
            with services_stopped(bench.home):
                for name, share in (("floor", 1), ("plain", _PLAIN_SHARE)):
                    say(f"round {round_ + 1} of {rounds}: {name}")
                    part = {service: _part(recording, share) for service, recording in recordings.items()}
                    count = max(1, events // share)
                    measured[name].append(count / await _yardstick(bench, name, part, bench.messages(count)))
            if round_ + 1 < rounds:
                await _reset_broker(bench.home)
                await bench.system.come_to_rest()
    rates = {name: statistics.median(values) for name, values in measured.items()}
    return {
        "events": events,
        "rounds": rounds,
        "limber_events_per_second": round(rates["limber"], 1),
        "floor_events_per_second": round(rates["floor"], 1),
        "plain_events_per_second": round(rates["plain"], 1),
        "ratio_of_floor": round(rates["limber"] / rates["floor"], 3),
        "ratio_of_plain": round(rates["limber"] / rates["plain"], 2),
        "all_rounds": {name: [round(value, 1) for value in values] for name, values in measured.items()},
        "problems": problems,
        **facts,
    }


async def run_limber(bench: TemporaryHome, messages: Sequence[Message]) -> float:
    """Return the seconds from the first publish to the last message sent."""
    connection = await asyncpg.connect(bench.home.dsn("notifications"))
    sent_before = await _sent(connection)
    wanted = sent_before + MESSAGES_PER_REFERRAL * len(messages)
    async with bench.sender() as practice:
        began = time.monotonic()
        await publish_all(practice, messages)
        while await _sent(connection) < wanted:
            if time.monotonic() - began > _GIVE_UP_SECONDS or await _stands_still(connection):
                raise Problem(f"{wanted - await _sent(connection)} of the messages that were expected were never sent.")
            await asyncio.sleep(0.05)
        ended = time.monotonic()
    await connection.close()
    return ended - began


async def _stands_still(connection: asyncpg.Connection) -> bool:
    """Whether the last message was sent a while ago."""
    last = await connection.fetchval("SELECT max(published_at) FROM outbox")
    return last is not None and datetime.now(UTC) - last > _STANDS_STILL


async def _sent(connection: asyncpg.Connection) -> int:
    count: int = await connection.fetchval("SELECT count(*) FROM messages WHERE status = 'sent'")
    return count


async def publish_all(practice: Practice, messages: Sequence[Message]) -> None:
    """Publish in a pipeline, as a sender with a backlog does."""
    waiting: list[asyncio.Future[Any]] = []
    for message in messages:
        waiting.append(await practice.publish_soon(message))
        if len(waiting) >= 500:
            await asyncio.gather(*waiting)
            waiting = []
    await asyncio.gather(*waiting)


def _part(recording: ServiceRecording, share: int) -> ServiceRecording:
    return ServiceRecording(
        service=recording.service,
        durables=recording.durables,
        events_read=max(1, recording.events_read // share),
        tables=tuple(
            type(table)(
                name=table.name,
                columns=table.columns,
                key=table.key,
                rows=table.rows[: len(table.rows) // share],
                updates=table.updates // share,
            )
            for table in recording.tables
        ),
        published=recording.published[: len(recording.published) // share],
    )


async def _yardstick(
    bench: TemporaryHome, name: str, recordings: dict[str, ServiceRecording], messages: Sequence[Message]
) -> float:
    await _reset_broker(bench.home)
    for service in SERVICES:
        connection = await asyncpg.connect(bench.home.dsn(service))
        await connection.execute("DROP SCHEMA IF EXISTS yardstick CASCADE; CREATE SCHEMA yardstick")
        for table in recordings[service].tables:
            await connection.execute(f'CREATE TABLE yardstick."{table.name}" (LIKE public."{table.name}" INCLUDING ALL)')
        await connection.close()
    async with _workers(bench.home, name, recordings) as workers, bench.sender() as practice:
        began = time.monotonic()
        await publish_all(practice, messages)
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            codes = await asyncio.gather(*(worker.wait() for worker in workers))
        seconds = time.monotonic() - began
    if any(codes):
        raise Problem(f"The yardstick {name} failed.")
    return seconds


@asynccontextmanager
async def _workers(
    home: Home, name: str, recordings: dict[str, ServiceRecording]
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    user, password = home.credentials()
    workers = []
    with tempfile.TemporaryDirectory(prefix="limber-bench-") as folder:
        try:
            for service, recording in recordings.items():
                file = Path(folder) / service
                save(recording, file)
                worker = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", f"benchmarks.{name}", str(file), home.dsn(service), home.nats_url, user, password,
                    stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT / "tests",
                )  # fmt: skip
                workers.append(worker)
            for worker in workers:
                if worker.stdout is None or await worker.stdout.readline() != b"ready\n":
                    raise Problem(f"The yardstick {name} did not start.")
            yield workers
        finally:
            for worker in workers:
                if worker.returncode is None:
                    worker.kill()
                    await worker.wait()


async def _reset_broker(home: Home) -> None:
    declaration = load()
    async with admin_client(home) as broker:
        for stream in declaration.streams:
            if not stream.name.startswith("KV_"):
                await delete_stream(broker, stream.name)
        await _apply(broker)


async def _apply(broker: Client) -> None:
    declaration = load()
    await apply(broker, declaration)
    await ensure_durable(broker, declaration.receipts_durable(channel="gp", organisation=SENDER.code))


def _facts(bench: TemporaryHome, recordings: dict[str, ServiceRecording], events: int) -> dict[str, Any]:
    return {
        "per_referral": {
            "events_read": round(sum(one.events_read for one in recordings.values()) / events, 2),
            "rows_inserted": round(sum(len(table.rows) for one in recordings.values() for table in one.tables) / events, 2),
            "rows_updated": round(sum(table.updates for one in recordings.values() for table in one.tables) / events, 2),
            "events_published": round(sum(len(one.published) for one in recordings.values()) / events, 2),
            "messages_sent": MESSAGES_PER_REFERRAL,
        },
        "memory_mib": {name: memory_mib(pid) for name, pid in bench.home.pids.items()},
        "start_seconds": {"first": round(bench.first_start_seconds, 2), "again": round(bench.start_seconds, 2)},
    }


def memory_mib(pid: int) -> float | None:
    """Return the resident memory of a process, or None where the system doesn't tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    line = next((line for line in status.read_text().splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return round(int(line.split()[1]) / 1024, 1)
