"""Decides what applying a declaration may do to what the broker has: create, widen, leave, or refuse."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# JetStream (or we) can't change these on something that exists.
_FIXED = ("retention", "storage", "ack_policy", "deliver_policy", "replay_policy")
# A smaller value would throw away what is kept. 0 and -1 mean: no limit.
_KEEPS = ("max_age", "max_msgs", "max_bytes", "max_msgs_per_subject", "max_msg_size")
# What JetStream answers for a setting that was not given.
_DEFAULTS: Json = {
    "discard_new_per_subject": False,
    "allow_direct": False,
    "max_age": 0,
    "max_msgs_per_subject": -1,
    "max_msg_size": -1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs: settings to change, and the sentences that say why some may not be."""

    settings: Json
    refusals: tuple[str, ...] = ()


def changes(*, what: str, wanted: Json, found: Json) -> Changes:
    """Compares one stream's or durable's configuration; `what` begins each refusal, for example "stream INTAKE"."""
    settings: Json = {}
    refusals = []
    for key, value in (_DEFAULTS | wanted).items():
        present = found.get(key, _DEFAULTS.get(key))
        if key in _DEFAULTS and key not in wanted and key not in found:
            continue
        if _same(key, value, present):
            continue
        settings[key] = value
        if key in _FIXED:
            refusals.append(
                f"{what}: {key} is {present!r} and can't be changed to {value!r}; it would have to be made anew (replay)"
            )
        elif key in _KEEPS and _size(value) < _size(present):
            refusals.append(f"{what}: {key} would shrink from {_shown(present)} to {_shown(value)}, which drops what is kept")
        elif key == "subjects" and (lost := set(present or []) - set(value)):
            refusals.append(f"{what}: subjects would lose {', '.join(sorted(lost))}")
    return Changes(settings=settings, refusals=tuple(refusals))


def _same(key: str, value: Any, present: Any) -> bool:
    if key in _KEEPS:
        return _size(value) == _size(present)
    if isinstance(value, list) and isinstance(present, list):
        return sorted(value) == sorted(present)
    return bool(value == present)


def _size(value: Any) -> float:
    return float("inf") if value in (None, 0, -1) else float(value)


def _shown(value: Any) -> str:
    return "no limit" if _size(value) == float("inf") else str(value)
