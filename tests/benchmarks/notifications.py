"""Reminders that are due at once, drained to a provider that answers in 50 ms, beside the bare httpx loop; and many planned.

The bare loop posts the same words to the same stand-in at the same concurrency and remembers nothing. It is the fastest that
httpx was found to do, not what one would write first: see `bare_sender`.
"""

import asyncio
import contextlib
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from nats.js import JetStreamContext

from event_contracts.scheduling import CohortChanged, PlaceChanged
from limber_embedded.servers.ports import free_port
from service_kit.buckets import bucket_of
from service_kit.ids import new_id
from support.notifications_bench import MORNING, Group, NotificationsBench, as_a_process, eventually, prepared
from support.notify_stub import API_KEY, SMS_TEMPLATE
from support.servers import Databases, running_broker, running_postgres, short_folder

Say = Callable[[str], None]

AT_ONCE = 50
ANSWERS_AFTER_MS = 50
SESSIONS = 12
PLACES_A_COHORT = 10
_WAIT_SECONDS = 1800
_SAMPLES_A_SECOND = 10
_IN_FLIGHT = 500


async def notifications(*, messages: int, planned: int, say: Say) -> dict[str, Any]:
    """Drain so many due reminders; then plan so many future ones and move all their sessions."""
    with short_folder() as folder, running_postgres(folder / "postgres") as postgres:
        async with running_broker(folder / "nats") as broker, _stand_in() as url:
            (folder / "key").write_text(API_KEY)
            settings = {
                "sms_provider": "govuk-notify",
                "notify_base_url": url,
                "notify_api_key_file": folder / "key",
                "notify_sms_template": SMS_TEMPLATE,
                "notify_per_minute": 600_000,
                "notify_at_once": AT_ONCE,
                "sending_lease_seconds": 20,
                "provider_timeout_seconds": 8,
            }
            database = await Databases(server=postgres).create("notifications")
            async with prepared(database, broker, folder, **settings) as bench, as_a_process(bench) as process:
                say("the bare loop")
                bare, bare_processor = await _bare_loop(url, messages)
                say(f"{messages} reminders are due")
                drained = await _drain(bench, messages, process=process, url=url, say=say)
                say(f"planning {planned} reminders")
                planning = await _plan_and_replan(bench, planned, process=process)
    return {
        "messages": messages,
        "at_once": AT_ONCE,
        "provider_answers_after_ms": ANSWERS_AFTER_MS,
        "bare_httpx_seconds": round(bare, 2),
        "bare_httpx_processor_seconds": round(bare_processor, 2),
        **drained,
        "ratio_of_bare": round(drained["drained_seconds"] / bare, 2),
        **planning,
    }


@contextlib.asynccontextmanager
async def _stand_in() -> AsyncIterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.stand_in", str(port), str(ANSWERS_AFTER_MS)]
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[1], env=os.environ)
    url = f"http://127.0.0.1:{port}"
    try:
        await eventually(lambda: _answers(url))
        yield url
    finally:
        process.kill()
        await process.wait()


async def _answers(url: str) -> dict[str, int] | None:
    try:
        async with httpx.AsyncClient() as client:
            found: dict[str, int] = (await client.get(url)).json()
            return found
    except httpx.TransportError:
        return None


async def _bare_loop(url: str, messages: int) -> tuple[float, float]:
    """Seconds, and seconds of the processor, that `benchmarks.bare_sender` takes: a process of its own like the service."""
    command = [sys.executable, "-m", "benchmarks.bare_sender", url, str(messages), str(AT_ONCE)]
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[1], stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    if process.returncode:
        msg = "the bare loop failed"
        raise RuntimeError(msg)
    seconds, processor_seconds = map(float, said.split())
    return seconds, processor_seconds


async def _drain(
    bench: NotificationsBench, messages: int, *, process: asyncio.subprocess.Process, url: str, say: Say
) -> dict[str, Any]:
    due_at = MORNING + timedelta(hours=1)
    await _insert_due(bench, messages, due_at=due_at)
    before = _resident_mib(process.pid)
    most = before
    processor_before = _processor_seconds(process.pid)
    began = time.perf_counter()
    await bench.move_clock_to(due_at)
    left = messages
    while left and time.perf_counter() - began < _WAIT_SECONDS:
        await asyncio.sleep(1 / _SAMPLES_A_SECOND)
        most = max(most, _resident_mib(process.pid))
        [row] = await bench.query("SELECT count(*) AS left FROM messages WHERE status <> 'sent'")
        left = row["left"]
        say(f"{left} reminders left")
    seconds = time.perf_counter() - began
    counted = await _answers(url) or {}
    return {
        "drained_seconds": round(seconds, 2),
        "drained_processor_seconds": round(_processor_seconds(process.pid) - processor_before, 2),
        "messages_a_second": round(messages / seconds, 1),
        "reached_the_provider": counted["taken"] - messages,
        "reached_it_twice": counted["twice"],
        "memory_before_mib": before,
        "memory_at_most_mib": most,
    }


