"""What comes as files: programmes and outward codes here, bank holidays in the govuk-bank-holidays wheel. Never the network."""

import csv
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable

import govuk_bank_holidays  # type: ignore[import-untyped]  # the wheel has no type hints

from scheduling.domain.distance import Position
from scheduling.domain.programmes import Programme, ProgrammeError, programme_from
from scheduling.domain.session_dates import Calendar


def load_programmes(folder: Traversable | None = None) -> Mapping[str, Programme]:
    """Read and check every programme of a folder, this package's own by default.

    Raises ProgrammeError naming the programme, the entry and the rule.
    """
    programmes: dict[str, Programme] = {}
    folder = folder or files("scheduling").joinpath("programmes")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        programme = programme_from(tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal))
        if programme.code in programmes:
            raise ProgrammeError(f"programme {programme.code}: code must be unique, two files have it.")
        programmes[programme.code] = programme
    return programmes


def load_positions() -> Mapping[str, Position]:
    """Where outward codes are, by code; data/README.md names the source."""
    lines = files("scheduling").joinpath("data", "outward_codes.csv").read_text(encoding="utf-8").splitlines()
    return {row["outward_code"]: Position(float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(lines)}


def load_bank_holidays() -> Mapping[str, Calendar]:
    """The bank holidays by division of the United Kingdom, from the wheel's own copy; known to the end of its last year."""
    document = json.loads(files(govuk_bank_holidays).joinpath("bank-holidays.json").read_text(encoding="utf-8"))
    calendars: dict[str, Calendar] = {}
    for division, holidays in document.items():
        closed = {date.fromisoformat(event["date"]): event["title"] for event in holidays["events"]}
        calendars[division] = Calendar(
            closed=closed, known_from=date(min(closed).year, 1, 1), known_until=date(max(closed).year, 12, 31)
        )
    return calendars
