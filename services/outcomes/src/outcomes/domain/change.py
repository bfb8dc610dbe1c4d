"""Change since baseline, and whether it is one that matters to a person."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.domain.instruments.instrument import Direction, Score

TABLE_VERSION = "2026-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportantChange:
    """The least change on a scale that matters, in the scale's units or as a share of the baseline; with where it comes from."""

    instrument: str
    scale: str
    points: float | None = None
    share: float | None = None
    citation: str


_KOOS = "minimal important change after supervised exercise, PubMed 41367621"

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
    ImportantChange(instrument="KOOS", scale="pain", points=11.3, citation=_KOOS),
    ImportantChange(instrument="KOOS", scale="symptoms", points=12.1, citation=_KOOS),
    ImportantChange(instrument="KOOS", scale="adl", points=10.2, citation=_KOOS),
    ImportantChange(instrument="KOOS", scale="sport", points=15.5, citation=_KOOS),
    ImportantChange(instrument="KOOS", scale="quality_of_life", points=13.2, citation=_KOOS),
    ImportantChange(
        instrument="KOOS-PS",
        scale="function",
        points=2.2,
        citation="PMC3943561; about one raw step of the table, so a single answer one step up or down reaches it",
    ),
    ImportantChange(instrument="SWEMWBS", scale="metric", points=3, citation="3 points on the metric score, programme's table"),
    ImportantChange(
        instrument="KOOS",
        scale="womac_lk31_function",
        share=0.15,
        citation="15 % of the baseline: the responder rule of the trials (Hurley 2007)",
    ),
    ImportantChange(
        instrument="HOOS",
        scale="womac_lk31_function",
        share=0.15,
        citation="15 % of the baseline: the responder rule of the trials (Hurley 2007)",
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
    rule = rule_for(instrument=instrument, scale=scale)
    if rule is None:
        return None
    by_share = rule.share is not None and baseline != 0 and reaches(abs(change), rule.share * abs(baseline))
    by_points = rule.points is not None and reaches(abs(change), rule.points)
    return change != 0 and (by_points or by_share)


def reaches(change: float, threshold: float) -> bool:
    """At least the threshold; what differs only by the way computers keep decimals counts as equal."""
    return change >= threshold or math.isclose(change, threshold, rel_tol=1e-9)


def rule_for(*, instrument: str, scale: str) -> ImportantChange | None:
    """The scale's row of the table, or None where no important change is agreed."""
    return next((rule for rule in IMPORTANT_CHANGES if (rule.instrument, rule.scale) == (instrument, scale)), None)


def direction_of(*, instrument: str, scale: str) -> Direction:
    """Whether more of a scale is better, worse or neither."""
    known = INSTRUMENTS.get(instrument)
    found = known.scale(scale) if known else None
    return found.direction if found else "none"


def is_better(*, instrument: str, scale: str, change: float) -> bool | None:
    """Whether a change is for the better; None for no change, and for a scale without a better end."""
    direction = direction_of(instrument=instrument, scale=scale)
    if change == 0 or direction == "none":
        return None
    return (change > 0) == (direction == "higher_is_better")


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
