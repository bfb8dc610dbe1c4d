"""`./limber score`: what answers to an instrument score, computed by the outcomes service's own code in a process of its own."""

import subprocess
import sys

import click


@click.command()
@click.option("--list", "listing", is_flag=True, help="Describe every instrument: items, ranges, scales, licence.")
@click.option("--json", "as_json", is_flag=True, help="With --list: as JSON.")
def score(*, listing: bool, as_json: bool) -> None:
    """Read answers as JSON from standard input and print their scores as JSON.

    One request, {"instrument": "KOOS", "answers": {"P1": 3}}, or a list of them. Nothing is stored and nothing need be running.
    """
    chosen = [flag for flag, given in (("--list", listing), ("--json", as_json)) if given]
    sys.exit(subprocess.run([sys.executable, "-m", "outcomes", "score", *chosen], check=False).returncode)
