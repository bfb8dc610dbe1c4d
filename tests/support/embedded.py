"""A whole Limber in a temporary home, started by the command that people use."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limber_embedded.checkout import CHECKOUT
from limber_embedded.home import Home
from limber_embedded.servers.ports import free_port


@dataclass(frozen=True, slots=True, kw_only=True)
class Limber:
    """The `limber` command on one home."""

    folder: Path
    port: int

    @property
    def home(self) -> Home:
        return Home(self.folder)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def run(self, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """Runs one command on this home; never raises for its exit code."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIMBER_")}
        return subprocess.run(
            [sys.executable, "-m", "limber_embedded", *arguments, "--home", str(self.folder)],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def up(self, *arguments: str, empty: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("up", "--detach", "--port", str(self.port), *(["--empty"] if empty else []), *arguments)

    def down(self) -> subprocess.CompletedProcess[str]:
        return self.run("down")

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return found

    def kill(self, name: str) -> int:
        """SIGKILL to one process, by the name that `status` shows; returns the id it had."""
        pid = self.home.pids[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page behind the front door."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:  # noqa: S310 - our own front door
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def is_ready(self, service: str) -> bool:
        return self.get(f"/{service}/health/ready")[0] == 200


@contextlib.contextmanager
def limber_in(folder: Path) -> Iterator[Limber]:
    """A home with a free port, not yet up; taken down in the end whatever happened."""
    limber = Limber(folder=folder, port=free_port())
    try:
        yield limber
    finally:
        if limber.home.is_running:
            limber.down()


def wait_for(condition: Callable[[], bool], *, seconds: float = 60, what: str = "the condition") -> None:
    """Returns as soon as `condition` holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds:.0f} seconds"
        time.sleep(0.05)
