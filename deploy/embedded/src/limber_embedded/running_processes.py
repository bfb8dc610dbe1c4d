"""Which process a recorded id means: a process id alone may by now be somebody else's."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def identity(pid: int) -> dict[str, Any]:
    """The id together with when that process began."""
    return {"pid": pid, "began": _began(pid)}


def is_alive(recorded: Mapping[str, Any]) -> bool:
    """Whether exactly that process is still there (one that ended and was not yet collected is not)."""
    return recorded["began"] is not None and _began(int(recorded["pid"])) == recorded["began"]


def stop(recorded: Mapping[str, Any], *, signal_number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
    """Asks a process that is not our child to stop, waits, and in the end kills its session."""
    pid = int(recorded["pid"])
    if not is_alive(recorded):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal_number)
    deadline = time.monotonic() + seconds
    while is_alive(recorded) and time.monotonic() < deadline:
        time.sleep(0.02)
    if is_alive(recorded):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        while is_alive(recorded):
            time.sleep(0.02)


def _began(pid: int) -> str | None:
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607 - where there is no /proc
    return asked.stdout.strip() or None
