"""`./limber export`: everything that is kept of one person."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import httpx

from limber_embedded.commands.options import home_option
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files

_TIMEOUT_SECONDS = 30.0


@click.command()
@click.argument("participant", type=click.UUID)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it, instead of to the terminal.")
@home_option
def export(*, participant: UUID, out: Path | None, folder: Path) -> None:
    """Write everything that all four services keep of a person, as JSON.

    Where a service doesn't answer, the rest is written, the service is named, and the exit code is 1.
    """
    found = _ask(Home.running(folder), participant)
    text = json.dumps(found, indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
    else:
        secret_files.write(out, text + "\n")
        click.echo(f"Written to {out}, which only you can read.")
    if found["problems"]:
        raise Problem(" ".join(found["problems"]))


def _ask(home: Home, participant: UUID) -> Any:
    try:
        answer = httpx.post(
            f"{home.public_url}/enrolment/participants/{participant}/export",
            headers={"Authorization": f"Bearer {home.admin_token}", "Accept": "application/json"},
            timeout=_TIMEOUT_SECONDS,
        )
    except httpx.HTTPError as error:
        raise Problem(f"Enrolment did not answer: {type(error).__name__}. ./limber status shows what runs.") from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise Problem("There is no participant with this id.")
    if answer.is_error:
        raise Problem(f"Enrolment answered with {answer.status_code}.")
    return answer.json()
