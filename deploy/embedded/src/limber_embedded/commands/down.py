"""`./limber down`: stop what `up` started."""

from pathlib import Path

import click

from limber_embedded import running_processes
from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.supervisor import stop_orphans

_SECONDS = 90  # longer than the services, the broker and the database may take together


@click.command()
@home_option
def down(*, folder: Path) -> None:
    """Stop everything in order; data stays."""
    home = Home(folder)
    if home.is_running:
        running_processes.stop(home.state["supervisor"], seconds=_SECONDS)
        stop_orphans(home)
        click.echo("Limber is stopped.")
        return
    left = [name for name, recorded in home.state.get("processes", {}).items() if running_processes.is_alive(recorded)]
    if not left:
        raise Problem(f"Limber is not running in {home.folder}.")
    stop_orphans(home)
    click.echo(f"Stopped what an earlier run had left behind: {', '.join(left)}.")
