"""A tally service on real servers, and what to ask of it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from nats.aio.client import Client

from limber_embedded.servers.ports import free_port
from service_kit.ids import new_id
from service_kit.service import Service
from service_kit.settings import ServiceSettings
from support import tally
from support.servers import PASSWORD, Broker, Database

WAIT_SECONDS = 60


async def eventually(condition: Callable[[], Awaitable[Any]], *, seconds: float = WAIT_SECONDS) -> Any:
    """Returns the condition's value once it is true; fails when it never is."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        value = await condition()
        if value:
            return value
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"still {value!r} after {seconds} seconds")
        await asyncio.sleep(0.01)


@dataclass
class Bench:
    """One database, one broker, an admin's connection, and the tally service on them."""

    database: Database
    broker: Broker
    admin: Client
    password_file: Path

    def settings(self, **changes: Any) -> ServiceSettings:
        known: dict[str, Any] = {
            "database_url": self.database.url,
            "nats_url": self.broker.url,
            "nats_user": "scheduling",
            "nats_password_file": self.password_file,
            "http_port": free_port(),
        }
        return ServiceSettings(**(known | changes))

    @asynccontextmanager
    async def service(self, **changes: Any) -> AsyncIterator[Service]:
        service, app = tally.build(self.settings(**changes))
        async with app.router.lifespan_context(app):
            yield service

    @asynccontextmanager
    async def process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        settings = self.settings()
        environment = os.environ | {
            "LIMBER_DATABASE_URL": settings.database_url,
            "LIMBER_NATS_URL": settings.nats_url,
            "LIMBER_NATS_USER": "scheduling",
            "LIMBER_NATS_PASSWORD_FILE": str(self.password_file),
            "LIMBER_HTTP_PORT": str(settings.http_port),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "support.tally", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await eventually(lambda: _is_ready(settings.http_port))
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def send(
        self,
        key: str = "a",
        does: str = "count",
        *,
        type_: str = tally.COUNTED,
        event_id: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        event_id = event_id or str(new_id())
        subject = f"{tally.COUNTED}.00" if type_ == tally.COUNTED else f"{type_}.{key}"
        attributes = {"ce-specversion": "1.0", "ce-id": event_id, "ce-source": "urn:test", "ce-type": type_, "ce-subject": key}
        data = json.dumps({"key": key, "does": does}).encode() if body is None else body
        await self.admin.jetstream().publish(subject, data, headers=attributes | dict(headers or {}))
        return event_id

    async def move_clock(self, offset: timedelta) -> None:
        """Moves domain time, as `limber clock` does."""
        bucket = await self.admin.jetstream().key_value("clock")
        await bucket.put("offset", str(offset.total_seconds()).encode())

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database.dsn)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def effects(self) -> list[str]:
        return [row["event_id"] for row in await self.query("SELECT event_id FROM effects ORDER BY event_id")]

    async def held(self, state: str = "waiting") -> list[Any]:
        return await self.query("SELECT * FROM held WHERE state = $1 ORDER BY position", state)

    async def told(self) -> list[str]:
        """The causes of everything that the service published, as the broker stored it."""
        jetstream = self.admin.jetstream()
        info = await jetstream.stream_info("SCHEDULING")
        stored = [await jetstream.get_msg("SCHEDULING", seq=number) for number in range(1, info.state.messages + 1)]
        return sorted((message.headers or {})["ce-causationid"] for message in stored)

    async def stored(self, stream: str) -> list[dict[str, str]]:
        """The headers of everything in a stream, in its order."""
        jetstream = self.admin.jetstream()
        info = await jetstream.stream_info(stream)
        messages = [await jetstream.get_msg(stream, seq=number) for number in range(1, info.state.messages + 1)]
        return [message.headers or {} for message in messages]

    async def unacknowledged(self, stream: str = "ENROLMENT", durable: str = "scheduling_enrolment") -> int:
        info = await self.admin.jetstream().consumer_info(stream, durable)
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def all_done(self, expected: int) -> bool:
        effects = await self.effects()
        unpublished = await self.query("SELECT 1 FROM outbox WHERE published_at IS NULL")
        return len(effects) >= expected and not unpublished and await self.unacknowledged() == 0


async def _is_ready(port: int) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2) as client:
            return (await client.get(f"http://127.0.0.1:{port}/scheduling/health/ready")).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
async def bench(database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path) -> AsyncIterator[Bench]:
    async with _bench(await database("tally"), nats_server, folder) as ready:
        yield ready


@asynccontextmanager
async def _bench(database: Database, broker: Broker, folder: Path) -> AsyncIterator[Bench]:
    await tally.create_tables(database.url)
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    admin = await broker.connect()
    try:
        yield Bench(database=database, broker=broker, admin=admin, password_file=password_file)
    finally:
        await admin.close()


@pytest.fixture
async def own_bench(own_databases: Any, nats_server: Broker, folder: Path) -> AsyncIterator[Bench]:
    """A bench whose PostgreSQL the test may kill."""
    async with _bench(await own_databases.create("tally"), nats_server, folder) as ready:
        yield ready
