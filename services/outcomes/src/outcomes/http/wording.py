"""The official wording of licensed instruments, from a local file; without it, items are shown by their short labels."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.domain.instruments.instrument import Instrument


class WrongWordingError(ValueError):
    """The wording file can't be used; the message names the instrument, the item and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWording:
    """A question as its owner or a translator words it, its choices from the lowest value to the highest, its hint and ends."""

    question: str
    choices: tuple[str, ...] = ()
    hint: str | None = None
    ends: tuple[str, str] | None = None


Wording = Mapping[tuple[str, str], ItemWording]


def read_wording(path: Path | None, *, language: str = "en") -> Wording:
    """Read the wording file by (instrument, item); nothing if `path` is None. WrongWordingError says what is wrong.

    Items that have no wording in another `language` than English are left out.
    """
    if path is None:
        return {}
    suffix = "" if language == "en" else f"_{language}"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongWordingError(f"The wording file cannot be read: {error}") from None
    found: dict[tuple[str, str], ItemWording] = {}
    for code, items in tables.items():
        instrument = INSTRUMENTS.get(code)
        if instrument is None:
            raise WrongWordingError(f"The wording file names {code!r}; the instruments are {', '.join(INSTRUMENTS)}.")
        if not isinstance(items, dict):
            raise WrongWordingError(f"The wording file has no items for {code}.")
        for item_id, entry in items.items():
            if not suffix or (isinstance(entry, dict) and f"question{suffix}" in entry):
                found[code, item_id] = _item(instrument, item_id, entry, suffix)
    return found


def _item(instrument: Instrument, item_id: str, entry: Any, suffix: str) -> ItemWording:
    item = instrument.item(item_id)
    if item is None:
        raise WrongWordingError(f"The wording file has {instrument.code} {item_id!r}, which is no item of {instrument.code}.")
    question = entry.get(f"question{suffix}") if isinstance(entry, dict) else None
    if not isinstance(question, str) or not question.strip():
        raise WrongWordingError(f"The wording file has no question for {instrument.code} {item_id}.")
    choices = tuple(entry.get(f"choices{suffix}", ()))
    if choices and len(choices) != item.most - item.least + 1:
        raise WrongWordingError(
            f"The wording file needs {item.most - item.least + 1} choices for {instrument.code} {item_id}, lowest value first."
        )
    return ItemWording(question=question, choices=choices)
