"""`./limber simulate`: synthetic people through the running system, and an audit of what became of them."""

import asyncio
import json
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from limber_embedded.commands.options import home_option, json_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.simulation.run import Outcome
from limber_embedded.simulation.run import simulate as run


@click.command()
@click.option(
    "--referrals", type=click.IntRange(min=1, max=20_000), default=200, show_default=True, help="How many people are referred."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same people and the same funnel.")
@home_option
@json_option
def simulate(*, referrals: int, seed: int, folder: Path, as_json: bool) -> None:
    """Send synthetic people through the running system, the weeks of the programme included.

    Domain time is moved on as soon as nothing is under way; the home stays in that future. Ends with exit code 1 if the audit
    finds anything.
    """
    home = Home.running(folder)
    if home.state["environment"] == "production":
        raise Problem("This home is a production home: synthetic people and a moved clock are refused.")
    errors = Console(stderr=True)
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        outcome = asyncio.run(
            run(
                home,
                referrals=referrals,
                seed=seed,
                progress=lambda what, share: bar.update(task, description=what, completed=share),
            )
        )
    if as_json:
        click.echo(json.dumps(outcome.as_json() | {"seconds": round(time.monotonic() - began, 1)}, indent=2))
    else:
        _show(outcome, time.monotonic() - began)
    if outcome.problems:
        raise Problem(f"The audit found {len(outcome.problems)} problem(s).")


def _show(outcome: Outcome, seconds: float) -> None:
    console = Console()
    funnel = Table("funnel", "people", title=f"Seed {outcome.seed}, {seconds:.0f} s")
    most = max(1, outcome.funnel["referred"])
    funnel.add_column("")
    for name, count in outcome.funnel.items():
        funnel.add_row(name.replace("_", " "), str(count), "█" * round(30 * count / most))
    console.print(funnel)
    messages = Table("messages sent", "count")
    for kind, count in outcome.messages.items():
        messages.add_row(kind.replace("_", " "), str(count))
    console.print(messages)
    if outcome.problems:
        console.print("Audit:", *(f"- {problem}" for problem in outcome.problems), sep="\n")
    else:
        console.print(
            "Audit: clean. Every referral has one final state, no session is too full, no message went twice,"
            " nothing is left over."
        )
