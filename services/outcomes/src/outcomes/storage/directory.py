"""The directory of services that people are pointed to: the shipped TOML file, or a site's own TOML or CSV."""

import csv
import io
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from outcomes.domain.signposting import LocalService

LISTS = frozenset({"outward_codes", "joints", "access"})
COLUMNS = LISTS | {"code", "title", "url", "expires_on", "is_price_offer"}


class WrongDirectoryError(ValueError):
    """The directory file can't be used; the message names the entry and the rule."""


def read_directory(path: Path | None) -> tuple[LocalService, ...]:
    """Read a directory file, or the shipped one if `path` is None; WrongDirectoryError names what is wrong."""
    source = files("outcomes") / "data" / "directory.toml" if path is None else path
    try:
        text = source.read_text(encoding="utf-8-sig")
        entries = _rows_of_csv(text) if source.name.endswith(".csv") else tomllib.loads(text).get("service", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongDirectoryError(f"The directory of services cannot be read: {error}") from None
    found = tuple(_entry(number, entry) for number, entry in enumerate(entries, start=1))
    codes = [entry.code for entry in found]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise WrongDirectoryError(f"The directory of services has two entries with the code {min(twice)!r}.")
    return found


def _rows_of_csv(text: str) -> list[dict[str, Any]]:
    """The rows of a spreadsheet; lists are separated by spaces, dates are written 2029-01-31."""
    reader = csv.DictReader(io.StringIO(text), restkey="more")
    if unknown := sorted(set(reader.fieldnames or ()) - COLUMNS):
        raise WrongDirectoryError(
            f"The directory of services has a column {unknown[0]!r}; there are {', '.join(sorted(COLUMNS))}."
        )
    return [_row(number, row) for number, row in enumerate(reader, start=1)]


def _row(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    if "more" in row:
        raise WrongDirectoryError(f"Entry {number} of the directory of services has more cells than there are columns.")
    found: dict[str, Any] = {name: value.strip() for name, value in row.items() if value and value.strip()}
    for name in LISTS & found.keys():
        found[name] = found[name].split()
    if "expires_on" in found:
        try:
            found["expires_on"] = date.fromisoformat(found["expires_on"])
        except ValueError:
            raise WrongDirectoryError(
                f"Entry {number} of the directory of services: expires_on is a date such as 2029-01-31."
            ) from None
    if found.get("is_price_offer", "no") not in {"yes", "no"}:
        raise WrongDirectoryError(f"Entry {number} of the directory of services: is_price_offer is yes or no.")
    return {**found, "is_price_offer": found.get("is_price_offer") == "yes"}


def _entry(number: int, entry: dict[str, Any]) -> LocalService:
    for name, kind in (("code", str), ("title", str), ("expires_on", date)):
        if not isinstance(entry.get(name), kind):
            raise WrongDirectoryError(f"Entry {number} of the directory of services needs {name} ({kind.__name__}).")
    return LocalService(
        code=entry["code"],
        title=entry["title"],
        url=entry.get("url"),
        outward_codes=tuple(code.upper() for code in entry.get("outward_codes", ())),
        joints=tuple(entry.get("joints", ())),
        expires_on=entry["expires_on"],
        is_price_offer=bool(entry.get("is_price_offer", False)),
        access=tuple(entry.get("access", ())),
    )
