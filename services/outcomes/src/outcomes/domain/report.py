"""The figures of a report, from sums that were kept up as facts came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from outcomes.domain.change import NONE_AGREED, rule_for
from outcomes.domain.costs import Costs, UnitCosts, costs_of
from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.domain.instruments.instrument import Scale
from outcomes.domain.instruments.resource_use import CODE as RESOURCE_USE
from outcomes.domain.statistics_of_sums import (
    Interval,
    Spread,
    Sums,
    change_of,
    effect_size,
    first_of,
    later_of,
    proportion_interval,
    spread,
)

SumsByMeasure = Mapping[str, Sums]
FOLLOW_UP = "followup_6m"
NO_RULE = "none agreed"
YES_OR_NO = "yes or no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with Wilson's 95 % interval (shares from 0 to 1)."""

    count: int
    of: int
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change on one scale between the baseline and a later time point, of those who have both: `change.n` pairs."""

    instrument: str
    version: str
    scale: str
    label: str
    unit: str
    direction: str
    time_point: str
    baseline: Spread
    later: Spread
    change: Spread
    effect_size: float | None
    responders: Share | None
    worse: int
    rule: str
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How many were asked at a time point and what became of it."""

    time_point: str
    asked: int
    completed: int
    late: int
    missed: int
    response: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every figure; shares carry their counts."""

    people: int
    places: Mapping[str, int]
    take_up: Share
    completion: Share
    days_to_first_contact: Spread | None
    days_to_first_session: Spread | None
    answering: tuple[Answering, ...]
    active: Mapping[str, Share]
    changes: tuple[Change, ...]
    costs: Costs | None


def share(count: int, of: int) -> Share:
    """A share with its interval."""
    return Share(count=count, of=of, interval=proportion_interval(count=count, of=of))


def report_of(sums: SumsByMeasure, *, points: Sequence[str], unit_costs: UnitCosts) -> Report:
    """Work the figures out; `points` are the time points in their order."""

    def count(name: str) -> int:
        return sums[name].n if name in sums else 0

    places = {name.partition(":")[2]: one.n for name, one in sorted(sums.items()) if name.startswith("place:") and one.n}
    return Report(
        people=count("people"),
        places=places,
        take_up=share(count("started"), count("people")),
        completion=share(places.get("completed", 0), count("started")),
        days_to_first_contact=_days(sums, "days:first_contact"),
        days_to_first_session=_days(sums, "days:first_session"),
        answering=tuple(_answering(point, count) for point in points if count(f"asked:{point}")),
        active={
            point: share(round(one.first), one.n)
            for point in points
            if (one := sums.get(f"score:ACTIVITY|1|active|{point}")) and one.n
        },
        changes=_changes(sums, points),
        costs=_costs(sums, unit_costs),
    )


def _days(sums: SumsByMeasure, name: str) -> Spread | None:
    one = sums.get(name, Sums())
    return spread(n=one.n, total=one.first, squares=one.first_squared)


def _answering(point: str, count: Callable[[str], int]) -> Answering:
    asked, completed = count(f"asked:{point}"), count(f"completed:{point}")
    return Answering(
        time_point=point,
        asked=asked,
        completed=completed,
        late=count(f"late:{point}"),
        missed=count(f"missed:{point}"),
        response=share(completed, asked),
    )


def _changes(sums: SumsByMeasure, points: Sequence[str]) -> tuple[Change, ...]:
    order = {point: place for place, point in enumerate(points)}
    scales = {(one.code, scale.id): scale for one in INSTRUMENTS.values() for scale in one.scales}
    places = {key: place for place, key in enumerate(scales)}
    found = []
    for name, one in sums.items():
        kind, _, rest = name.partition(":")
        if kind != "pair" or not one.n:
            continue
        instrument, version, scale_id, point = rest.split("|")
        scale = scales.get((instrument, scale_id))
        if scale is not None and instrument != RESOURCE_USE and scale.unit != YES_OR_NO and point in order:
            missing = sums.get(f"missing:{rest}", Sums()).n
            change = _change(one, instrument, version, scale, point, missing)
            found.append(((places[instrument, scale_id], order[point], version), change))
    return tuple(change for _, change in sorted(found, key=lambda pair: pair[0]))


def _change(one: Sums, instrument: str, version: str, scale: Scale, point: str, missing: int) -> Change:
    baseline, later, change = first_of(one), later_of(one), change_of(one)
    if baseline is None or later is None or change is None:
        raise ValueError("there are no pairs")
    rule = rule_for(instrument=instrument, scale=scale.id)
    words = rule.citation if rule else NO_RULE if instrument in NONE_AGREED else "no important change in the table"
    return Change(
        instrument=instrument,
        version=version,
        scale=scale.id,
        label=scale.label,
        unit=scale.unit,
        direction=scale.direction,
        time_point=point,
        baseline=baseline,
        later=later,
        change=change,
        effect_size=effect_size(one),
        responders=share(one.better, one.n) if rule else None,
        worse=one.worse,
        rule=words,
        missing=missing,
    )


def _costs(sums: SumsByMeasure, unit_costs: UnitCosts) -> Costs | None:
    used: dict[str, float] = {}
    people: list[int] = []
    for name in unit_costs.of_use:
        one = sums.get(f"score:{RESOURCE_USE}|1|{name}|{FOLLOW_UP}")
        if one is not None and one.n:
            used[name] = one.first / one.n
            people.append(one.n)
    return costs_of(unit_costs, used=used, people=min(people)) if people else None
