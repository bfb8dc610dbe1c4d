"""Each service's migrations are one chain, numbered in the order in which they run."""

import re
from pathlib import Path

import pytest

from limber_embedded.checkout import CHECKOUT

_REVISION = re.compile(r'^revision = "(\d{4})"\ndown_revision = (?:None|"(\d{4})")$', re.MULTILINE)
FOLDERS = sorted(CHECKOUT.glob("services/*/migrations/versions"))


def broken_chain(files: dict[str, str]) -> list[str]:
    """The files, by name, that don't follow the one before them."""
    wrong = []
    before = None
    for name in sorted(files):
        found = _REVISION.search(files[name])
        if found is None or (found[1], found[2]) != (name[:4], before):
            wrong.append(name)
        before = name[:4]
    return wrong


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.parts[-3])
def test_migrations_are_one_chain(folder: Path) -> None:
    assert broken_chain({file.name: file.read_text(encoding="utf-8") for file in folder.glob("[0-9]*.py")}) == []


def test_two_of_one_number_and_a_gap_are_found() -> None:
    text = 'revision = "{}"\ndown_revision = {}\n'
    files = {
        "0001_a.py": text.format("0001", "None"),
        "0002_b.py": text.format("0002", '"0001"'),
        "0002_c.py": text.format("0002", '"0001"'),
        "0003_d.py": text.format("0003", '"0001"'),
    }
    assert broken_chain(files) == ["0002_c.py", "0003_d.py"]
