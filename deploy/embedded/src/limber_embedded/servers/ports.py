"""TCP ports on this machine."""

import random
import socket

# Below the range from which systems take ports for outgoing connections.
_OURS = range(20_000, 32_000)


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(*, preferred: int | None = None) -> int:
    """`preferred` if nothing else has it, otherwise any free one."""
    if preferred is not None and is_free(preferred):
        return preferred
    return next(port for port in random.sample(_OURS, len(_OURS)) if is_free(port))


def accepts(port: int, *, host: str = "127.0.0.1") -> bool:
    """Whether something takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
