"""What the people of a reference report answer: they differ, and the published means are met."""

import statistics
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from limber_embedded.simulation.reference import NAMES, given_by, printed

POINTS_OF_A_STEP = 6.25


def fixture(name: str) -> dict[str, Any]:
    return tomllib.loads((files("limber_embedded.simulation") / "references" / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_names_its_source_and_gives_the_same_answers_again(name: str) -> None:
    found = fixture(name)
    assert found["source"]
    assert found["published"]
    assert given_by(found) == given_by(found)


def test_so_many_are_active_as_the_fixture_says_and_they_differ() -> None:
    found = fixture("activity")
    for point, active in found["active"].items():
        minutes = [one[point]["ACTIVITY"]["minutes"] for one in given_by(found)]
        assert sum(minute >= 30 for minute in minutes) == active
        assert len(set(minutes)) > 10


def test_the_mean_change_is_met_and_some_are_worse() -> None:
    found = fixture("change")
    given = given_by(found)
    items = {"pain": ("P1", "P5", "P6", "P8"), "function": ("A3", "A4", "A7", "SP4"), "quality_of_life": ("Q1", "Q2", "Q3", "Q4")}
    for scale, ids in items.items():
        changes = [
            sum(one["baseline"]["KOOS-12"][item] - one["end"]["KOOS-12"][item] for item in ids) * POINTS_OF_A_STEP
            for one in given
        ]
        assert statistics.mean(changes) == pytest.approx(found["change"][scale], abs=0.01)
        assert min(changes) < 0 < statistics.stdev(changes)
        assert all(0 <= one[point]["KOOS-12"][item] <= 4 for one in given for point in ("baseline", "end") for item in ids)


def test_a_figure_is_printed_as_it_was_published() -> None:
    changes = [{"scale": "pain", "time_point": "end", "change": {"mean": 9.96}, "pairs": 5}]
    report = {"changes": changes, "completion": {"percent": 78.54}}
    assert printed(report, "change:pain", like="+10") == "+10"
    assert printed(report, "completion", like="78.5") == "78.5"
    assert printed(report, "pairs:pain", like="5") == "5"
