"""The pages of docs/plug-in as programs: their code blocks in order, and what each promises to print."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from limber_embedded.checkout import CHECKOUT

PAGES = CHECKOUT / "docs" / "plug-in"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a sender's program may need beside Python itself.
ALLOWED = frozenset({"nats", "event_contracts", "standardwebhooks"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One block that runs, and the lines of the `text` block after it: each must be in what it prints."""

    page: str
    number: int
    language: str
    code: str
    promised: tuple[str, ...]

    def run(self, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run it as it stands, from the checkout."""
        command = ["bash", "-euo", "pipefail", "-c", self.code] if self.language == "sh" else [sys.executable, "-c", self.code]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIMBER_")}
        return subprocess.run(
            command, cwd=CHECKOUT, env=kept | dict(environment), capture_output=True, text=True, check=False, timeout=60
        )

    def imports(self) -> set[str]:
        """The packages beside Python's own that it imports."""
        found = set()
        for node in ast.walk(ast.parse(self.code)):
            match node:
                case ast.Import(names=names):
                    found |= {one.name.split(".")[0] for one in names}
                case ast.ImportFrom(module=str(module)):
                    found.add(module.split(".")[0])
        return found - set(sys.stdlib_module_names)


def examples_of(path: Path) -> list[Example]:
    """The examples of one page, in their order."""
    blocks = _BLOCK.findall(path.read_text(encoding="utf-8"))
    found: list[Example] = []
    for index, (language, code) in enumerate(blocks):
        if language in {"sh", "python"}:
            following = blocks[index + 1] if index + 1 < len(blocks) else ("", "")
            promised = tuple(following[1].strip().splitlines()) if following[0] == "text" else ()
            example = Example(page=path.name, number=len(found) + 1, language=language, code=code, promised=promised)
            found.append(example)
    return found
