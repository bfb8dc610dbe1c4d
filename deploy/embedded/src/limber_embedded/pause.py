"""A pause of a home's four services: as long as somebody holds it they stay stopped, and when that one ends they start again.

It is a lock on a file, so it can't be forgotten: it is let go even if its holder is killed.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

from limber_embedded.home import Home
from limber_embedded.problem import Problem

_LOOK_SECONDS = 0.05
_TRIES = 20


class Pause:
    """As the supervisor of the home sees it."""

    def __init__(self, home: Home) -> None:
        self._path = home.folder / "pause"

    @property
    def is_held(self) -> bool:
        """Whether somebody wants the services stopped."""
        try:
            with self._path.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Holds it; Problem if somebody else does."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _obtained(descriptor):
                raise Problem("The services are paused already: another replay is under way.")
            yield
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def services_stopped(home: Home, *, seconds: float = 60) -> Iterator[None]:
    """Has the supervisor of a running home stop the services, and start them again at the end; returns when it has begun to."""
    with Pause(home).held():
        _wait(home, lambda: bool(home.state.get("paused")), seconds, "stop")
        yield
    _wait(home, lambda: not home.state.get("paused"), seconds, "start")


def _wait(home: Home, condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if not home.is_running or time.monotonic() > deadline:
            raise Problem(f"The services did not {what}: see {home.log('supervisor')}.")
        time.sleep(_LOOK_SECONDS)


def _obtained(descriptor: int) -> bool:
    """Whether the lock is ours; tried for a moment, because the supervisor holds it for an instant when it looks."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_SECONDS / 2)
        else:
            return True
    return False
