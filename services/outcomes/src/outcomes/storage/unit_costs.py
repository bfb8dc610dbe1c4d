"""Local unit costs: a TOML file, the shipped one or a site's own."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from outcomes.domain.costs import UnitCosts
from outcomes.domain.instruments.resource_use import QUESTIONS

PARTS = ("our_delivery", "usual_delivery", "usual_use")


class WrongUnitCostsError(ValueError):
    """The unit costs can't be used; the message names the entry and the rule."""


def read_unit_costs(path: Path | None) -> UnitCosts:
    """Read a file of unit costs, or the shipped one if `path` is None; WrongUnitCostsError names what is wrong."""
    source = files("outcomes") / "data" / "unit_costs.toml" if path is None else path
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUnitCostsError(f"The file of unit costs cannot be read: {error}") from None
    of_use = table.get("of_use", {})
    if unknown := sorted(set(of_use) - set(QUESTIONS)):
        raise WrongUnitCostsError(f"The unit costs name {unknown[0]!r}; there are {', '.join(QUESTIONS)}.")
    parts = {name: _pounds(name, table.get(name)) for name in PARTS}
    return UnitCosts(
        of_use={name: _pounds(f"of_use.{name}", amount) for name, amount in of_use.items()},
        source=str(table.get("source", "")),
        **parts,
    )


def _pounds(name: str, amount: Any) -> float:
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
        raise WrongUnitCostsError(f"The unit cost {name} must be pounds, 0 or more.")
    return float(amount)
