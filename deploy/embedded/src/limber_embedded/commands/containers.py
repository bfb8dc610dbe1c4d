"""`./limber containers`: what docker-compose.yml needs beside it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from limber_embedded import containers as composed
from limber_embedded import staff
from limber_embedded.example_site import open_example_site
from limber_embedded.home import Home
from limber_embedded.problem import Problem

_home_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=composed.DEFAULT_FOLDER,
    envvar="LIMBER_HOME",
    help="Where secrets and certificates are kept. Default: .limber/containers in the checkout.",
)


@click.group()
def containers() -> None:
    """Prepare Limber to run in containers."""


@containers.command()
@_home_option
@click.option(
    "--environment", type=click.Choice(["development", "production"]), default="development", help="production needs providers."
)
@click.option("--public-url", help="By which people reach the front door. Default: http://localhost:PORT.")
@click.option("--bind", default="127.0.0.1", show_default=True, help="The address on which this machine publishes the ports.")
@click.option("--port", default=8080, show_default=True, help="Of the front door.")
@click.option("--nats-port", default=4222, show_default=True, help="Of the broker, for organisations outside and for ./limber.")
@click.option("--postgres-port", default=5433, show_default=True, help="Of the databases, for ./limber.")
@click.option("--broker-name", "names", multiple=True, help="A name by which organisations reach the broker; may be repeated.")
def prepare(
    *,
    folder: Path,
    environment: str,
    public_url: str | None,
    bind: str,
    port: int,
    nats_port: int,
    postgres_port: int,
    names: tuple[str, ...],
) -> None:
    """Make secrets, certificates and configuration; keeps what is there, so it may be repeated."""
    home = Home(folder)
    wishes = composed.Wishes(
        environment=environment,
        public_url=public_url or f"http://localhost:{port}",
        bind=bind,
        http_port=port,
        nats_port=nats_port,
        postgres_port=postgres_port,
        broker_names=names,
    )
    composed.prepare(home, wishes)
    composed.write_environment(home, wishes)
    click.echo(f"Prepared in {home.folder}; docker compose reads the rest from .env. Next:")
    click.echo("  docker compose build")
    click.echo("  docker compose up --wait")
    click.echo(f"  ./limber staff add 'Your name' --role admin --home {home.folder}")


@containers.command()
@_home_option
def example(*, folder: Path) -> None:
    """Make a first administrator and open the example site, for trying; never in production."""
    home = Home.running(folder)
    if home.state["environment"] == "production":
        raise Problem("There is no example in production. ./limber staff add makes the first administrator.")
    asyncio.run(staff.ensure_first_admin(home))
    click.echo(f"Sign in at {home.public_url} with the administrator's token, kept in {home.admin_token_file}.")
    click.echo(open_example_site(home))


@containers.command()
@click.option("--namespace", default="limber", show_default=True)
@_home_option
def secrets(*, namespace: str, folder: Path) -> None:
    """Print the Secrets of deploy/kubernetes, for `kubectl apply -f -`. They hold passwords and keys."""
    home = Home.running(folder)
    click.echo(json.dumps({"apiVersion": "v1", "kind": "List", "items": composed.secret_objects(home, namespace=namespace)}))
