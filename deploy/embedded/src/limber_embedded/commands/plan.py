"""`./limber plan`: what a cohort would look like, and which rules it would break."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.table import Table

from limber_embedded.commands.options import home_option, json_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem

_TIMEOUT_SECONDS = 20.0
_HAS_PROBLEMS = 422


@click.command()
@click.option("--site", help="A site's id: its closed days are left out, too. Needs a running system.")
@click.option("--division", help="england-and-wales, scotland or northern-ireland: its bank holidays are left out.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day that may have a session.")
@click.option("--days", required=True, help="The weekdays, such as mon,thu.")
@click.option("--sessions", type=int, default=12, show_default=True)
@click.option("--programme", default="escape-pain-knee-hip", show_default=True)
@click.option("--themes", help="What is talked about instead of the usual order: a+b,c has a and b in session 1, c in session 2.")
@home_option
@json_option
def plan(*, site: str | None, division: str | None, start: datetime, folder: Path, as_json: bool, **asked: Any) -> None:
    """Show the sessions of a cohort with their themes, and the days left out.

    Nothing is stored. Where a rule would be broken, every one is named and the exit code is 1.
    """
    if (site is None) == (division is None):
        raise click.UsageError("Either --site or --division is needed, not both.")
    wanted = {"start": start.date().isoformat(), **{name: str(value) for name, value in asked.items() if value is not None}}
    answer = (
        _in_division(wanted | {"division": division}) if division else _at_site(Home.running(folder), wanted | {"site": site})
    )
    if as_json:
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        _show(answer)
    if answer["problems"]:
        raise click.exceptions.Exit(1)


def _in_division(wanted: dict[str, Any]) -> Any:
    """Ask the scheduling service's own planner, as a process: it needs neither database nor broker."""
    options = [f"--{name}={value}" for name, value in wanted.items()]
    done = subprocess.run([sys.executable, "-m", "scheduling", "plan", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "The plan could not be made.")
    return json.loads(done.stdout)


def _at_site(home: Home, wanted: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {home.admin_token}", "Accept": "application/json"}
    with httpx.Client(base_url=home.service_url("scheduling"), headers=headers, timeout=_TIMEOUT_SECONDS) as scheduling:
        answer = scheduling.get("/scheduling/plan", params=wanted)
    found = answer.json()
    if answer.is_error and not (answer.status_code == _HAS_PROBLEMS and "problems" in found):
        raise Problem(f"Scheduling answered {answer.status_code}: {str(found.get('detail', found))[:300]}")
    return found


def _show(answer: Any) -> None:
    titles = answer.get("titles", {})
    if answer["sessions"]:
        table = Table("session", "day", f"themes ({answer.get('timetable', 'by code')})")
        for number, session in enumerate(answer["sessions"], start=1):
            table.add_row(str(number), _day(session["date"]), "; ".join(titles.get(code, code) for code in session["themes"]))
        Console().print(table)
    for skipped in answer["skipped"]:
        click.echo(f"Left out: {_day(skipped['date'])}, {skipped['why']}.")
    for problem in answer["problems"]:
        click.echo(f"Not possible: {problem}", err=True)


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day:%a} {day.day} {day:%B %Y}"
