"""Results side by side: each scale at every time point, with the change since baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outcomes.domain.assessment import Assessment
from outcomes.domain.change import Change
from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.domain.instruments.instrument import Scale, Score

NOTHING = "-"
YES_OR_NO = "yes or no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One scale as it is printed: a value for each time point, the change, and whether it is an important one."""

    measure: str
    values: tuple[str, ...]
    change: str
    important: str


def rows_of(newest: Mapping[str, Assessment], *, points: Sequence[str]) -> tuple[ResultRow, ...]:
    """One row for each scale that has a score at any of the time points; the change is the one at the latest of them."""
    scores = {(point, s.instrument, s.scale): s for point, one in newest.items() for s in one.scores}
    changes = {(c.instrument, c.scale): c for point in points if point in newest for c in newest[point].changes}
    asked = {(instrument, scale) for _, instrument, scale in scores}
    found: list[ResultRow] = []
    for instrument in INSTRUMENTS.values():
        for scale in instrument.scales:
            if (instrument.code, scale.id) not in asked:
                continue
            change = changes.get((instrument.code, scale.id))
            found.append(
                ResultRow(
                    measure=f"{instrument.code}: {scale.label} ({scale.unit})",
                    values=tuple(_value(scores.get((point, instrument.code, scale.id)), scale) for point in points),
                    change=NOTHING if change is None or scale.unit == YES_OR_NO else signed(change.change),
                    important=_important(change),
                )
            )
    return tuple(found)


def _value(score: Score | None, scale: Scale) -> str:
    if score is None:
        return NOTHING
    if score.value is None:
        return f"no score ({score.missing} missing)"
    if scale.unit == YES_OR_NO:
        return "yes" if score.value else "no"
    return plain(score.value)


def plain(value: float) -> str:
    """A value with one decimal place, or none where it is whole."""
    return f"{value:.1f}".removesuffix(".0")


def signed(value: float) -> str:
    """A change with its sign."""
    text = plain(abs(value))
    return text if text == "0" else ("+" if value > 0 else "−") + text  # noqa: RUF001 - a minus sign, for people


def _important(change: Change | None) -> str:
    if change is None:
        return NOTHING
    return {True: "yes", False: "no", None: "none agreed"}[change.important]
