"""A running home's broker, as its administrator sees it: wherever its servers run, one or several."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from limber_embedded import nats_users
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers.nats import write_users

_FIRST_ANSWER_SECONDS = 5.0
_SILENCE_SECONDS = 0.3  # after which no further server is expected to answer
_RELOAD_SECONDS = 10.0


@contextlib.asynccontextmanager
async def admin_client(home: Home) -> AsyncIterator[Client]:
    """A connection to a running home's broker as its administrator."""
    async with _client(home, user=nats_users.ADMIN) as client:
        yield client


async def take_users(home: Home) -> None:
    """Has the broker's servers know the users that the home has now; connections of users that stay are kept."""
    write_users(home.folder / "nats", home.nats_users(), readable_by_containers=home.is_elsewhere)
    async with _client(home, user=nats_users.SYSTEM) as client:
        await reload(client)


async def reload(client: Client) -> None:
    """Have every server read its configuration again. `client` is the system user's. Problem if one refuses it.

    Twice, because nats-server 2.15.1 finds no stream behind the imports of an account that a reload brought until the next one.
    """
    servers = await _servers(client)
    for _ in range(2):
        for server in servers:
            answer = await client.request(f"$SYS.REQ.SERVER.{server}.RELOAD", b"", timeout=_RELOAD_SECONDS)
            error = json.loads(answer.data).get("error")
            if error:
                raise Problem(f"nats-server refuses its new configuration: {error.get('description', error)}")


async def _servers(client: Client) -> list[str]:
    """The ids of the servers that answer."""
    answers: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox, cb=answers.put)
    await client.publish("$SYS.REQ.SERVER.PING", b"", reply=inbox)
    found: list[str] = []
    try:
        while True:
            seconds = _SILENCE_SECONDS if found else _FIRST_ANSWER_SECONDS
            answer = await asyncio.wait_for(answers.get(), seconds)
            found.append(json.loads(answer.data)["server"]["id"])
    except TimeoutError:
        if not found:
            raise Problem("The broker does not answer its system user, so it could not be told of the change.") from None
    finally:
        await subscription.unsubscribe()
    return found


@contextlib.asynccontextmanager
async def _client(home: Home, *, user: str) -> AsyncIterator[Client]:
    _, password = home.credentials(user)
    client = await nats.connect(
        home.nats_url,
        user=user,
        password=password,
        inbox_prefix=nats_users.inbox_prefix(user),
        tls=home.nats_tls(),
        allow_reconnect=False,
        error_cb=_quiet,
    )
    try:
        yield client
    finally:
        await client.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is raised as well; the client's own report would be a stack trace."""
