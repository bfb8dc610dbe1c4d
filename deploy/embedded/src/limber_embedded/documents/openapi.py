"""The OpenAPI document of each service, which it prints itself."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from limber_embedded.checkout import SERVICES
from limber_embedded.problem import Problem

# Nothing is connected to: the document says what the routes are, and the settings only have to be there.
_SETTINGS = {
    "LIMBER_DATABASE_URL": "postgresql+asyncpg://nobody@localhost/nothing",
    "LIMBER_NATS_URL": "nats://localhost:4222",
    "LIMBER_HTTP_PORT": "8000",
}


def documents() -> dict[str, str]:
    """Return them by service, as JSON text."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(SERVICES, pool.map(_document, SERVICES), strict=True))


def _document(service: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIMBER_")} | _SETTINGS
    command = [sys.executable, "-m", service, "openapi"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Problem(f"{service} could not say what its routes are: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
