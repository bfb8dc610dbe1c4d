"""`./limber refer`: publishes referrals as a GP practice does, and prints the receipts."""

import asyncio
import json
from pathlib import Path

import click

from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.senders import DEFAULT_PRACTICE, add_practices, message_from, practice


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--organisation",
    "code",
    help=f"The ODS code of the practice that sends. Default: the first known, or {DEFAULT_PRACTICE.code}.",
)
@click.option("--event-id", help="Send under this event id, as when an event is sent again. Default: a new one for each file.")
@click.option(
    "--timeout", "seconds", type=click.FloatRange(min=1), default=60.0, show_default=True, help="Seconds to wait for a receipt."
)
@home_option
def refer(*, files: tuple[Path, ...], code: str | None, event_id: str | None, seconds: float, folder: Path) -> None:
    """Publish referrals as a GP practice would, and print each receipt as one line of JSON.

    FILE is our own intake JSON, or a BaRS message Bundle in JSON or XML.
    """
    home = Home.running(folder)
    if asyncio.run(_refer(home, files, code, event_id, seconds)):
        raise Problem("Not every file has a receipt: see above.")


async def _refer(home: Home, files: tuple[Path, ...], code: str | None, event_id: str | None, seconds: float) -> bool:
    if code is None:
        code = next((known for channel, known in home.organisations() if channel == "gp"), None)
    if code is None:
        code = DEFAULT_PRACTICE.code
        await add_practices(home, {code: DEFAULT_PRACTICE.name})
        click.echo(f"Made the practice {code} ({DEFAULT_PRACTICE.name}) known, as no organisation was.", err=True)
    missing = False
    async with practice(home, code) as sender:
        for file in files:
            try:
                receipt = await sender.refer(message_from(file, event_id=event_id), seconds=seconds)
            except Problem as problem:
                click.echo(f"{file}: {problem.message}", err=True)
                missing = True
                continue
            if receipt is None:
                click.echo(f"{file}: no receipt came within {seconds:.0f} seconds. It is safe to send it again.", err=True)
                missing = True
            else:
                click.echo(json.dumps({"file": file.name, **receipt}, ensure_ascii=False))
    return missing
