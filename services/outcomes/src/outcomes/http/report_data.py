"""A report as plain data, for pages and programs; what leaves the service has its small counts hidden."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from outcomes.domain.change import TABLE_VERSION
from outcomes.domain.costs import FORMULA
from outcomes.domain.report import Answering, Change, Report, Share
from outcomes.domain.statistics_of_sums import Spread
from outcomes.domain.suppression import hidden, hidden_shares, is_small

HIDDEN = None


def data_of(report: Report, *, outside: bool) -> dict[str, Any]:
    """Every figure. `outside`: counts under 5, what they could be worked out from, and means of fewer than 5 are None."""
    return {
        "suppressed": outside,
        "people": _count(report.people, outside=outside),
        "places": _counts(report.places, outside=outside),
        "take_up": share_data(report.take_up, outside=outside),
        "completion": share_data(report.completion, outside=outside),
        "days_to_first_contact": spread_data(report.days_to_first_contact, outside=outside),
        "days_to_first_session": spread_data(report.days_to_first_session, outside=outside),
        "answering": [_answering(one, outside=outside) for one in report.answering],
        "active": {point: share_data(one, outside=outside) for point, one in report.active.items()},
        "changes": [_change(one, outside=outside) for one in report.changes],
        "important_changes": TABLE_VERSION,
        "costs": _costs(report, outside=outside),
    }


def by_data(reports: Mapping[str, Report], *, outside: bool) -> list[dict[str, Any]]:
    """The main figures of each group, the small groups hidden with those that they could be worked out from."""
    names = sorted(reports)
    gone = hidden([reports[name].people for name in names]) if outside else frozenset[int]()
    return [
        {
            "group": name,
            "people": HIDDEN if place in gone else reports[name].people,
            "take_up": _none_share() if place in gone else share_data(reports[name].take_up, outside=outside),
            "completion": _none_share() if place in gone else share_data(reports[name].completion, outside=outside),
            "changes": [] if place in gone else [_change(one, outside=outside) for one in reports[name].changes],
        }
        for place, name in enumerate(names)
    ]


def share_data(one: Share, *, outside: bool) -> dict[str, Any]:
    """A share: counts, per cent and its interval in per cent."""
    if outside and hidden_shares(one.count, of=one.of):
        return _none_share()
    low_high = [100 * end for end in one.interval] if one.interval else None
    percent = 100 * one.count / one.of if one.of else None
    return {"count": one.count, "of": one.of, "percent": percent, "ci95": low_high}


def spread_data(one: Spread | None, *, outside: bool) -> dict[str, Any] | None:
    """A mean with its standard deviation and interval."""
    if one is None or (outside and is_small(one.n)):
        return None
    return {"n": one.n, "mean": one.mean, "sd": one.sd, "ci95": list(one.interval) if one.interval else None}


def _none_share() -> dict[str, Any]:
    return {"count": HIDDEN, "of": HIDDEN, "percent": HIDDEN, "ci95": HIDDEN}


def _count(count: int, *, outside: bool) -> int | None:
    return HIDDEN if outside and is_small(count) else count


def _counts(counts: Mapping[str, int], *, outside: bool) -> dict[str, int | None]:
    gone = hidden(list(counts.values())) if outside else frozenset[int]()
    return {name: HIDDEN if place in gone else count for place, (name, count) in enumerate(counts.items())}


def _answering(one: Answering, *, outside: bool) -> dict[str, Any]:
    open_ones = one.asked - one.completed - one.late - one.missed
    kinds = {"completed": one.completed, "late": one.late, "missed": one.missed, "open": open_ones}
    response = _none_share() if outside and any(is_small(count) for count in kinds.values()) else None
    return {
        "time_point": one.time_point,
        "asked": _count(one.asked, outside=outside),
        **_counts(kinds, outside=outside),
        "response": response or share_data(one.response, outside=outside),
    }


def _change(one: Change, *, outside: bool) -> dict[str, Any]:
    gone = outside and is_small(one.change.n)
    shown = {
        "instrument": one.instrument,
        "version": one.version,
        "scale": one.scale,
        "label": one.label,
        "unit": one.unit,
        "direction": one.direction,
        "time_point": one.time_point,
        "important_change": one.rule,
    }
    if gone:
        return {**shown, "pairs": HIDDEN}
    responders = share_data(one.responders, outside=outside) if one.responders else None
    return {
        **shown,
        "pairs": one.change.n,
        "baseline": spread_data(one.baseline, outside=outside),
        "later": spread_data(one.later, outside=outside),
        "change": spread_data(one.change, outside=outside),
        "effect_size": one.effect_size,
        "responders": responders,
        "worse": _count(one.worse, outside=outside),
        "missing": _count(one.missing, outside=outside),
    }


def _costs(report: Report, *, outside: bool) -> dict[str, Any] | None:
    if report.costs is None or (outside and is_small(report.costs.people)):
        return None
    return {**asdict(report.costs), "formula": FORMULA}
