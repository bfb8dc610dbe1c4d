"""`./limber bench`: measurements, each beside what it should be compared with. The code is in tests/benchmarks."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from limber_embedded.checkout import CHECKOUT
from limber_embedded.commands.options import json_option


@click.group()
def bench() -> None:
    """Measure in a home of its own, which is deleted afterwards."""


@bench.command()
@click.option("--people", type=click.IntRange(min=10, max=50_000), default=10_000, show_default=True, help="Who waits.")
@click.option("--cohorts", type=click.IntRange(min=1, max=5000), default=800, show_default=True, help="What is open.")
@click.option("--seconds", type=click.IntRange(min=1, max=3600), default=300, show_default=True, help="How long it may take.")
@json_option
def allocation(*, people: int, cohorts: int, seconds: int, as_json: bool) -> None:
    """A whole waiting list placed together, with the distance from the optimum, beside serving people as they came."""
    _measure("allocation", as_json=as_json, people=people, cohorts=cohorts, seconds=seconds)


@bench.command()
@click.option(
    "--events", type=click.IntRange(min=10, max=15_000), default=1000, show_default=True, help="Referrals in each round."
)
@click.option(
    "--rounds", type=click.IntRange(min=1, max=9), default=1, show_default=True, help="Figures are medians over the rounds."
)
@click.option(
    "--people-known",
    metavar="NUMBER,NUMBER",
    callback=lambda _context, _option, given: _numbers(given),
    help="Instead, Limber alone with so many people known, one after the other, such as 1000,10000,100000.",
)
@json_option
def pipeline(*, events: int, rounds: int, people_known: tuple[int, ...], as_json: bool) -> None:
    """Events per second from INTAKE to the last resulting message, beside the floor and a plain FastStream program."""
    if people_known:
        _measure("known_people", as_json=as_json, events=events, people_known=people_known)
    else:
        _measure("pipeline", as_json=as_json, events=events, rounds=rounds)


@bench.command()
@click.option(
    "--events", type=click.IntRange(min=10, max=5000), default=200, show_default=True, help="Referrals, one after the other."
)
@json_option
def latency(*, events: int, as_json: bool) -> None:
    """Milliseconds from hop to hop at low load, beside a bare publish and commit."""
    _measure("latency", as_json=as_json, events=events)


@bench.command()
@click.option(
    "--assessments", type=click.IntRange(min=30_000, max=3_000_000), default=1_000_000, show_default=True, help="The many."
)
@json_option
def reports(*, assessments: int, as_json: bool) -> None:
    """Milliseconds until a report is there, over 10,000 assessments and over many more."""
    _measure("reports", as_json=as_json, many=assessments)


@bench.command()
@click.option(
    "--messages", type=click.IntRange(min=100, max=100_000), default=10_000, show_default=True, help="Reminders due at once."
)
@click.option(
    "--planned", type=click.IntRange(min=120, max=1_000_000), default=100_000, show_default=True, help="Future reminders."
)
@json_option
def notifications(*, messages: int, planned: int, as_json: bool) -> None:
    """Seconds to drain due reminders to a provider that answers in 50 ms, beside a bare httpx loop; and to plan many."""
    _measure("notifications", as_json=as_json, messages=messages, planned=planned)


@bench.command()
@click.option("--lines", type=click.IntRange(min=10, max=10_000), default=10_000, show_default=True, help="Lines of the file.")
@json_option
def bulk(*, lines: int, as_json: bool) -> None:
    """Seconds until every line of a file of nominations is answered, first and when the same file comes again."""
    _measure("bulk", as_json=as_json, lines=lines)


@bench.command()
@click.option(
    "--seconds", type=click.IntRange(min=5, max=600), default=30, show_default=True, help="For how long requests are sent."
)
@click.option(
    "--per-second",
    type=click.IntRange(min=1, max=100),
    default=20,
    show_default=True,
    help="Requests a second, whatever is slow.",
)
@json_option
def bars(*, seconds: int, per_second: int, as_json: bool) -> None:
    """How long a GP system waits for the answer to a referral over HTTP (BaRS), beside a request that decides nothing."""
    _measure("bars", as_json=as_json, seconds=seconds, per_second=per_second)


def _numbers(given: str | None) -> tuple[int, ...]:
    most = 1_000_000
    parts = given.split(",") if given else []
    if not all(part.strip().isdecimal() and 0 < int(part) <= most for part in parts):
        raise click.BadParameter(f"Give numbers between 1 and {most}, with commas between them.")
    return tuple(int(part) for part in parts)


def _measure(name: str, *, as_json: bool, **options: Any) -> None:
    sys.path.insert(0, str(CHECKOUT / "tests"))
    measure: Callable[..., Coroutine[Any, Any, dict[str, Any]]] = getattr(import_module(f"benchmarks.{name}"), name)
    console = Console(stderr=True)
    with console.status("starting a home of its own") as status:
        figures = asyncio.run(measure(**options, say=status.update))
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    table = Table(name, "figure")
    for label, value in _flat(figures):
        table.add_row(label, str(value))
    Console().print(table)


def _flat(figures: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in figures.items():
        label = f"{before}{name.replace('_', ' ')}"
        found += _flat(value, f"{label}: ") if isinstance(value, dict) else [(label, value)]
    return found
