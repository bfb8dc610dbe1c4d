"""Entries of the directory of services as people write them, in a file or a spreadsheet, each judged by itself."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from outcomes.domain.interests import INTERESTS
from outcomes.domain.signposting import LocalService

LISTS = ("outward_codes", "joints", "access", "interests")
COLUMNS = ("code", "title", "url", *LISTS, "expires_on", "is_price_offer")
NEEDED = ("code", "title", "expires_on")
JOINTS = ("knee", "hip")
LONGEST_TITLE = 200
LONGEST_URL = 2000
MOST_LINES = 5000
# `oa-` is what harvested entries begin with.
CODE = re.compile(r"(?!oa-)[a-z0-9][a-z0-9_-]{0,59}")
PLACE = re.compile(r"[A-Z]{1,2}(\d[A-Z\d]?)?")
ACCESS = re.compile(r"[a-z][a-z0-9_]{0,39}")


class WrongEntryError(ValueError):
    """An entry can't be used; the message names the field and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a spreadsheet (the heading is line 1): an entry, or what is wrong with it."""

    number: int
    code: str
    entry: LocalService | None = None
    problem: str | None = None


def lines_of(text: str) -> Sequence[Line]:
    """Read a spreadsheet saved as CSV, line by line: lists are separated by spaces, dates written 2029-01-31.

    WrongEntryError where the heading names a column that isn't known or misses one that is needed, or there are too many lines.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="more")
    heading = tuple(name.strip() for name in reader.fieldnames or ())
    reader.fieldnames = list(heading)
    if unknown := sorted(set(heading) - set(COLUMNS)):
        raise WrongEntryError(f"There is a column {unknown[0][:40]!r}; there are {', '.join(COLUMNS)}.")
    if missing := [name for name in NEEDED if name not in heading]:
        raise WrongEntryError(f"The heading needs the column {missing[0]}.")
    found: list[Line] = []
    seen: dict[str, int] = {}
    try:
        for row in reader:
            line = _line(reader.line_num, row)
            if line.entry is not None and line.code in seen:
                line = Line(number=line.number, code=line.code, problem=f"code: line {seen[line.code]} has this code too.")
            seen.setdefault(line.code, line.number)
            found.append(line)
            if len(found) > MOST_LINES:
                raise WrongEntryError(f"There are more than {MOST_LINES} lines: send them in several files.")
    except csv.Error as error:
        raise WrongEntryError(f"Line {reader.line_num} is not CSV: {error}.") from None
    return found


def entry_from(facts: Mapping[str, Any]) -> LocalService:
    """One entry from its fields; WrongEntryError names the field and the rule."""
    if unknown := sorted(set(facts) - set(COLUMNS)):
        raise WrongEntryError(f"{unknown[0][:40]}: there is no such field; there are {', '.join(COLUMNS)}.")
    _needs(
        isinstance(code := facts.get("code"), str) and CODE.fullmatch(code),
        "code is small letters, digits, - and _, and does not begin with oa-.",
    )
    _needs(isinstance(title := facts.get("title"), str) and 0 < len(title) <= LONGEST_TITLE, "title is 1 to 200 characters.")
    _needs(isinstance(facts.get("expires_on"), date), "expires_on is a date such as 2029-01-31.")
    _needs(isinstance(facts.get("is_price_offer", False), bool), "is_price_offer is yes or no.")
    places = tuple(one.upper() for one in _list(facts, "outward_codes"))
    joints, access, interests = _list(facts, "joints"), _list(facts, "access"), _list(facts, "interests")
    for place in places:
        _needs(
            PLACE.fullmatch(place), f"outward_codes: {place[:20]!r} is no first half of a postcode, nor the letters of an area."
        )
    for joint in joints:
        _needs(joint in JOINTS, f"joints: {joint[:20]!r} is none of {', '.join(JOINTS)}.")
    for need in access:
        _needs(ACCESS.fullmatch(need), f"access: {need[:40]!r} is no code such as step_free.")
    for interest in interests:
        _needs(interest in INTERESTS, f"interests: {interest[:40]!r} is none of {', '.join(INTERESTS)}.")
    return LocalService(
        code=facts["code"],
        title=facts["title"],
        url=_url(facts.get("url")),
        outward_codes=places,
        joints=joints,
        expires_on=facts["expires_on"],
        is_price_offer=facts.get("is_price_offer", False),
        access=access,
        interests=interests,
    )


def is_web_address(url: str) -> bool:
    """Whether a person can follow it from a message: http or https, with a host, and nothing that hides where it leads."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    fits = url.isascii() and len(url) <= LONGEST_URL and not re.search(r"[\s\\<>\"]", url)
    return fits and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None


def _line(number: int, row: Mapping[str, Any]) -> Line:
    code = (row.get("code") or "").strip()[:60]
    if "more" in row:
        return Line(number=number, code=code, problem="There are more cells than columns.")
    facts: dict[str, Any] = {name: value.strip() for name, value in row.items() if value and value.strip()}
    for name in LISTS:
        if name in facts:
            facts[name] = facts[name].split()
    try:
        if "expires_on" in facts:
            facts["expires_on"] = _date(facts["expires_on"])
        if "is_price_offer" in facts:
            _needs(facts["is_price_offer"] in {"yes", "no"}, "is_price_offer is yes or no.")
            facts["is_price_offer"] = facts["is_price_offer"] == "yes"
        return Line(number=number, code=code, entry=entry_from(facts))
    except WrongEntryError as error:
        return Line(number=number, code=code, problem=str(error))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongEntryError("expires_on is a date such as 2029-01-31.") from None


def _list(facts: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = facts.get(name, ())
    _needs(isinstance(found, list | tuple) and all(isinstance(one, str) for one in found), f"{name} is a list of codes.")
    return tuple(dict.fromkeys(found))


def _url(url: Any) -> str | None:
    _needs(url is None or (isinstance(url, str) and is_web_address(url)), "url is an address such as https://example.org/walks.")
    return None if url is None else str(url)


def _needs(is_so: object, rule: str) -> None:
    if not is_so:
        raise WrongEntryError(rule)
