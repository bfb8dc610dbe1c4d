"""The examples of docs/plug-in run as they stand, with the credentials that `./limber organisations add` prints."""

import re
from collections.abc import Iterator

import pytest

from support.embedded import Limber, limber_in
from support.plug_in_pages import ALLOWED, PAGES, examples_of
from support.servers import short_folder

SENDERS = {
    "gp-system.md": ("gp", "A81001", "Example Surgery"),
    "hr-portal.md": ("workplace", "ACME", "Acme Works"),
    "leisure-system.md": ("leisure", "BATHS", "Leeds Baths"),
}


@pytest.fixture(scope="module")
def limber() -> Iterator[Limber]:
    with short_folder() as folder, limber_in(folder / "home") as running:
        up = running.up()
        assert up.returncode == 0, up.stderr
        yield running


def credentials(limber: Limber, channel: str, code: str, name: str) -> dict[str, str]:
    """The environment that the pages speak of, from what the command prints."""
    done = limber.run("organisations", "add", channel, code, name)
    assert done.returncode == 0, done.stderr
    printed = dict(re.findall(r"^ *([\w -]+?): +(\S.*)$", done.stdout, re.MULTILINE))
    return {
        "LIMBER_URL": limber.url,
        "LIMBER_API_KEY": printed["API key"],
        "LIMBER_ORGANISATION": code,
        "LIMBER_NATS": printed["server"],
        "LIMBER_NATS_USER": printed["user"],
        "LIMBER_NATS_PASSWORD": printed["password"],
    }


@pytest.mark.parametrize("page", SENDERS)
def test_every_example_of_a_page_runs_as_it_stands(limber: Limber, page: str) -> None:
    environment = credentials(limber, *SENDERS[page])
    examples = examples_of(PAGES / page)
    assert {one.language for one in examples} == {"sh", "python"}
    for one in examples:
        done = one.run(environment)
        assert done.returncode == 0, f"{page}, example {one.number}: {done.stdout}{done.stderr}"
        for line in one.promised:
            assert line in done.stdout, f"{page}, example {one.number} printed {done.stdout!r}, not {line!r}"


def test_every_page_of_a_sender_is_run() -> None:
    with_examples = {path.name for path in PAGES.glob("*.md") if examples_of(path)}
    assert with_examples == set(SENDERS)


@pytest.mark.parametrize("page", SENDERS)
def test_examples_in_python_need_nats_py_and_the_contracts_alone(page: str) -> None:
    for one in examples_of(PAGES / page):
        if one.language == "python":
            assert one.imports() <= ALLOWED
            assert "enrolment" not in one.imports()
