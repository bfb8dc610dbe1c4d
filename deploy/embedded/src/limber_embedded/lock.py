"""The hash-pinned requirements files: how they are made, and what they may never hold."""

import os
import re
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from limber_embedded.checkout import CHECKOUT, SERVICES
from limber_embedded.problem import Problem

_LOCKED = ("--constraints", "requirements.lock")
_ADDRESS = re.compile(r"[a-z]+://|file:|^\s*--?(?!hash=)|(^|\s)[./]+/", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A requirements file and what uv is asked to resolve for it."""

    name: str
    sources: tuple[str, ...]

    @property
    def path(self) -> Path:
        return CHECKOUT / self.name


def members() -> list[Path]:
    """The pyproject.toml of each member of the workspace."""
    patterns = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    return sorted(path for pattern in patterns for path in CHECKOUT.glob(f"{pattern}/pyproject.toml"))


def images() -> dict[str, str]:
    """The members that are deployed as an image of their own: the name of the image's program, and the member's folder."""
    return {**{service: f"services/{service}" for service in SERVICES}, "limber_streams": "deploy/nats"}


def locks() -> list[Lock]:
    """What runs, what the tests and checks need beside it, and the part that each image holds: never two versions of the same."""
    paths = [str(path.relative_to(CHECKOUT)) for path in members()]
    names = [tomllib.loads(path.read_text())["project"]["name"] for path in members()]
    unlisted = [part for name in names for part in ("--no-emit-package", name)]
    return [
        Lock(name="requirements.lock", sources=(*unlisted, "--group", "pyproject.toml:build", *paths)),
        Lock(name="requirements-dev.lock", sources=(*_LOCKED, "--group", "pyproject.toml:dev")),
        Lock(name="deploy/images/build.lock", sources=(*_LOCKED, "--group", "pyproject.toml:build")),
        *(
            Lock(name=f"{folder}/requirements.lock", sources=(*_LOCKED, *unlisted, f"{folder}/pyproject.toml"))
            for folder in images().values()
        ),
    ]


def write(lock: Lock, *, to: Path, upgrade: Sequence[str] = ()) -> None:
    """Resolves for every platform and Python from 3.11; keeps the versions that `to` has unless they are to be upgraded."""
    command = [
        *(os.environ.get("LIMBER_UV", "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        *("--custom-compile-command", "./limber lock", "--output-file", str(to)),
        *upgrade,
        *lock.sources,
    ]
    done = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Problem(f"{lock.name} could not be resolved:\n{done.stderr.strip()}")


def addresses(text: str) -> list[str]:
    """The lines of a requirements file that name a registry, an address or a local path; there must be none."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith(("#", "--hash=sha256:")))
    return [line for line in lines if _ADDRESS.search(line)]
