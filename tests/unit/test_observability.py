"""Alert rules and the dashboard speak of metrics that a service really shows."""

import json
import re
from functools import cache
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from limber_embedded.checkout import DEPLOY
from service_kit.metrics import Gauge, Metrics
from support.built_services import SERVICES, built

FOLDER = DEPLOY / "observability"
_METRIC = re.compile(r"\blimber_\w+")


@cache
def shown() -> frozenset[str]:
    """The names of all samples of all services, once everything was counted and measured once."""
    found = set()
    for service in SERVICES:
        metrics = built(service).metrics
        metrics.handled(["one", "one", "other"])
        metrics.told(3)
        metrics.failed("one")
        metrics.measured([Gauge.of(name, 1) for name in metrics.gauges])
        for count in metrics.counters.values():
            count({})
        families = text_string_to_metric_families(metrics.text().decode())
        found |= {sample.name for family in families for sample in family.samples}
    return frozenset(found)


def unknown(expression: str) -> set[str]:
    return set(_METRIC.findall(expression)) - shown()


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]
    return found


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_knows_its_metrics_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert _METRIC.findall(rule["expr"])
    assert unknown(rule["expr"]) == set()
    assert rule["labels"]["severity"] in {"page", "look"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["do"]


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_knows_its_metrics(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        assert _METRIC.findall(target["expr"])
        assert unknown(target["expr"]) == set()


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    used = {
        name
        for text in [*(rule["expr"] for rule in rules()), *(target["expr"] for panel in panels() for target in panel["targets"])]
        for name in _METRIC.findall(text)
    }
    base = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in shown()}
    assert base - {re.sub(r"_bucket$", "", name) for name in used} == set()


def test_a_name_that_nothing_shows_is_found() -> None:
    assert unknown("rate(limber_events_eaten_total[1m])") == {"limber_events_eaten_total"}


def test_a_figure_without_a_description_is_refused() -> None:
    with pytest.raises(KeyError):
        Metrics(service="enrolment").measured([Gauge.of("limber_unheard_of", 1)])


def test_what_was_counted_is_shown_by_durable() -> None:
    metrics = Metrics(service="enrolment")
    metrics.handled(["one", "one", "other"])
    metrics.handled(["one"])
    samples = [
        (sample.labels["consumer"], sample.value)
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if sample.name == "limber_events_handled_total"
    ]
    assert sorted(samples) == [("one", 3.0), ("other", 1.0)]
