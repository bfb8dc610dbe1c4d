"""`./limber test`: pass the tests."""

import os
import subprocess
import sys

import click

from limber_embedded.checkout import CHECKOUT


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(*, arguments: tuple[str, ...]) -> None:
    """Run the tests; whatever follows goes to pytest, for example: test tests/unit -q.

    All of them run side by side, a file at a time on each processor, four at most.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIMBER_")}
    wanted = arguments or ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
    raise SystemExit(
        subprocess.run([sys.executable, "-m", "pytest", *wanted], cwd=CHECKOUT, env=environment, check=False).returncode
    )
