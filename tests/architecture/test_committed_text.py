"""What no committed file may hold: a registry's host, a path of somebody's machine, a person who might be real."""

import re
from collections.abc import Callable, Iterator

import pytest

from enrolment.domain.nhs_number import NhsNumberError, parse_nhs_number
from support.sources import committed_text

# In parts, or this file would name them itself.
_REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("jfrog", "io"),
        ("artifactory", ""), ("docker", "io"), ("quay", "io"), ("ghcr", "io"),
    )
)  # fmt: skip
_MACHINE = re.compile(r"(?<![\w.$}/])/(?:home/(?!nonroot)[a-z]|Users/[a-z]|root/|work/|mnt/[a-z]|private/var)", re.IGNORECASE)

_PHONE = re.compile(r"(?<![\d+\w.#-])(?:\+44 ?(?:\(0\) ?)?|0)(?:\d ?){8}\d{1,2}(?![\d\w-])")
# The numbers that Ofcom keeps free for drama: mobile, London, a town without a prefix of its own, the big cities.
_PHONES_OF_NOBODY = re.compile(
    r"07700900\d{3}|02079460\d{3}|01632960\d{3}|011[3-8]4960\d{3}|01[2-9]14960\d{3}|0(?:808157|9098790)\d+|0123456789"
)
_EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*\.[a-z]{2,})\b", re.IGNORECASE)
_DOMAINS_OF_NOBODY = re.compile(r"(?:.+\.)?(?:example|invalid|test|localhost)|(?:.+\.)?example\.(?:org|com|net)", re.IGNORECASE)
_TEN_DIGITS = re.compile(r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w.-]*\w)")
# The worked example of the NHS Data Dictionary, and the one of the NHS's API pages.
_PUBLISHED_BY_THE_NHS = {"4010232137", "9434765919"}


def registries(text: str) -> Iterator[str]:
    yield from (host for host in _REGISTRIES if host in text.lower())


def machine_paths(text: str) -> Iterator[str]:
    yield from (found[0] for found in _MACHINE.finditer(text))


def phones_of_somebody(text: str) -> Iterator[str]:
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0].replace("(0)", "").replace("+44", "0"))
        if not _PHONES_OF_NOBODY.fullmatch(digits):
            yield found[0]


def emails_of_somebody(text: str) -> Iterator[str]:
    yield from (found[0] for found in _EMAIL.finditer(text) if not _DOMAINS_OF_NOBODY.fullmatch(found[1]))


def nhs_numbers_of_somebody(text: str) -> Iterator[str]:
    for found in _TEN_DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        try:
            parse_nhs_number(digits)
        except NhsNumberError:
            continue
        if not digits.startswith("999") and digits not in _PUBLISHED_BY_THE_NHS:
            yield found[0]


Search = Callable[[str], Iterator[str]]


@pytest.mark.parametrize("search", [registries, machine_paths, phones_of_somebody, emails_of_somebody, nhs_numbers_of_somebody])
def test_no_committed_file_has(search: Search) -> None:
    found = {name: sorted(set(search(text))) for name, text in committed_text().items()}
    assert {name: values for name, values in found.items() if values} == {}


@pytest.mark.parametrize(
    ("search", "text"),
    [
        (registries, f"https://files.{_REGISTRIES[1]}/packages/x.whl"),
        (machine_paths, 'PATH = "/' + 'home/mary/limber"'),
        (machine_paths, "see /" + "Users/mary/x"),
        (phones_of_somebody, "ring 07700 91" + "2345"),
        (phones_of_somebody, "+44 7911 12" + "3456"),
        (emails_of_somebody, "mary@" + "nhs.net"),
        (nhs_numbers_of_somebody, "401 023 21" + "45"),
    ],
)
def test_a_breach_is_found(search: Search, text: str) -> None:
    assert list(search(text))


@pytest.mark.parametrize(
    ("search", "text"),
    [
        (machine_paths, "apps at /scheduling/homes and https://example.org/home/a"),
        (phones_of_somebody, "07700 900123, +44 7700 900123, 0113 496 0000, 020 7946 0018"),
        (emails_of_somebody, "rosalind@example.org, a@mail.example.com, b@somewhere.invalid"),
        (nhs_numbers_of_somebody, "999 000 0018, 943 476 5919 and 123 456 7890, which fails its check digit"),
    ],
)
def test_what_belongs_to_nobody_passes(search: Search, text: str) -> None:
    assert list(search(text)) == []
