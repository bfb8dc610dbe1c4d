"""The code and the committed files, for tests that read them."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from limber_embedded.checkout import CHECKOUT

PACKAGES = {
    path.name: path
    for pattern in ("shared/*/src/*", "services/*/src/*", "deploy/*/src/*")
    for path in CHECKOUT.glob(pattern)
    if (path / "__init__.py").exists()
}


def modules(package: str) -> dict[str, str]:
    """The text of each of a package's files, by its path in the checkout."""
    return {str(path.relative_to(CHECKOUT)): path.read_text() for path in sorted(PACKAGES[package].rglob("*.py"))}


def words_of(identifier: str) -> list[str]:
    """The words that an identifier is made of, in lower case: `PlaceChanged` and `place_changed` give place, changed."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


def identifiers(text: str) -> Iterator[str]:
    """Every name that a module defines, takes, uses or imports."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.ImportFrom(module=module, names=names):
                yield from (module or "", *(one.name for one in names))
            case ast.Import(names=names):
                yield from (one.name for one in names)


def committed_files() -> list[str]:
    """The paths of what is committed or about to be; without git there is no telling, and the test is skipped."""
    git = shutil.which("git")
    if git is None or not (CHECKOUT / ".git").exists():
        pytest.skip("This is no git checkout, so nobody knows which files are committed.")
    done = subprocess.run([git, "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (CHECKOUT / name).is_file()]


def committed_text() -> dict[str, str]:
    """The committed files that are text, by path."""
    found = {}
    for name in committed_files():
        try:
            found[name] = (CHECKOUT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found
