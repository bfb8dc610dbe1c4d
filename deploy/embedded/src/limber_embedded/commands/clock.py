"""`./limber clock`: what time it is for the programme, and moving it on to try what happens later."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from limber_embedded.broker import admin_client
from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.simulation.system import System

_LONDON = ZoneInfo("Europe/London")


@click.command()
@click.option("--forward", "hours", type=click.FloatRange(min=0, min_open=True), help="Move domain time on by so many hours.")
@click.option(
    "--to",
    "moment",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]),
    help="Move it on to this local time, YYYY-MM-DD HH:MM.",
)
@home_option
def clock(*, hours: float | None, moment: datetime | None, folder: Path) -> None:
    """Show domain time, or move it on. It never goes back, and a production home refuses to be moved."""
    home = Home.running(folder)
    if (hours or moment) and home.state["environment"] == "production":
        raise Problem("This home is a production home: its clock can't be moved.")
    click.echo(asyncio.run(_clock(home, hours, moment)))


async def _clock(home: Home, hours: float | None, moment: datetime | None) -> str:
    async with admin_client(home) as broker:
        system = System(home, broker)
        try:
            await system.start()
            wanted = moment.replace(tzinfo=_LONDON) if moment else system.now() + timedelta(hours=hours or 0)
            if moment and wanted < system.now():
                raise Problem(f"It is {_shown(system.now())} already: the clock never goes back.")
            if hours or moment:
                await system.move_clock_to(wanted)
            return _shown(system.now())
        finally:
            await system.close()


def _shown(moment: datetime) -> str:
    return moment.astimezone(_LONDON).strftime("%A %d %B %Y %H:%M")
