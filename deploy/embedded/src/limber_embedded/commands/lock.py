"""`./limber lock`: resolve the requirements files again."""

import click

from limber_embedded import lock as requirements
from limber_embedded.problem import Problem


@click.command()
@click.option("--upgrade", is_flag=True, help="Take the newest versions instead of keeping those in the files.")
def lock(*, upgrade: bool) -> None:
    """Write requirements.lock, and from it the locks of the tests and of each image, as the members declare."""
    for one in requirements.locks():
        click.echo(f"Resolving {one.name}")
        requirements.write(one, to=one.path, upgrade=["--upgrade"] if upgrade else [])
        if bad := requirements.addresses(one.path.read_text()):
            raise Problem(f"{one.name} must not name an address or a path, and does: {bad[0].strip()}")
