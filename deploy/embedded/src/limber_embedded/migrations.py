"""Brings all services' databases to what this version needs.

In one process of its own: `python -m <service> migrate`, four times, would import the same libraries four times.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from limber_embedded.checkout import CHECKOUT
from limber_embedded.problem import Problem
from limber_embedded.servers.process import last_line


def migrate_all(*, urls: Mapping[str, str], log: Path) -> None:
    """`urls`: by service, SQLAlchemy's, with the password."""
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", "limber_embedded.migrations"],
            input=json.dumps(dict(urls)).encode(),
            stdout=output,
            stderr=output,
            check=False,
            start_new_session=True,
        )
    if done.returncode != 0:
        raise Problem(f"The databases of the services could not be migrated: {last_line(log)} (the log: {log})")


def _main() -> None:
    from service_kit.migrations import migrate  # noqa: PLC0415 - the supervisor shall not carry SQLAlchemy

    for service, url in json.load(sys.stdin).items():
        migrate(database_url=url, migrations=CHECKOUT / "services" / service / "migrations")


if __name__ == "__main__":
    _main()
