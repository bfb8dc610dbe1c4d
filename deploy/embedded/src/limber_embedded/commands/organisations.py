"""`./limber organisations`: who may send from outside."""

import asyncio
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from limber_embedded import organisations as outside
from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.nats_users import DOMAIN, inbox_prefix


@click.group()
def organisations() -> None:
    """Add and list the organisations that send."""


@organisations.command()
@click.argument("channel", type=click.Choice(outside.CHANNELS))
@click.argument("code")
@click.argument("name")
@home_option
def add(*, channel: str, code: str, name: str, folder: Path) -> None:
    """Make an organisation known, for example: add gp A81001 "Example Surgery", and print its NATS credential."""
    home = Home.running(folder)
    user, password = asyncio.run(outside.add(home, outside.Organisation(channel=channel, code=code, name=name)))
    click.echo(f"server:           {home.nats_url}")
    click.echo(f"user:             {user}")
    click.echo(f"password:         {password}")
    click.echo(f"inbox prefix:     {inbox_prefix(user)}")
    click.echo(f"JetStream domain: {DOMAIN}")
    click.echo(f"send to:          intake.{channel}.{code}.referral.v1")
    click.echo(f"receipts:         stream RECEIPTS, durable receipts_{channel}_{code}")


@organisations.command("list")
@home_option
def show(*, folder: Path) -> None:
    """Show every organisation that may send."""
    table = Table("channel", "code", "name")
    for organisation in asyncio.run(outside.known(Home.running(folder))):
        table.add_row(organisation.channel, organisation.code, organisation.name)
    Console().print(table)
