"""Reads streams.toml strictly: an unknown name, a wrong type or an unquoted duration is refused."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_UNITS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
_DURATION = re.compile(r"([1-9][0-9]*)(ms|s|m|h|d)")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_CHOICES = {"retention": ("limits", "interest", "workqueue"), "discard": ("old", "new")}
_STREAM_KEYS: Mapping[str, type] = {
    "subjects": list,
    "retention": str,
    "discard": str,
    "discard_new_per_subject": bool,
    "max_msgs_per_subject": int,
    "max_msg_size": int,
    "max_age": str,
    "duplicate_window": str,
    "allow_direct": bool,
}
_DURABLE_KEYS: Mapping[str, type] = {"filter_subjects": list, "ack_wait": str, "max_ack_pending": int, "max_deliver": int}
_DURATIONS = ("max_age", "duplicate_window", "ack_wait")


class DeclarationError(ValueError):
    """What is wrong in streams.toml, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durable:
    """A durable pull consumer; `config` as JetStream's API spells it (durations in nanoseconds)."""

    name: str
    stream: str
    config: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream and its durables; `config` as JetStream's API spells it (durations in nanoseconds)."""

    name: str
    config: Json
    durables: tuple[Durable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Everything that streams.toml declares; a bucket is the stream that holds it."""

    streams: tuple[Stream, ...]
    durable_defaults: Json

    def stream(self, name: str) -> Stream:
        return next(stream for stream in self.streams if stream.name == name)

    def durables_of(self, service: str) -> tuple[Durable, ...]:
        """Those whose name begins with the service's."""
        return tuple(d for stream in self.streams for d in stream.durables if d.name.startswith(f"{service}_"))

    def receipts_durable(self, *, channel: str, organisation: str) -> Durable:
        """Through which one organisation reads its own receipts."""
        name, own = f"receipts_{channel}_{organisation}", f"receipts.{channel}.{organisation}"
        config = _consumer(name, self.durable_defaults | {"filter_subjects": [own, f"{own}.>"]})
        return Durable(name=name, stream="RECEIPTS", config=config)


def load(path: Path | None = None) -> Declaration:
    """Reads the file; without a path the one that belongs to this installation."""
    chosen = path or _own_file()
    try:
        content = tomllib.loads(chosen.read_text(encoding="utf-8"))
        return read(content)
    except (tomllib.TOMLDecodeError, DeclarationError) as error:
        raise DeclarationError(f"{chosen}: {error}") from error


def read(content: Json) -> Declaration:
    """Turns the file's content into what JetStream's API takes."""
    _known(content, {"durable_defaults": dict, "streams": dict, "buckets": dict}, "the file")
    defaults = _values(content.get("durable_defaults", {}), _DURABLE_KEYS, "durable_defaults")
    streams = [_stream(name, table, defaults) for name, table in content.get("streams", {}).items()]
    buckets = [_bucket(name, table) for name, table in content.get("buckets", {}).items()]
    return Declaration(streams=(*streams, *buckets), durable_defaults=defaults)


def duration(value: object, where: str) -> int:
    """Nanoseconds of a quoted duration such as "60s"; a bare number is refused because its unit would be guessed."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise DeclarationError(f'{where} must be a quoted duration such as "100ms", "60s", "2m", "24h" or "30d", not {value!r}')
    return int(match[1]) * _UNITS[match[2]]


def _stream(name: str, table: Json, defaults: Json) -> Stream:
    where = f"streams.{name}"
    _named(name, where)
    own = {key: value for key, value in table.items() if key != "durables"}
    values = {"retention": "limits", "discard": "old", "duplicate_window": _UNITS["m"] * 2}
    values |= _values(own, _STREAM_KEYS, where)
    if not values.get("subjects"):
        raise DeclarationError(f"{where}.subjects must name at least one subject")
    durables = []
    for durable, content in table.get("durables", {}).items():
        at = f"{where}.durables.{durable}"
        _named(durable, at)
        config = _consumer(durable, defaults | _values(content, _DURABLE_KEYS, at))
        if not config.get("filter_subjects"):
            raise DeclarationError(f"{at}.filter_subjects must name at least one subject")
        durables.append(Durable(name=durable, stream=name, config=config))
    return Stream(name=name, config={"name": name, "storage": "file", **values}, durables=tuple(durables))


def _bucket(name: str, table: Json) -> Stream:
    where = f"buckets.{name}"
    _named(name, where)
    history = _values(table, {"history": int}, where).get("history", 1)
    return Stream(
        name=f"KV_{name}",
        config={
            "name": f"KV_{name}",
            "subjects": [f"$KV.{name}.>"],
            "storage": "file",
            "retention": "limits",
            "discard": "new",
            "max_msgs_per_subject": history,
            "duplicate_window": _UNITS["m"] * 2,
            "allow_rollup_hdrs": True,
            "deny_delete": True,
            "allow_direct": True,
        },
    )


def _consumer(name: str, values: Json) -> Json:
    fixed = {"durable_name": name, "ack_policy": "explicit", "deliver_policy": "all", "replay_policy": "instant"}
    return {**fixed, **values}


def _values(table: Json, keys: Mapping[str, type], where: str) -> Json:
    _known(table, keys, where)
    values = {key: duration(value, f"{where}.{key}") if key in _DURATIONS else value for key, value in table.items()}
    for key, choices in _CHOICES.items():
        if key in values and values[key] not in choices:
            raise DeclarationError(f"{where}.{key} must be one of {', '.join(choices)}, not {values[key]!r}")
    return values


def _known(table: Json, keys: Mapping[str, type], where: str) -> None:
    for key, value in table.items():
        if key not in keys:
            raise DeclarationError(f"{where} has {key!r}, which is not known; known are {', '.join(keys)}")
        if key not in _DURATIONS and type(value) is not keys[key]:
            raise DeclarationError(f"{where}.{key} must be a {keys[key].__name__}, not {value!r}")


def _named(name: str, where: str) -> None:
    if not _NAME.fullmatch(name):
        raise DeclarationError(f"{where} must be named with letters, digits, - and _ only")


def _own_file() -> Path:
    here = Path(__file__).resolve().parent
    installed = here / "streams.toml"
    return installed if installed.exists() else here.parents[1] / "streams.toml"
