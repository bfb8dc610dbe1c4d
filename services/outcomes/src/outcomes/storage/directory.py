"""The directory of services of a file: the shipped TOML, or a site's own TOML or CSV; and where outward codes are."""

import csv
import tomllib
from importlib.resources import files
from pathlib import Path

from outcomes.domain.directory_entries import WrongEntryError, entry_from, lines_of
from outcomes.domain.nearness import Places, Position
from outcomes.domain.signposting import Directory, LocalService


class WrongDirectoryError(ValueError):
    """The directory file can't be used; the message names the entry and the rule."""


def read_directory(path: Path | None) -> Directory:
    """Read a directory file, or the shipped one if `path` is None; WrongDirectoryError names what is wrong."""
    source = files("outcomes") / "data" / "directory.toml" if path is None else path
    try:
        text = source.read_text(encoding="utf-8-sig")
        found = _of_csv(text) if source.name.endswith(".csv") else _of_toml(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongDirectoryError(f"The directory of services cannot be read: {error}") from None
    except WrongEntryError as error:
        raise WrongDirectoryError(f"The directory of services cannot be read: {error}") from None
    codes = [entry.code for entry in found]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise WrongDirectoryError(f"The directory of services has two entries with the code {min(twice)!r}.")
    return Directory(services=found, places=read_places())


def read_places() -> Places:
    """Where outward codes are; data/README.md names the source."""
    lines = (files("outcomes") / "data" / "outward_codes.csv").read_text(encoding="utf-8").splitlines()
    return Places(
        {row["outward_code"]: Position(float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(lines)}
    )


def _of_csv(text: str) -> tuple[LocalService, ...]:
    found: list[LocalService] = []
    for line in lines_of(text):
        if line.entry is None:
            raise WrongDirectoryError(f"Line {line.number} of the directory of services: {line.problem}")
        found.append(line.entry)
    return tuple(found)


def _of_toml(text: str) -> tuple[LocalService, ...]:
    found: list[LocalService] = []
    for number, facts in enumerate(tomllib.loads(text).get("service", []), start=1):
        try:
            found.append(entry_from(facts))
        except WrongEntryError as error:
            raise WrongDirectoryError(f"Entry {number} of the directory of services: {error}") from None
    return tuple(found)
