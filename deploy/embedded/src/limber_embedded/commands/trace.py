"""`./limber trace`: the path of a referral through the services."""

import asyncio
import json
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any

import click
from rich.console import Console
from rich.tree import Tree

from limber_embedded.commands.options import home_option, json_option
from limber_embedded.home import Home
from limber_embedded.paths_of_events import Path, Step, paths_of
from limber_embedded.problem import Problem


@click.command()
@click.argument("identity", metavar="ID")
@home_option
@json_option
def trace(*, identity: str, folder: FilePath, as_json: bool) -> None:
    """Show what came of an event: each service's steps, with their times and who took them.

    ID is a correlation id, an event's id (such as the one that `./limber refer` prints), or the id of a person, a cohort or
    whatever events are about: then every path that touches it is shown.
    """
    found = asyncio.run(paths_of(Home.running(folder), identity))
    if not found:
        raise Problem(f"No service told anything of {identity!r}. Outboxes remember 30 days.")
    if as_json:
        click.echo(json.dumps([_plain(path) for path in found], indent=2))
        return
    console = Console()
    for path in found:
        console.print(_tree(path), soft_wrap=True)


def _tree(path: Path) -> Tree:
    begins = min(time for step in path.steps for time in _times(step))
    tree = Tree(f"[bold]{path.correlation_id}[/bold]  {begins:%Y-%m-%d %H:%M:%S} UTC")

    def add(to: Tree, step: Step) -> None:
        branch = to.add(_words(step, begins))
        for one in step.taken:
            because = f"  [yellow]{one.why}[/yellow]" if one.why else ""
            branch.add(f"[dim]{_after(begins, one.at)}  taken by {one.service} ({one.consumer}){because}[/dim]")
        for other in path.caused_by(step):
            add(branch, other)

    for step in path.begins_with:
        add(tree, step)
    return tree


def _words(step: Step, begins: datetime) -> str:
    if step.created_at is None:
        return "from outside"
    if step.published_at is None:
        return f"{_after(begins, step.created_at)}  {step.type}  [yellow]decided, not yet told[/yellow]"
    return f"{_after(begins, step.created_at)}  {step.type}  [dim]told {_after(begins, step.published_at)}[/dim]"


def _after(begins: datetime, at: datetime) -> str:
    return f"+{(at - begins).total_seconds() * 1000:,.0f} ms"


def _times(step: Step) -> list[datetime]:
    return [time for time in (step.created_at, *(one.at for one in step.taken)) if time is not None]


def _plain(path: Path) -> dict[str, Any]:
    return {
        "correlation_id": path.correlation_id,
        "steps": [
            {
                "event_id": step.id,
                "service": step.service,
                "type": step.type,
                "about": step.aggregate,
                "because_of": step.because_of,
                "decided_at": _text(step.created_at),
                "told_at": _text(step.published_at),
                "taken": [
                    {"service": one.service, "consumer": one.consumer, "at": one.at.isoformat(), "held": one.why or None}
                    for one in step.taken
                ],
            }
            for step in path.steps
        ],
    }


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
