"""`./limber up`: start everything; in front until Ctrl-C, or in the background with --detach."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from limber_embedded.commands.options import home_option
from limber_embedded.example_site import open_example_site
from limber_embedded.home import Home
from limber_embedded.supervisor import Supervisor

_READY = "READY"


@click.command()
@click.option("--detach", is_flag=True, help="Return once everything is ready, and leave it running.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True, help="Of the front door.")
@click.option("--empty", is_flag=True, help="Leave out the example site, which a new home has otherwise (never in production).")
@home_option
@click.option("--supervise", is_flag=True, hidden=True)
def up(*, folder: Path, port: int, detach: bool, empty: bool, supervise: bool) -> None:
    """Start the servers and the four services, and print the address."""
    home = Home(folder)
    if detach:
        _detach(home, port, empty=empty)
        return
    home.create()
    with home.locked():
        _log_to(home, also_here=not supervise)
        supervisor = Supervisor(home=home, port=port, environment=_environment(), say=click.echo)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.ask_to_stop)
        supervisor.start()
        _announce(home, first=supervisor.is_first_time)
        if supervisor.is_first_time and not empty and _environment() != "production":
            click.echo(open_example_site(home))
        if supervise:
            _leave_the_terminal()
        else:
            click.echo("Ctrl-C stops it.")
        supervisor.watch()
        if not supervise:
            click.echo("Stopping")
        supervisor.stop()


def _detach(home: Home, port: int, *, empty: bool) -> None:
    """Starts a supervisor in a session of its own and shows what it says until it is ready."""
    command = [sys.executable, "-m", "limber_embedded", "up", "--supervise", "--port", str(port), "--home", str(home.folder)]
    if empty:
        command.append("--empty")
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        for line in child.stdout or ():
            if line.strip() == _READY:
                return
            click.echo(line, nl=False)
    except KeyboardInterrupt:
        child.terminate()
    raise SystemExit(child.wait() or 1)


def _announce(home: Home, *, first: bool) -> None:
    click.echo(f"Limber is up: {home.public_url}")
    if first and home.admin_token_file.exists():
        click.echo(f"Sign in as administrator with this token, shown once (kept in {home.admin_token_file}):")
        click.echo(home.admin_token)


def _leave_the_terminal() -> None:
    """Tells the waiting parent, and from now on writes to the log only."""
    click.echo(_READY)
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _log_to(home: Home, *, also_here: bool) -> None:
    handlers: list[logging.Handler] = [logging.FileHandler(home.log("supervisor"))]
    if also_here:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("limber")
    logger.setLevel(logging.INFO)
    logger.handlers = handlers
    if also_here:
        handlers[1].setLevel(logging.WARNING)


def _environment() -> str:
    return os.environ.get("LIMBER_ENVIRONMENT", "development")
