"""`./limber replay`: rebuild the broker's store from the databases."""

import asyncio
import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from limber_embedded.broker import admin_client
from limber_embedded.checkout import SERVICES
from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.pause import services_stopped
from limber_embedded.problem import Problem
from limber_embedded.replay import keep_clock, make_streams_anew, mark_everything_untold

_BUSY = ("to_read", "handling", "outbox", "doing")
_LOOK_SECONDS = 0.2
# Without any progress for so long something is wrong.
_PATIENCE_SECONDS = 120.0


@click.command()
@home_option
def replay(*, folder: Path) -> None:
    """Rebuild the broker's store from the databases, after it was lost or damaged.

    The services are stopped meanwhile; then they tell everything of the last 30 days again, and nothing is done twice. Practices
    get their receipts again. Referrals on INTAKE that nobody has handled yet stay there, if the broker still has them; senders
    resend those that it lost, because no receipt came. After a start that found the store empty this has been done already.
    """
    home = Home.running(folder)
    console = Console(stderr=True)
    began = time.monotonic()
    offset = _clock_offset(home)
    with console.status("Stopping the services") as status:
        with services_stopped(home):
            status.update("Marking what is to be told again")
            told = mark_everything_untold(home)
            status.update("Making the streams anew")
            streams = asyncio.run(_make_streams_anew(home, offset))
            status.update("Starting the services")
        left = _wait_until_idle(home, lambda work: status.update(f"Telling again: {_words(work)}"))
    _show(told, left)
    click.echo(f"{len(streams)} streams were rebuilt in {time.monotonic() - began:.0f} seconds: {', '.join(streams)}.")


async def _make_streams_anew(home: Home, offset_seconds: float) -> list[str]:
    async with admin_client(home) as client:
        made = await make_streams_anew(home, client)
        await keep_clock(client, offset_seconds=offset_seconds)
        return made


def _clock_offset(home: Home) -> float:
    """By how many seconds the services believe that domain time was moved: they remember it when the broker has lost it."""
    offsets = [0.0]
    for service in SERVICES:
        with contextlib.suppress(OSError, ValueError):
            domain_now = datetime.fromisoformat(_health(home, service, "ready")["now"])
            offsets.append((domain_now - datetime.now(UTC)).total_seconds())
    return max(offsets)


def _wait_until_idle(home: Home, say: Any) -> Mapping[str, Mapping[str, int]]:
    """Returns each service's work once none has any left, twice in a row: an event may be on its way from one to another."""
    seen: Mapping[str, Mapping[str, int]] = {}
    changed_at, idle = time.monotonic(), 0
    while idle < 2:  # noqa: PLR2004 - twice in a row
        now = {service: _work(home, service) for service in SERVICES}
        idle = idle + 1 if all(work and not any(work.get(name) for name in _BUSY) for work in now.values()) else 0
        if now != seen:
            seen, changed_at = now, time.monotonic()
            say(now)
        elif time.monotonic() - changed_at > _PATIENCE_SECONDS and not idle:
            raise Problem(
                f"The streams are rebuilt, but nothing has moved for {_PATIENCE_SECONDS:.0f} seconds. Left: {_words(now)}."
            )
        time.sleep(_LOOK_SECONDS)
    return seen


def _work(home: Home, service: str) -> dict[str, int]:
    """What the service has left to do; empty until it consumes."""
    try:
        if _health(home, service, "ready")["problems"]:
            return {}
        work = _health(home, service, "work")
    except (OSError, ValueError, KeyError):
        return {}
    return {name: int(work[name]) for name in (*_BUSY, "held_waiting", "set_aside")}


def _health(home: Home, service: str, what: str) -> dict[str, Any]:
    """The service's answer, also where it says that it isn't ready."""
    try:
        with urllib.request.urlopen(f"{home.service_url(service)}/{service}/health/{what}", timeout=5) as answer:  # noqa: S310 - our own
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)
    return found


def _words(now: Mapping[str, Mapping[str, int]]) -> str:
    parts = []
    for service, work in now.items():
        if not work:
            parts.append(f"{service} starts")
        elif any(work.get(name) for name in _BUSY):
            parts.append(f"{service} {work.get('outbox', 0)} to tell, {work.get('to_read', 0)} to read")
    return "; ".join(parts) or "nothing left"


def _show(told: Mapping[str, int], left: Mapping[str, Mapping[str, int]]) -> None:
    table = Table("service", "told again", "waits", "set aside")
    for service in SERVICES:
        table.add_row(
            service, str(told[service]), str(left[service].get("held_waiting", 0)), str(left[service].get("set_aside", 0))
        )
    Console().print(table)
