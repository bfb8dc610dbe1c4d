"""A server as a child process in its own session, with its output in a log file."""

import contextlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

from limber_embedded.problem import Problem


class ServerProcess(ABC):
    """Starts and stops one program. It runs in its own session, so a terminal's Ctrl-C doesn't reach it."""

    stop_signal: signal.Signals = signal.SIGTERM

    def __init__(self, *, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it serves already."""

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ending(self) -> str:
        """How it ended: a signal's name or an exit code."""
        code = self._process.poll() if self._process else None
        if code is None:
            return "not ended"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.command()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                start_new_session=True,
            )

    def wait_until_ready(self, *, seconds: float = 30, give_up: Callable[[], bool] = lambda: False) -> None:
        """Returns once it serves; says what its log says if it ends or takes longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if give_up():
                raise Problem("Stopped before everything was started.")
            if not self.is_running:
                raise Problem(f"{self.name} ended while it was starting: {last_line(self.log)} (its log: {self.log})")
            if time.monotonic() > deadline:
                raise Problem(f"{self.name} was not ready after {seconds:.0f} seconds (its log: {self.log})")
            time.sleep(0.01)

    def stop(self, *, seconds: float = 20) -> None:
        """Asks it to stop and waits; kills it when that takes longer than `seconds`."""
        if self._process is None:
            return
        if self.is_running:
            self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the program and to what it started in its session."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self, *, seconds: float = 30) -> None:
        """Starts it again on the same data and the same address, after `stop` or `kill`."""
        if self.is_running:
            self.stop()
        self.start()
        self.wait_until_ready(seconds=seconds)


def last_line(log: Path) -> str:
    """The last line that says anything, for an error message."""
    with contextlib.suppress(OSError):
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        if lines:
            return lines[-1]
    return "it said nothing"
