"""Fixtures for every test that needs real servers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from limber_embedded.servers.postgres import PostgresServer
from support.hazards import pytest_runtest_logreport, pytest_sessionfinish
from support.servers import Broker, Database, Databases, running_broker, running_postgres, short_folder

__all__ = ["pytest_runtest_logreport", "pytest_sessionfinish"]  # hooks: pytest finds them here

# A busy machine is no failure of a rule.
settings.register_profile("limber", deadline=None)
settings.load_profile("limber")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder whose path is short enough for a socket."""
    with short_folder() as path:
        yield path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run; a test that kills it takes `own_postgres_server`."""
    with short_folder() as path, running_postgres(path) as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: PostgresServer) -> Databases:
    return Databases(server=postgres_server)


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """`await database("scheduling")` gives a fresh, migrated database of that service."""
    made: list[Database] = []

    async def create(service: str) -> Database:
        made.append(await databases.create(service))
        return made[-1]

    yield create
    for one in made:
        await databases.drop(one)


@pytest.fixture
def own_postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL for this test alone: `.kill()`, `.stop()`, `.restart()`."""
    with running_postgres(folder / "postgres") as server:
        yield server


@pytest.fixture
def own_databases(own_postgres_server: PostgresServer) -> Databases:
    """`await own_databases.create("scheduling")`: databases on the server that this test may kill."""
    return Databases(server=own_postgres_server)


@pytest.fixture
async def nats_server(folder: Path) -> AsyncIterator[Broker]:
    """A broker for this test alone, with the declared streams: `.connect(user)`, `.kill()`, `.restart()`."""
    async with running_broker(folder / "nats") as broker:
        yield broker
