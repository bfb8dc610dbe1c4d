"""Secrets are files that only their owner may read."""

import os
import secrets
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Replaces the file at once; it is 0600 from its first byte."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def kept(path: Path) -> str:
    """The secret in that file; a new random one of 256 bits on first use."""
    if not path.exists():
        write(path, secrets.token_hex(32))
    return path.read_text().strip()
