"""`./limber report`: the figures of a programme, asked of the running system."""

import json
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.table import Table

from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem


@click.command()
@click.option("--programme", default="escape-pain-knee-hip", show_default=True)
@click.option("--site", help="Of one site.")
@click.option("--cohort", help="Of one cohort, by its id.")
@click.option("--channel", help="Of one referral channel, such as gp.")
@click.option("--joint", help="Of one joint: knee or hip.")
@click.option("--since", help="From this month of first sessions on, such as 2027-01.")
@click.option("--until", help="Until this month.")
@click.option("--by", type=click.Choice(["site", "cohort", "channel", "joint", "month"]), help="Groups side by side.")
@click.option("--outside", is_flag=True, help="Hide counts under 5 and what they could be worked out from.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
@home_option
def report(*, as_json: bool, outside: bool, folder: Path, **asked: str | None) -> None:
    """Print take-up, completion, activity, paired changes, follow-up and costs."""
    home = Home.running(folder)
    wanted = {name: value for name, value in asked.items() if value} | {"outside": str(outside).lower(), "format": "json"}
    answer = httpx.get(
        f"{home.public_url}/outcomes/reports", params=wanted, headers={"Authorization": f"Bearer {home.admin_token}"}, timeout=60
    )
    if answer.is_error:
        raise Problem(f"The report was refused: {answer.text[:300]}")
    found: dict[str, Any] = answer.json()
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    show(found)


def show(found: dict[str, Any]) -> None:
    """Print a report as tables."""
    console = Console()
    if found["label"]:
        console.print(found["label"])
    main = Table("figure", "value", title=found["filter"]["programme"])
    main.add_row("people enrolled", _text(found["people"]))
    main.add_row("take-up", _share(found["take_up"]))
    main.add_row("completed", _share(found["completion"]))
    for name in ("days_to_first_contact", "days_to_first_session"):
        main.add_row(name.replace("_", " "), _spread(found[name]))
    for point, one in found["active"].items():
        main.add_row(f"active 30 minutes a week, {point}", _share(one))
    for one in found["answering"]:
        main.add_row(f"answered in time, {one['time_point']}", _share(one["response"]))
    if found["costs"]:
        main.add_row("saving for a person, pounds", f"{found['costs']['worked_out']} (n = {found['costs']['people']})")
    console.print(main)
    changes = Table("measure", "against", "pairs", "change", "95 %", "effect size", "responders", title="paired changes")
    for one in found["changes"]:
        measure = f"{one['instrument']} {one['label']}"
        if one["pairs"] is None:
            changes.add_row(measure, one["time_point"], "hidden", "", "", "", "")
            continue
        ends = one["change"]["ci95"] or []
        changes.add_row(
            measure,
            one["time_point"],
            str(one["pairs"]),
            f"{one['change']['mean']:+.1f}",
            " to ".join(f"{end:.1f}" for end in ends),
            "" if one["effect_size"] is None else f"{one['effect_size']:.2f}",
            _share(one["responders"]) if one["responders"] else one["important_change"],
        )
    console.print(changes)
    for one in found["by"]:
        console.print(f"{one['group'] or 'not known'}: {_text(one['people'])} people, completed {_share(one['completion'])}")


def _text(value: Any) -> str:
    return "hidden" if value is None else str(value)


def _share(one: dict[str, Any]) -> str:
    if one["percent"] is None:
        return "hidden" if one["of"] is None else "nobody"
    ends = " to ".join(f"{end:.1f}" for end in one["ci95"])
    return f"{one['percent']:.1f} % ({one['count']} of {one['of']}; {ends})"


def _spread(one: dict[str, Any] | None) -> str:
    if one is None:
        return "not known"
    spread = "" if one["sd"] is None else f" (SD {one['sd']:.1f})"
    return f"mean {one['mean']:.1f}{spread}, n = {one['n']}"
