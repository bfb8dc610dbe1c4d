"""How long to leave a provider alone that could not take a message."""

from datetime import timedelta

_WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
MAX_ATTEMPTS = 28


def wait_after(*, attempts: int) -> timedelta | None:
    """How long to wait after so many attempts, at least 1; None when a day of attempts was in vain."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return _WAITS[min(attempts, len(_WAITS)) - 1]
