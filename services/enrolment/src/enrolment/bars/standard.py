"""The standard's tables, from `standard.toml`: codes, how many resources a message holds, and what profiles ask for."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What a profile asks of one element. `path` is below the resource; `maximum` None means any number."""

    path: tuple[str, ...]
    minimum: int = 0
    maximum: int | None = None
    fixed: str | None = None
    only_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRules:
    """What a MessageDefinition asks: for each type of resource the least and the most; None means any number."""

    definition: str
    counts: Mapping[str, tuple[int, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """All tables. `codes` is by type of resource, `*` being every one, each with paths and their codes; `profiles` by address."""

    code_systems: Mapping[str, frozenset[str]]
    codes: Mapping[str, Sequence[tuple[tuple[str, ...], frozenset[str]]]]
    required: Mapping[str, Sequence[tuple[str, ...]]]
    messages: Mapping[str, MessageRules]
    profiles: Mapping[str, Sequence[Element]]


@cache
def standard() -> Standard:
    """Read the tables, once."""
    data = tomllib.loads((files(__package__) / "standard.toml").read_text(encoding="utf-8"))
    return Standard(
        code_systems={system: frozenset(codes) for system, codes in data["code_systems"].items()},
        codes=_by_kind(data["codes"]),
        required={kind: [tuple(path.split(".")) for path in paths] for kind, paths in data["required"].items()},
        messages={
            name: MessageRules(
                definition=message["definition"],
                counts={kind: _bounds(text) for kind, text in message["counts"].items()},
            )
            for name, message in data["messages"].items()
        },
        profiles={
            url: [
                Element(
                    path=tuple(_name(part) for part in element["path"].split(".")[1:]),
                    minimum=element.get("min", 0),
                    maximum=element.get("max"),
                    fixed=element.get("fixed"),
                    only_type=element.get("type"),
                )
                for element in profile["elements"]
            ]
            for url, profile in data["profiles"].items()
        },
    )


def _by_kind(codes: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    found: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for path, allowed in codes.items():
        kind, *names = path.split(".")
        found.setdefault(kind, []).append((tuple(names), frozenset(allowed)))
    return found


def _bounds(text: str) -> tuple[int, int | None]:
    least, _, most = text.partition("..")
    return int(least), None if most == "*" else int(most)


def _name(part: str) -> str:
    """Return the name in a message: of a choice of types (`event[x]`), the one that BaRS uses."""
    return {"event[x]": "eventCoding", "occurrence[x]": "occurrencePeriod"}.get(part, part)
