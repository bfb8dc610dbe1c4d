"""PostgreSQL refuses to be root: how to run it when we are."""

import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from limber_embedded.problem import Problem

_NOBODY = 65_534


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprivileged:
    """What to put before a command, and who must own its files (nobody in particular: None)."""

    prefix: tuple[str, ...] = ()
    owner: int | None = None

    def give(self, *paths: Path) -> None:
        """Makes the files belong to whom the command will run as."""
        if self.owner is not None:
            for path in paths:
                os.chown(path, self.owner, self.owner)


def unprivileged(*, folder: Path, program: Path) -> Unprivileged:
    """How to run `program` on `folder` without being root: as we are, in a user namespace, or as user nobody."""
    if os.geteuid() != 0:
        return Unprivileged()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare") and _works([*namespace, "true"]):
        return Unprivileged(prefix=namespace)
    nobody = ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--no-new-privs")
    if shutil.which("setpriv"):
        os.chown(folder, _NOBODY, _NOBODY)
        home = folder.parent
        if stat.S_IMODE(home.stat().st_mode) == 0o700 and home.owner() == "root":  # noqa: PLR2004 - as we made it
            home.chmod(0o711)  # may be passed through, not listed
        if _works([*nobody, str(program), "--version"]) and _works([*nobody, "test", "-w", str(folder)]):
            return Unprivileged(prefix=nobody, owner=_NOBODY)
    raise Problem(
        f"PostgreSQL can't run as root, this machine allows no user namespace, and user nobody can't reach {program} "
        f"and {folder}. Run ./limber as an ordinary user, or keep the checkout and --home where everybody may look."
    )


def _works(command: Sequence[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