async def _insert_due(bench: NotificationsBench, messages: int, *, due_at: datetime) -> None:
    """A reminder of the same session for each of so many people."""
    session_id, cohort_id = new_id(), new_id()
    starts_at = due_at + timedelta(hours=24)
    session = f'[{{"id": "{session_id}", "number": 1, "starts_at": "{starts_at.isoformat()}", "status": "planned"}}]'
    connection = await asyncpg.connect(bench.database.dsn)
    await connection.execute(
        "INSERT INTO cohorts (id, sequence, site_name, status, sessions) VALUES ($1, 1, 'Bench Leisure Centre', 'open', $2)",
        cohort_id,
        session,
    )
    people = [new_id() for _ in range(messages)]
    await connection.executemany(
        "INSERT INTO contacts (participant_id, sequence, greeting_name, phone, language, allows_sms, allows_email)"
        " VALUES ($1, 1, 'Mary', '07700 900123', 'en', true, false)",
        [(person,) for person in people],
    )
    await connection.executemany(
        "INSERT INTO messages (id, participant_id, kind, about_id, cohort_id, session_id, facts, status, due_at, useful_until,"
        " planned_at, changed_at, sequence, attempts)"
        " VALUES ($1, $2, 'session_reminder', $3, $4, $5, '{}', 'planned', $6, $7, $8, $8, 1, 0)",
        [(new_id(), person, str(session_id), cohort_id, session_id, due_at, starts_at, MORNING) for person in people],
    )
    await connection.close()


async def _plan_and_replan(bench: NotificationsBench, planned: int, *, process: asyncio.subprocess.Process) -> dict[str, Any]:
    cohorts = -(-planned // (SESSIONS * PLACES_A_COHORT))
    first = MORNING + timedelta(days=30)
    groups = [Group.of(*_starts(first + timedelta(minutes=number))) for number in range(cohorts)]
    jetstream = bench.admin.jetstream(publish_async_max_pending=_IN_FLIGHT)
    reminders = cohorts * PLACES_A_COHORT * SESSIONS
    await _tell_cohorts(jetstream, groups, sequence=1)
    await bench.all_read()
    began = time.perf_counter()
    for group in groups:
        for _ in range(PLACES_A_COHORT):
            await _tell_place(jetstream, group)
    await jetstream.publish_async_completed()
    await _until_planned(bench, reminders, moved_to=first)
    planning = time.perf_counter() - began
    moved = timedelta(hours=2)
    for group in groups:
        for session in group.sessions:
            group.change(session.number, starts_at=session.starts_at + moved, ends_at=session.ends_at + moved)
    began = time.perf_counter()
    await _tell_cohorts(jetstream, groups, sequence=2)
    await _until_planned(bench, reminders, moved_to=first + moved)
    replanning = time.perf_counter() - began
    return {
        "reminders_planned": reminders,
        "planned_seconds": round(planning, 2),
        "replanned_seconds": round(replanning, 2),
        "memory_after_planning_mib": _resident_mib(process.pid),
    }


def _starts(first: datetime) -> list[datetime]:
    return [first + timedelta(days=3 * number) for number in range(SESSIONS)]


async def _until_planned(bench: NotificationsBench, reminders: int, *, moved_to: datetime) -> None:
    async def planned() -> bool:
        query = (
            "SELECT count(*) AS number FROM messages"
            " WHERE kind = 'session_reminder' AND status = 'planned' AND useful_until >= $1"
        )
        [row] = await bench.query(query, moved_to)
        return bool(row["number"] == reminders)

    await eventually(planned, seconds=_WAIT_SECONDS)
    await bench.all_read()


async def _tell_cohorts(jetstream: JetStreamContext, groups: list[Group], *, sequence: int) -> None:
    type_ = "scheduling.cohort.changed.v1"
    for group in groups:
        told = CohortChanged(
            cohort_id=group.cohort_id,
            sequence=sequence,
            programme="escape-pain-knee-hip",
            site_id="bench",
            site_name="Bench Leisure Centre",
            status="open",
            sessions=group.sessions,
        )
        await _publish(jetstream, type_, str(group.cohort_id), sequence, told.model_dump_json())
    await jetstream.publish_async_completed()


async def _tell_place(jetstream: JetStreamContext, group: Group) -> None:
    told = PlaceChanged(
        place_id=new_id(),
        sequence=1,
        participant_id=new_id(),
        enrolment_id=new_id(),
        programme="escape-pain-knee-hip",
        status="placed",
        cohort_id=group.cohort_id,
        changed_at=MORNING,
    )
    await _publish(jetstream, "scheduling.place.changed.v1", str(told.participant_id), 1, told.model_dump_json())


async def _publish(jetstream: JetStreamContext, type_: str, about: str, sequence: int, body: str) -> None:
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": str(new_id()),
        "ce-source": "urn:limber:bench",
        "ce-type": type_,
        "ce-subject": about,
        "ce-sequence": str(sequence),
    }
    await jetstream.publish_async(f"{type_}.{bucket_of(about)}", body.encode(), headers=attributes)


def _processor_seconds(pid: int) -> float:
    # proc(5): the 14th and 15th field of stat are the ticks spent in the program and in the kernel; the 2nd may hold spaces.
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20
