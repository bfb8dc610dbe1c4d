"""`./limber organisations`: who may send from outside."""

import asyncio
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from limber_embedded import nats_users
from limber_embedded import organisations as outside
from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.nats_users import DOMAIN, inbox_prefix

_channel = click.argument("channel", type=click.Choice(outside.CHANNELS))
_expires = click.option(
    "--expires", "days", type=click.IntRange(1, 3650), help="Days after which the API key is refused. Default: never."
)


@click.group()
def organisations() -> None:
    """Add, list and revoke the organisations that send."""


@organisations.command()
@_channel
@click.argument("code")
@click.argument("name")
@_expires
@home_option
def add(*, channel: str, code: str, name: str, days: int | None, folder: Path) -> None:
    """Make an organisation known, for example: add gp A81001 "Example Surgery", and print its credentials.

    The API key is printed this once.
    """
    home = Home.running(folder)
    organisation = outside.Organisation(channel=channel, code=code, name=name)
    given = asyncio.run(outside.add(home, organisation, expires_in=_days(days)))
    known = f"printed when it was made; ./limber organisations rotate-key {channel} {code} makes another"
    click.echo(
        f"Over HTTP, with the header Authorization: Bearer and the key (GET {home.public_url}/enrolment/organisation tries it):"
    )
    click.echo(f"  API key:          {given.api_key or known}")
    click.echo("Over NATS:")
    click.echo(f"  server:           {home.nats_url}")
    click.echo(f"  user:             {given.nats_user}")
    click.echo(f"  password:         {given.nats_password}")
    click.echo(f"  inbox prefix:     {inbox_prefix(given.nats_user)}")
    click.echo(f"  JetStream domain: {DOMAIN}")
    click.echo(f"  send to:          {', '.join(nats_users.sends(channel=channel, organisation=code))}")
    click.echo(f"  receipts:         stream RECEIPTS, durable receipts_{channel}_{code}")


@organisations.command("list")
@home_option
def show(*, folder: Path) -> None:
    """Show every organisation, the revoked too, with the ids of its API keys."""
    table = Table("channel", "code", "name", "API keys", "revoked")
    for each in asyncio.run(outside.known(Home.running(folder))):
        keys = ", ".join(key if expires is None else f"{key} until {expires:%Y-%m-%d}" for key, expires in each.keys)
        revoked = f"{each.revoked_at:%Y-%m-%d}" if each.revoked_at else ""
        table.add_row(each.organisation.channel, each.organisation.code, each.organisation.name, keys, revoked)
    Console().print(table)


@organisations.command("rotate-key")
@_channel
@click.argument("code")
@_expires
@click.option(
    "--keep-old",
    "hours",
    type=click.IntRange(0, 720),
    default=0,
    show_default=True,
    help="Hours for which the earlier API keys still work.",
)
@home_option
def rotate_key(*, channel: str, code: str, days: int | None, hours: int, folder: Path) -> None:
    """Print a new API key, once; the earlier ones are refused."""
    home, old_for = Home.running(folder), timedelta(hours=hours)
    click.echo(asyncio.run(outside.rotate_key(home, channel=channel, code=code, expires_in=_days(days), old_for=old_for)))


@organisations.command("allow-fetch")
@_channel
@click.argument("code")
@click.argument("host")
@click.option("--private", "may_be_private", is_flag=True, help="The host may be in a private network, and without TLS.")
@click.option("--remove", is_flag=True, help="Allow it no longer.")
@home_option
def allow_fetch(*, channel: str, code: str, host: str, may_be_private: bool, remove: bool, folder: Path) -> None:
    """Let promised referrals of an organisation be fetched from HOST, such as referrals.example.org or 10.0.0.5:8443."""
    home = Home.running(folder)
    asyncio.run(outside.allow_fetching(home, channel=channel, code=code, host=host, may_be_private=may_be_private, remove=remove))
    click.echo(f"{code}: referrals are {'no longer ' if remove else ''}fetched from {host}.")


@organisations.command()
@_channel
@click.argument("code")
@home_option
def revoke(*, channel: str, code: str, folder: Path) -> None:
    """Refuse the organisation's API keys and its NATS user from now on."""
    asyncio.run(outside.revoke(Home.running(folder), channel=channel, code=code))
    click.echo(f"{code} can no longer send.")


def _days(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
