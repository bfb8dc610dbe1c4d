"""The `limber` command."""

import click

from limber_embedded.commands.check import check
from limber_embedded.commands.down import down
from limber_embedded.commands.lock import lock
from limber_embedded.commands.organisations import organisations
from limber_embedded.commands.staff import staff
from limber_embedded.commands.status import status
from limber_embedded.commands.test import test
from limber_embedded.commands.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Limber: from a referral to a place, a programme, results and messages."""


for command in (up, down, status, staff, organisations, check, test, lock):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="limber")
