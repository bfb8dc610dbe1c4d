"""Change since baseline, and whether it is one that matters to a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from outcomes.domain.instruments.instrument import Score

TABLE_VERSION = "2026-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportantChange:
    """The least change on a scale that matters, in the scale's units or as a share of the baseline; with where it comes from."""

    instrument: str
    scale: str
    points: float
    share: float | None = None
    citation: str


IMPORTANT_CHANGES: tuple[ImportantChange, ...] = (
    ImportantChange(
        instrument="NRS",
        scale="pain",
        points=2,
        share=0.3,
        citation="2 points or 30 %: the usual rule for an 11-point scale; unverified here",
    ),
    ImportantChange(
        instrument="CHAIR-STAND",
        scale="stands",
        points=2.5,
        citation="2.5 stands: detectable change",
    ),
)
NONE_AGREED: tuple[str, ...] = ("KOOS-12", "HOOS-12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """End minus baseline on one scale. `important`: large enough to matter, for better or worse; None where nothing is agreed."""

    instrument: str
    scale: str
    change: float
    important: bool | None


def is_important(*, instrument: str, scale: str, baseline: float, change: float) -> bool | None:
    """Whether a change reaches the scale's important change in either direction, or None where none is agreed."""
    for rule in IMPORTANT_CHANGES:
        if (rule.instrument, rule.scale) == (instrument, scale):
            by_share = rule.share is not None and baseline != 0 and abs(change) >= rule.share * abs(baseline)
            return change != 0 and (abs(change) >= rule.points or by_share)
    return None


def changes_since(*, baseline: Iterable[Score], later: Iterable[Score]) -> tuple[Change, ...]:
    """Later minus baseline for each scale that has a value at both, of the same instrument and version; nothing is imputed."""
    before = {(score.instrument, score.version, score.scale): score.value for score in baseline}
    found: list[Change] = []
    for score in later:
        first = before.get((score.instrument, score.version, score.scale))
        if first is None or score.value is None:
            continue
        change = score.value - first
        important = is_important(instrument=score.instrument, scale=score.scale, baseline=first, change=change)
        found.append(Change(instrument=score.instrument, scale=score.scale, change=change, important=important))
    return tuple(found)
