"""`./limber reference`: published figures, printed by the report of synthetic people who went through the whole system."""

import asyncio
import json
import time
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from limber_embedded.commands.options import home_option, json_option
from limber_embedded.commands.report import show as show_report
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.simulation.reference import NAMES, Reference
from limber_embedded.simulation.reference import reference as run


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@home_option
@json_option
def reference(*, name: str, folder: Path, as_json: bool) -> None:
    """Send synthetic people, calibrated so that published figures come out, through the running system.

    From the referral over NATS through places, registers and questionnaires to the report, the time between them included: the
    home stays in that future. Exit code 1 if a figure differs from the published one or the audit finds anything.

    The people are made up; nothing is replicated.
    """
    home = Home.running(folder)
    if home.state["environment"] == "production":
        raise Problem("This home is a production home: synthetic people and a moved clock are refused.")
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        found = asyncio.run(
            run(home, name=name, progress=lambda what, share: bar.update(task, description=what, completed=share))
        )
    seconds = time.monotonic() - began
    if as_json:
        click.echo(json.dumps(asdict(found) | {"seconds": round(seconds, 1)}, indent=2, ensure_ascii=False))
    else:
        _show(found, seconds)
    different = [one.figure for one in found.figures if one.printed != one.published]
    if different or found.problems:
        raise Problem("\n".join([*(f"{one} is not what was published." for one in different), *found.problems]))


def _show(found: Reference, seconds: float) -> None:
    console = Console()
    show_report(found.report)
    table = Table("figure", "published", "printed", title=f"{found.title}: synthetic, calibrated; {seconds:.0f} s")
    for one in found.figures:
        table.add_row(one.figure.replace(":", ", ").replace("_", " "), one.published, one.printed)
    console.print(table)
    console.print(f"Published: {found.source}")
