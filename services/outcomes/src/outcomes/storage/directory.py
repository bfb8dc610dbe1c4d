"""The directory of services that people are pointed to: a TOML file, the shipped one or a site's own."""

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from outcomes.domain.signposting import LocalService


class WrongDirectoryError(ValueError):
    """The directory file can't be used; the message names the entry and the rule."""


def read_directory(path: Path | None) -> tuple[LocalService, ...]:
    """Read a directory file, or the shipped one if `path` is None; WrongDirectoryError names what is wrong."""
    source = files("outcomes") / "data" / "directory.toml" if path is None else path
    try:
        entries = tomllib.loads(source.read_text(encoding="utf-8")).get("service", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongDirectoryError(f"The directory of services cannot be read: {error}") from None
    found = tuple(_entry(number, entry) for number, entry in enumerate(entries, start=1))
    codes = [entry.code for entry in found]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise WrongDirectoryError(f"The directory of services has two entries with the code {min(twice)!r}.")
    return found


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
    )
