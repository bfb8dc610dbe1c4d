"""The broker as docker-compose.yml runs it, from the folder that `./limber containers prepare` makes: TLS, streams, users."""

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest

from limber_embedded import broker, containers
from limber_embedded.home import Home
from limber_embedded.nats_users import inbox_prefix, organisation_user
from limber_embedded.servers import programs, secret_files
from limber_embedded.servers.ports import accepts, free_port
from limber_streams.apply import stream_names
from limber_streams.declaration import load
from service_kit.broker import create_broker
from service_kit.settings import ServiceSettings


@pytest.fixture
async def home(folder: Path) -> AsyncIterator[Home]:
    """A prepared home whose broker runs, on free ports and with its store in this folder."""
    made = Home(folder / "containers")
    ports = {"nats": free_port(), "http": free_port()}
    containers.prepare(
        made,
        containers.Wishes(
            environment="development",
            public_url="http://localhost:1",
            bind="127.0.0.1",
            http_port=1,
            nats_port=ports["nats"],
            postgres_port=1,
            broker_names=(),
        ),
    )
    here = made.folder / "nats"
    for name, before, after in (
        ("listen.conf", "port: 4222", f"port: {ports['nats']}"),
        ("listen.conf", "127.0.0.1:8222", f"127.0.0.1:{ports['http']}"),
        ("store.conf", '"/data"', json.dumps(str(folder / "store"))),
    ):
        text = (here / name).read_text()
        assert before in text
        secret_files.write(here / name, text.replace(before, after))
    log = (folder / "nats.log").open("wb")
    server = await asyncio.create_subprocess_exec(
        programs.script("nats-server"), "--config", "nats-server.conf", cwd=here, stdout=log, stderr=log
    )
    async with asyncio.timeout(30):
        while not accepts(ports["nats"]):  # noqa: ASYNC110 - it waits for another process
            await asyncio.sleep(0.05)
    yield made
    server.terminate()
    await server.wait()
    log.close()


async def test_the_streams_are_made_over_tls_by_the_one_shot_program(home: Home) -> None:
    command = [
        *(sys.executable, "-m", "limber_streams", "--server", home.nats_url, "--user", "admin"),
        *("--password-file", str(home.nats_password_file("admin")), "--ca-file", str(home.nats_ca_file)),
    ]
    done = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    assert await done.wait() == 0
    async with broker.admin_client(home) as client:
        assert set(await stream_names(client)) >= {stream.name for stream in load().streams}


async def test_a_service_connects_when_the_broker_proves_itself(home: Home) -> None:
    settings = ServiceSettings.model_validate(
        {
            "database_url": "postgresql+asyncpg://nobody@localhost/none",
            "http_port": 1,
            "nats_url": home.nats_url,
            "nats_user": "scheduling",
            "nats_password_file": home.nats_password_file("scheduling"),
            "nats_ca_file": home.nats_ca_file,
        }
    )

    async def reconnected() -> None:
        pass

    async with create_broker(settings, name="scheduling", on_reconnected=reconnected) as connected:
        assert await connected.ping(timeout=5)


@pytest.mark.parametrize("trust", ["the system's authorities", "nobody: no TLS"])
async def test_whoever_does_not_know_the_authority_is_not_connected(home: Home, trust: str) -> None:
    tls = ssl.create_default_context() if trust == "the system's authorities" else None
    url = home.nats_url if tls else home.nats_url.replace("tls://", "nats://")
    _, password = home.credentials("scheduling")
    with pytest.raises((ssl.SSLError, nats.errors.Error, OSError)):
        await nats.connect(url, user="scheduling", password=password, tls=tls, allow_reconnect=False, connect_timeout=5)


async def test_an_organisation_that_is_added_can_connect_at_once_and_nobody_is_cut_off(home: Home) -> None:
    user = organisation_user(channel="gp", organisation="A81001")
    async with broker.admin_client(home) as client:
        was = client.client_id
        secret_files.kept(home.nats_password_file(user))
        await broker.take_users(home)
        outside = await nats.connect(
            home.nats_url,
            user=user,
            password=home.credentials(user)[1],
            inbox_prefix=inbox_prefix(user),
            tls=home.nats_tls(),
            allow_reconnect=False,
        )
        await outside.close()
        await client.flush()
        assert client.client_id == was
