"""Rebuilds the broker's store from the services' databases: the databases are the truth, the broker is the road.

First every outbox is marked as untold, then the streams are made anew: whoever is killed in between leaves a state that the
services mend by telling everything again, which is harmless because their inboxes remember.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError

from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_streams.apply import apply, delete_stream, ensure_durable, stream_names
from limber_streams.declaration import Declaration, load

# What senders were told is stored, and how far the clock was moved, is in no database: these are kept if they are there.
_KEPT = ("INTAKE", "KV_clock")


def mark_everything_untold(home: Home) -> dict[str, int]:
    """Marks every outbox row as unpublished; returns how many each service will tell when it runs. Problem while one runs."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(SERVICES, pool.map(lambda service: _mark(home, service), SERVICES), strict=True))


async def make_streams_anew(home: Home, client: Client) -> list[str]:
    """Deletes and makes every stream that the databases can fill, with its durables; returns the streams' names.

    Deleted, not emptied: an emptied stream remembers ids and would take no message under one of them for a while.
    """
    declaration = load()
    anew = [stream.name for stream in declaration.streams if stream.name not in _KEPT]
    for name in anew:
        await delete_stream(client, name)
    await apply(client, declaration)
    await ensure_receipts(home, client, declaration)
    return anew


async def ensure_receipts(home: Home, client: Client, declaration: Declaration) -> None:
    """Each organisation's durable on its receipts."""
    for channel, code in home.organisations():
        await ensure_durable(client, declaration.receipts_durable(channel=channel, organisation=code))


async def keep_clock(client: Client, *, offset_seconds: float) -> None:
    """Puts back by how much the clock was moved, where the broker has forgotten it."""
    bucket = await client.jetstream().key_value("clock")
    try:
        await bucket.get("offset")
    except KeyNotFoundError:
        if abs(offset_seconds) >= 1:
            await bucket.put("offset", f"{offset_seconds:.3f}".encode())


async def is_store_empty(client: Client) -> bool:
    """Whether the broker has none of the streams that the databases can fill."""
    present = set(await stream_names(client))
    return present.isdisjoint(stream.name for stream in load().streams if stream.name not in _KEPT)


def _mark(home: Home, service: str) -> int:
    done = subprocess.run(
        [sys.executable, "-m", service, "replay"],
        env={**_inherited(), **home.service_settings(service), "LIMBER_HTTP_PORT": str(home.state["service_ports"][service])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Problem(f"{service} could not mark what is to be told again: {_last(done.stderr.splitlines())}")
    return int(_last(done.stdout.splitlines()))


def _inherited() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("LIMBER_")}


def _last(lines: Sequence[str]) -> str:
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
