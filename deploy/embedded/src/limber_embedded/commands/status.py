"""`./limber status`: what runs, and whether it is ready."""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.table import Table

from limber_embedded import running_processes
from limber_embedded.broker import admin_client
from limber_embedded.checkout import SERVICES
from limber_embedded.commands.options import home_option, json_option
from limber_embedded.home import Home
from limber_embedded.servers.ports import accepts
from limber_embedded.servers.service import ServiceProcess


@click.command()
@home_option
@json_option
@click.pass_context
def status(context: click.Context, *, folder: Path, as_json: bool) -> None:
    """Show every process; exit code 1 if something is not as it should be."""
    home = Home(folder)
    found = _look(home)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif not found["running"]:
        click.echo(f"Limber is not running in {home.folder}.")
    else:
        _show(found)
    if not found["ready"]:
        context.exit(1)


def _look(home: Home) -> dict[str, Any]:
    state = home.state
    if not home.is_running or not state:
        return {"running": False, "ready": False, "home": str(home.folder)}
    if home.is_elsewhere:
        processes = {name: _container(home, name) for name in SERVICES}
    else:
        processes = {name: _process(home, name, recorded) for name, recorded in state["processes"].items()}
    moved = asyncio.run(_clock_offset(home))
    return {
        "running": True,
        "ready": bool(state["ready"]) and all(process["ready"] for process in processes.values()),
        "home": str(home.folder),
        "url": state["public_url"],
        "environment": state["environment"],
        "clock_moved_seconds": moved,
        "processes": processes,
        "logs": str(home.logs),
    }


def _process(home: Home, name: str, recorded: dict[str, Any]) -> dict[str, Any]:
    alive = running_processes.is_alive(recorded)
    port = {"caddy": home.state["port"], "nats-server": home.state["nats_port"]}.get(name, home.state["service_ports"].get(name))
    ready = alive
    if alive and name in SERVICES:
        ready = ServiceProcess(name=name, log=home.log(name), port=port, settings={}).is_ready()
    elif alive and port is not None:
        ready = accepts(port)
    return {"pid": recorded["pid"], "alive": alive, "ready": ready, "port": port}


def _container(home: Home, name: str) -> dict[str, Any]:
    """What the front door says of a service; who starts it again is not ours to know."""
    with contextlib.suppress(httpx.HTTPError):
        ready = httpx.get(f"{home.public_url}/{name}/health/ready", timeout=5).is_success
        return {"pid": None, "alive": True, "ready": ready, "port": home.port}
    return {"pid": None, "alive": False, "ready": False, "port": home.port}


async def _clock_offset(home: Home) -> int | None:
    """By how many seconds domain time was moved; None where the broker can't be asked."""
    with contextlib.suppress(Exception):
        async with admin_client(home) as client:
            entry = await (await client.jetstream().key_value("clock")).get("offset")
            return round(float(entry.value or 0))
    return None


def _show(found: dict[str, Any]) -> None:
    console = Console()
    table = Table("process", "state", "pid", "port")
    for name, process in found["processes"].items():
        state = "ready" if process["ready"] else "not ready" if process["alive"] else "being started again"
        table.add_row(name, state, str(process["pid"] or ""), str(process["port"] or "socket"))
    console.print(table)
    console.print(f"{found['url']}  ({found['environment']})  logs: {found['logs']}", soft_wrap=True)
    if found["clock_moved_seconds"]:
        console.print(f"The clock of this home was moved by {found['clock_moved_seconds']} seconds.")
