"""Real PostgreSQL and nats-server for tests, started from the wheels on free addresses."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import nats
from nats.aio.client import Client

from limber_embedded import nats_users
from limber_embedded.broker import reload
from limber_embedded.checkout import SERVICES
from limber_embedded.servers.nats import NatsServer, write_users
from limber_embedded.servers.ports import free_port
from limber_embedded.servers.postgres import PostgresServer
from limber_streams.apply import apply, ensure_durable
from limber_streams.declaration import Declaration, load

# No test cuts the power, and a killed process loses nothing that the system has: fsync would only make tests slow.
_QUICK = {"fsync": "off", "synchronous_commit": "on", "max_connections": "200"}
PASSWORD = "of-a-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database of one service; its role has the service's name."""

    name: str
    user: str
    server: PostgresServer

    @property
    def url(self) -> str:
        """For SQLAlchemy and for LIMBER_DATABASE_URL; it holds the password."""
        return self.server.url(database=self.name, user=self.user, password=PASSWORD, driver="postgresql+asyncpg")

    @property
    def dsn(self) -> str:
        """For asyncpg itself."""
        return self.server.url(database=self.name, user=self.user, password=PASSWORD)


@dataclass(kw_only=True)
class Databases:
    """Makes databases of services on one server, each a copy of the service's migrated template."""

    server: PostgresServer
    _templates: dict[str, str] = field(default_factory=dict)
    _made: int = 0

    async def create(self, service: str) -> Database:
        """A fresh database as that service's migrations leave it; empty where the service has none (yet)."""
        template = self._templates.get(service)
        if template is None:
            template = self._templates[service] = await self._template(service)
        self._made += 1
        name = f"{service}_{self._made}"
        async with self.server.admin() as connection:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{service}"')
        return Database(name=name, user=service, server=self.server)

    async def drop(self, database: Database) -> None:
        async with self.server.admin() as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')

    async def _template(self, service: str) -> str:
        await self.server.ensure_database(name=service, password=PASSWORD)
        if _can_migrate(service):
            await asyncio.to_thread(_migrate, service, Database(name=service, user=service, server=self.server))
        return service


@dataclass(kw_only=True)
class Broker:
    """A nats-server with the declared streams; `.server` can be killed and restarted on the same store and port."""

    server: NatsServer
    declaration: Declaration
    _clients: list[Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url

    def kill(self) -> None:
        self.server.kill()

    def stop(self) -> None:
        self.server.stop()

    def restart(self) -> None:
        self.server.restart()

    async def connect(self, user: str = nats_users.ADMIN) -> Client:
        """A connection as `admin`, as a service, or as an organisation such as `gp_A81001`; closed when the broker goes."""
        prefix = nats_users.inbox_prefix(user)
        client = await nats.connect(
            self.url, user=user, password=self.server.password(user), inbox_prefix=prefix, error_cb=_quiet
        )
        self._clients.append(client)
        return client

    async def close_clients(self) -> None:
        for client in self._clients:
            await client.close()

    async def apply_streams(self) -> None:
        await apply(await self.connect(), self.declaration)

    async def add_organisation(self, organisation: str, *, channel: str = "gp") -> str:
        """Makes the organisation's user (its name is returned) and its receipts durable."""
        user = nats_users.organisation(
            channel=channel, organisation=organisation, password=PASSWORD, declaration=self.declaration
        )
        self.server.users = (*self.server.users, user)
        write_users(self.server.folder, self.server.users)
        await reload(await self.connect(nats_users.SYSTEM))
        durable = self.declaration.receipts_durable(channel=channel, organisation=organisation)
        await ensure_durable(await self.connect(), durable)
        return user.name


@contextlib.contextmanager
def running_postgres(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, for tests that kill it."""
    server = PostgresServer(folder=folder, log=folder / "postgres.log", admin_password=PASSWORD, settings=_QUICK)
    server.start()
    server.wait_until_ready()
    try:
        yield server
    finally:
        server.kill()


@contextlib.asynccontextmanager
async def running_broker(folder: Path) -> AsyncIterator[Broker]:
    """A nats-server with the declared streams and a user for every service."""
    declaration = load()
    users = [
        nats_users.admin(password=PASSWORD),
        nats_users.system(password=PASSWORD),
        *(nats_users.service(name=name, password=PASSWORD, declaration=declaration) for name in SERVICES),
    ]
    server = NatsServer(folder=folder, log=folder / "nats.log", port=free_port(), key="0" * 64, users=users)
    server.start()
    try:
        await asyncio.to_thread(server.wait_until_ready)
        broker = Broker(server=server, declaration=declaration)
        await broker.apply_streams()
        yield broker
        await broker.close_clients()
    finally:
        server.kill()


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A temporary folder near the root: a socket's path may have 107 bytes only."""
    folder = Path(tempfile.mkdtemp(prefix="limber-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _quiet(_: Exception) -> None:
    """Errors of a connection whose server a test killed are expected."""


def _can_migrate(service: str) -> bool:
    return (
        re.fullmatch("[a-z]+", service) is not None
        and find_spec(service) is not None
        and find_spec(f"{service}.__main__") is not None
    )


def _migrate(service: str, database: Database) -> None:
    environment = {
        **os.environ,
        "LIMBER_DATABASE_URL": database.url,
        "LIMBER_NATS_URL": "nats://127.0.0.1:1",
        "LIMBER_HTTP_PORT": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", service, "migrate"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode != 0:
        raise AssertionError(f"{service} could not migrate its database:\n{done.stderr[-4000:]}")
