"""The `limber` command."""

import logging
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from limber_embedded.commands.bench import bench
from limber_embedded.commands.check import check
from limber_embedded.commands.clock import clock
from limber_embedded.commands.containers import containers
from limber_embedded.commands.docs import docs
from limber_embedded.commands.down import down
from limber_embedded.commands.export import export
from limber_embedded.commands.held import held
from limber_embedded.commands.lock import lock
from limber_embedded.commands.organisations import organisations
from limber_embedded.commands.plan import plan
from limber_embedded.commands.refer import refer
from limber_embedded.commands.reference import reference
from limber_embedded.commands.replay import replay
from limber_embedded.commands.report import report
from limber_embedded.commands.score import score
from limber_embedded.commands.simulate import simulate
from limber_embedded.commands.staff import staff
from limber_embedded.commands.status import status
from limber_embedded.commands.test import test
from limber_embedded.commands.trace import trace
from limber_embedded.commands.up import up
from limber_embedded.problem import Problem


class _InWords(click.Group):
    """Ends with a sentence whatever goes wrong; a stack trace goes to a file for whoever looks into it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            with tempfile.NamedTemporaryFile("w", prefix="limber-problem-", suffix=".txt", delete=False) as file:
                traceback.print_exc(file=file)
            words = f"That did not work, and nobody foresaw why: {type(error).__name__}. Details: {Path(file.name)}"
            raise Problem(words) from error


@click.group(cls=_InWords, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Limber: from a referral to a place, a programme, results and messages."""


for command in (
    up,
    down,
    status,
    refer,
    simulate,
    reference,
    plan,
    clock,
    bench,
    held,
    trace,
    export,
    replay,
    report,
    score,
    staff,
    organisations,
    containers,
    check,
    test,
    docs,
    lock,
):
    main.add_command(command)

if __name__ == "__main__":
    # asyncio warns of a habit of nats-py whenever a connection with TLS ends; who types a command can do nothing about it.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    main(prog_name="limber")
