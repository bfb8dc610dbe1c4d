"""`./limber staff`: who may sign in."""

import asyncio
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from limber_embedded import staff as members
from limber_embedded.commands.options import home_option
from limber_embedded.home import Home


@click.group()
def staff() -> None:
    """Add, list and revoke members of staff."""


@staff.command()
@click.argument("name")
@click.option("--role", type=click.Choice(members.ROLES), required=True)
@click.option("--site", "sites", multiple=True, help="A site's id; several times for several sites.")
@home_option
def add(*, name: str, role: str, sites: tuple[str, ...], folder: Path) -> None:
    """Make a member of staff and print the token to sign in with, once."""
    click.echo(asyncio.run(members.add(Home.running(folder), name=name, role=role, sites=sites)))


@staff.command("list")
@home_option
def show(*, folder: Path) -> None:
    """Show everybody, the revoked too."""
    table = Table("name", "role", "sites", "since", "revoked")
    for member in asyncio.run(members.members(Home.running(folder))):
        revoked = f"{member.revoked_at:%Y-%m-%d}" if member.revoked_at else ""
        table.add_row(member.name, member.role, ", ".join(member.sites), f"{member.created_at:%Y-%m-%d}", revoked)
    Console().print(table)


@staff.command()
@click.argument("name")
@home_option
def revoke(*, name: str, folder: Path) -> None:
    """Refuse that member's token from now on."""
    asyncio.run(members.revoke(Home.running(folder), name=name))
    click.echo(f"{name} can no longer sign in.")
