"""What the documents for people point at is there: files, and the commands they tell one to type."""

import re
from pathlib import Path

import pytest

from limber_embedded.__main__ import main
from limber_embedded.checkout import CHECKOUT
from support.sources import committed_files

_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_COMMAND = re.compile(r"\./limber ([a-z]+)")


def broken_links(text: str, *, folder: Path) -> list[str]:
    """The relative links of a Markdown text in that folder that lead nowhere."""
    return [link for link in _LINK.findall(text) if "://" not in link and not (folder / link).exists()]


def unknown_commands(text: str) -> set[str]:
    """The commands of `./limber` that a text names and that don't exist."""
    return set(_COMMAND.findall(text)) - set(main.commands)


def documents() -> dict[Path, str]:
    return {CHECKOUT / name: (CHECKOUT / name).read_text() for name in committed_files() if name.endswith(".md")}


def test_every_relative_link_leads_to_a_file() -> None:
    found = {str(path.relative_to(CHECKOUT)): broken_links(text, folder=path.parent) for path, text in documents().items()}
    assert {name: links for name, links in found.items() if links} == {}


def test_every_command_that_a_document_names_exists() -> None:
    found = {str(path.relative_to(CHECKOUT)): unknown_commands(text) for path, text in documents().items()}
    assert {name: commands for name, commands in found.items() if commands} == {}


def test_the_readme_names_every_command() -> None:
    assert set(main.commands) - set(_COMMAND.findall((CHECKOUT / "README.md").read_text())) == set()


@pytest.mark.parametrize(
    "folder",
    sorted({path.parent for pattern in ("services/*", "shared/*") for path in CHECKOUT.glob(f"{pattern}/pyproject.toml")}),
)
def test_every_service_and_shared_package_has_a_readme(folder: Path) -> None:
    assert (folder / "README.md").is_file()


@pytest.mark.parametrize("path", sorted((CHECKOUT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_its_date_and_says_what_would_reopen_it(path: Path) -> None:
    text = path.read_text().lower()
    assert path.name[:10] in text
    assert "reopen this" in text


def test_a_broken_link_and_an_unknown_command_are_found() -> None:
    assert broken_links("see [there](nowhere/README.md#part) and [it](https://example.org)", folder=CHECKOUT) == [
        "nowhere/README.md"
    ]
    assert unknown_commands("run ./limber fly and ./limber up") == {"fly"}
