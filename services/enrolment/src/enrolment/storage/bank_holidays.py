"""Bank holidays, from the wheel's own copy; never the network."""

import json
from datetime import date
from importlib.resources import files

import govuk_bank_holidays  # type: ignore[import-untyped]  # the wheel has no type hints

ENGLAND_AND_WALES = "england-and-wales"


def load_bank_holidays(division: str = ENGLAND_AND_WALES) -> frozenset[date]:
    """Return the bank holidays of a division of the United Kingdom; KeyError if there is no such division."""
    document = json.loads(files(govuk_bank_holidays).joinpath("bank-holidays.json").read_text(encoding="utf-8"))
    return frozenset(date.fromisoformat(event["date"]) for event in document[division]["events"])
