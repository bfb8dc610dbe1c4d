"""`./limber held`: messages that wait or were set aside, in every service."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from limber_embedded.checkout import SERVICES
from limber_embedded.commands.options import home_option, json_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem

_STATES = {"waiting": "waiting", "set-aside": "set_aside"}
_MOST = 1000


@click.group(invoke_without_command=True)
@home_option
@click.pass_context
def held(context: click.Context, *, folder: Path) -> None:
    """Show what waits and what was set aside, try it again, or give it up.

    It is read from the services' databases, so it works while a service or the broker is down.
    """
    # `held --home X list` means the same as `held list --home X`.
    context.default_map = {name: {"folder": str(folder)} for name in held.commands}
    if context.invoked_subcommand is None:
        context.invoke(show_all, service=None, state=None, folder=folder, as_json=False)


@held.command("list")
@click.option("--service", type=click.Choice(SERVICES), help="Of one service alone.")
@click.option("--state", type=click.Choice(tuple(_STATES)), help="Of one state alone.")
@home_option
@json_option
def show_all(*, service: str | None, state: str | None, folder: Path, as_json: bool) -> None:
    """Show every message that waits or was set aside, without its content."""
    from limber_embedded import held_messages  # noqa: PLC0415 - the supervisor shall not carry SQLAlchemy

    home = Home(folder)
    chosen = SERVICES if service is None else (service,)
    messages = asyncio.run(held_messages.listed(home, services=chosen, state=_STATES.get(state or ""), limit=_MOST))
    if as_json:
        click.echo(json.dumps([_summary(one.service, one.message) for one in messages], indent=2))
    elif not messages:
        click.echo("Nothing waits, and nothing was set aside.")
    else:
        _show_table(messages)


@held.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("position", type=int)
@click.option("--body", "with_body", is_flag=True, help="Also show the message's content. It may hold a person's data.")
@home_option
@json_option
def show(*, service: str, position: int, with_body: bool, folder: Path, as_json: bool) -> None:
    """Show one message: when and why it was held, and its headers."""
    from limber_embedded import held_messages  # noqa: PLC0415 - the supervisor shall not carry SQLAlchemy

    message = asyncio.run(held_messages.found(Home(folder), service, position))
    known = _summary(service, message) | {"subject": message.nats_subject, "headers": message.headers}
    if with_body:
        known["body"] = message.body.decode(errors="replace")
    if as_json:
        click.echo(json.dumps(known, indent=2))
        return
    table = Table(show_header=False)
    for name, value in known.items():
        if name not in {"headers", "body"}:
            table.add_row(name.replace("_", " "), "" if value is None else escape(str(value)))
    for name, value in sorted(message.headers.items()):
        table.add_row(f"header {escape(name)}", escape(value))
    Console().print(table)
    if with_body:
        click.echo(known["body"])
    else:
        click.echo(f"The content ({len(message.body)} bytes) may hold a person's data; --body shows it.")


@held.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("position", type=int)
@home_option
def retry(*, service: str, position: int, folder: Path) -> None:
    """Have one message tried again at once, from the beginning."""
    from limber_embedded import held_messages  # noqa: PLC0415 - the supervisor shall not carry SQLAlchemy

    before = asyncio.run(held_messages.retry(Home(folder), service, position))
    was = "was set aside" if before.state == "set_aside" else f"waited ({before.attempts} attempts)"
    click.echo(f"Message {position} of {service} {was}. It is tried again within seconds, or as soon as {service} runs.")
    click.echo("Should it fail again, ./limber held list shows why.")


@held.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("position", type=int)
@click.option("--yes", is_flag=True, help="Don't ask.")
@home_option
def discard(*, service: str, position: int, yes: bool, folder: Path) -> None:
    """Give one message up for good: it has no effect, and can't come back."""
    from limber_embedded import held_messages  # noqa: PLC0415 - the supervisor shall not carry SQLAlchemy

    home = Home(folder)
    message = asyncio.run(held_messages.found(home, service, position))
    if not yes:
        click.echo(f"Message {position} of {service}: {message.event_id} on {message.nats_subject}, {message.reason}")
        try:
            sure = click.confirm("Give it up for good?")
        except click.Abort:
            raise Problem("Nothing was given up. --yes answers the question where nobody can be asked.") from None
        if not sure:
            click.echo("Nothing was given up.")
            return
    asyncio.run(held_messages.discard(home, service, position))
    click.echo(
        f"Message {position} of {service} is given up. It had no effect, and the same event sent again is not handled either."
    )
    if message.state == "waiting" and message.key:
        click.echo(f"What waited behind it ({message.key}) is tried next.")


def _show_table(messages: Any) -> None:
    # Below each other, so that two ids of 36 characters and a reason fit a terminal of 80.
    table = Table(show_lines=True)
    table.add_column("service, position\nstate\nattempts\nnext try", no_wrap=True)
    table.add_column("consumer\nevent\nkey\nreason", overflow="fold")
    for one in messages:
        message = one.message
        due = _local(message.next_try_at) if message.state == "waiting" else ""
        table.add_row(
            f"{one.service} {message.position}\n{message.state.replace('_', ' ')}\n{message.attempts}\n{due}",
            escape(f"{message.consumer}\n{message.event_id}\n{message.key}\n{message.reason}"),
        )
    Console().print(table)
    waiting = sum(one.message.state == "waiting" for one in messages)
    click.echo(f"{waiting} waiting, {len(messages) - waiting} set aside. ./limber held show SERVICE POSITION tells more.")
    if len(messages) >= _MOST:
        click.echo(f"At most {_MOST} of each service are shown.")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %H:%M:%S}"


def _summary(service: str, message: Any) -> dict[str, Any]:
    waiting = message.state == "waiting"
    return {
        "service": service,
        "position": message.position,
        "consumer": message.consumer,
        "sender": message.sender,
        "event_id": message.event_id,
        "key": message.key,
        "state": message.state,
        "attempts": message.attempts,
        "held_since": message.held_since.isoformat(),
        "next_try_at": message.next_try_at.isoformat() if waiting else None,
        "reason": message.reason,
    }
