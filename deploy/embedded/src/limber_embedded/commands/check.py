"""`./limber check`: everything that must hold besides the tests."""

import time

import click
from rich.console import Console
from rich.table import Table

from limber_embedded.checks import checks


@click.command()
@click.argument("names", nargs=-1)
@click.pass_context
def check(context: click.Context, *, names: tuple[str, ...]) -> None:
    """Run every check, or those whose name holds one of NAMES, and show a summary."""
    table = Table("check", "result", "seconds")
    failed = False
    for one in checks():
        if names and not any(name in one.name for name in names):
            continue
        began = time.monotonic()
        wrong = one.run()
        failed = failed or bool(wrong)
        table.add_row(one.name, "FAILED" if wrong else "passed", f"{time.monotonic() - began:.1f}")
        if wrong:
            click.echo(f"--- {one.name}\n{wrong}\n")
    Console().print(table)
    context.exit(1 if failed else 0)
