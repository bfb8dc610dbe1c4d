"""What must hold for every commit. A check that can't fail is worse than none: each was seen to fail."""

import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from limber_embedded import lock
from limber_embedded.checkout import CHECKOUT
from limber_embedded.problem import Problem
from limber_embedded.servers import programs

# The modules of the workspace's own distributions: an editable installation doesn't say.
_MODULES = ",".join(
    f"{distribution}={module}"
    for distribution, module in {
        "limber-embedded": "limber_embedded",
        "limber-enrolment": "enrolment",
        "limber-event-contracts": "event_contracts",
        "limber-notifications": "notifications",
        "limber-outcomes": "outcomes",
        "limber-page-base": "page_base",
        "limber-scheduling": "scheduling",
        "limber-service-kit": "service_kit",
        "limber-streams": "limber_streams",
    }.items()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`run` returns what is wrong, or nothing."""

    name: str
    run: Callable[[], str]


def checks() -> list[Check]:
    """All of them, the quick ones first."""
    return [
        Check(name="ruff: rules", run=lambda: _program("ruff", "check", "--quiet")),
        Check(name="ruff: format", run=lambda: _program("ruff", "format", "--check", "--quiet")),
        Check(name="lock: free of addresses", run=_locks_name_no_address),
        Check(name="lock: fresh", run=_locks_are_fresh),
        Check(name="documents: fresh", run=_documents_are_fresh),
        Check(name="examples: kept", run=_examples_are_kept),
        Check(name="imports: layers", run=lambda: _program("lint-imports", "--no-cache")),
        *(Check(name=f"imports: declared by {_name(path)}", run=_declared_by(path.parent)) for path in lock.members()),
        Check(name="mypy: strict", run=lambda: _program("mypy")),
    ]


def _name(pyproject: Path) -> str:
    return str(tomllib.loads(pyproject.read_text())["project"]["name"])


def _program(name: str, *arguments: str, folder: Path = CHECKOUT) -> str:
    return _output([str(programs.script(name)), *arguments], folder)


def _declared_by(member: Path) -> Callable[[], str]:
    folders = [name for name in ("src", "migrations") if (member / name).is_dir()]
    command = [sys.executable, "-m", "deptry", *folders, "--no-ansi", "--package-module-name-map", _MODULES]
    return lambda: _output(command, member)


def _output(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"


def _locks_name_no_address() -> str:
    found = [f"{one.name}: {line.strip()}" for one in lock.locks() for line in lock.addresses(one.path.read_text())]
    return "\n".join(found)


def _locks_are_fresh() -> str:
    with tempfile.TemporaryDirectory() as folder:
        for one in lock.locks():
            again = Path(folder) / one.path.name
            shutil.copyfile(one.path, again)
            try:
                lock.write(one, to=again)
            except Problem as problem:
                return problem.message
            if again.read_text() != one.path.read_text():
                return f"{one.name} is not what the members declare: run ./limber lock"
    return ""


def _documents_are_fresh() -> str:
    from limber_embedded.documents import written  # noqa: PLC0415 - the other commands shall not carry pydantic

    stale = written.stale()
    return f"not what the code says; ./limber docs writes them: {', '.join(stale)}" if stale else ""


def _examples_are_kept() -> str:
    from limber_embedded.documents import examples  # noqa: PLC0415 - the other commands shall not carry pydantic

    return "\n".join(examples.broken_promises())
