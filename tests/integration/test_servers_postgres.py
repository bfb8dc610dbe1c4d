"""What the embedded PostgreSQL promises."""

import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from limber_embedded.problem import Problem
from limber_embedded.servers.postgres import PostgresServer
from support.servers import PASSWORD, Database, Databases


async def test_a_service_may_not_connect_to_another_services_database(databases: Databases) -> None:
    await databases.create("scheduling")
    await databases.create("outcomes")
    server = databases.server
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(server.url(database="outcomes", user="scheduling", password=PASSWORD))


async def test_a_wrong_password_is_refused(
    database: Callable[[str], Awaitable[Database]], postgres_server: PostgresServer
) -> None:
    own = await database("scheduling")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres_server.url(database=own.name, user="scheduling", password="a guess"))


async def test_it_listens_on_no_tcp_port_and_its_socket_is_private(postgres_server: PostgresServer) -> None:
    async with postgres_server.admin() as connection:
        assert await connection.fetchval("SHOW listen_addresses") == ""
    assert stat.S_IMODE(postgres_server.sockets.stat().st_mode) == 0o700


async def test_errors_in_its_log_hold_no_values(postgres_server: PostgresServer) -> None:
    async with postgres_server.admin() as connection:
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(
                "CREATE TABLE people (n text UNIQUE); INSERT INTO people VALUES ('9990000018'), ('9990000018')"
            )
    log = postgres_server.log.read_text()
    assert "duplicate key value" in log
    assert "9990000018" not in log


async def test_what_was_committed_is_there_after_sigkill(own_postgres_server: PostgresServer) -> None:
    async with own_postgres_server.admin() as connection:
        await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    own_postgres_server.kill()
    own_postgres_server.restart()
    async with own_postgres_server.admin() as connection:
        assert await connection.fetchval("SELECT n FROM kept") == 1


async def test_fsync_stays_on_unless_a_test_asks(folder: Path) -> None:
    server = PostgresServer(folder=folder, log=folder / "log", admin_password=PASSWORD)
    server.start()
    try:
        server.wait_until_ready()
        async with server.admin() as connection:
            assert await connection.fetchval("SHOW fsync") == "on"
            assert await connection.fetchval("SHOW synchronous_commit") == "on"
    finally:
        server.stop()


@pytest.mark.parametrize("version", ["garbage", "16", None])
def test_a_broken_data_folder_is_refused_in_words(folder: Path, version: str | None) -> None:
    (folder / "data").mkdir()
    if version is not None:
        (folder / "data" / "PG_VERSION").write_text(version)
    server = PostgresServer(folder=folder, log=folder / "log", admin_password=PASSWORD)
    with pytest.raises(Problem, match="doesn't hold a PostgreSQL 18 database"):
        server.start()


async def test_a_deep_folder_gets_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    server = PostgresServer(folder=deep, log=folder / "log", admin_password=PASSWORD, settings={"fsync": "off"})
    server.start()
    try:
        server.wait_until_ready()
        assert len(os.fsencode(server.sockets / ".s.PGSQL.5432")) <= 107
        async with server.admin() as connection:
            assert await connection.fetchval("SELECT 1") == 1
    finally:
        server.stop()
        server.sockets.rmdir()
