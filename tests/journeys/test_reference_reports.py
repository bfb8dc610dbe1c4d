"""Published figures, printed by the report of synthetic people who went through the whole system: `./limber reference`.

Synthetic, calibrated: nothing is replicated by it. The two with over a thousand people take minutes each (`-m "not slow"` leaves
them out). Each leaves the home in the future, the last one where bank holidays are hardly known any more: they run in this order.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.embedded import Limber, limber_in
from support.servers import short_folder


@pytest.fixture(scope="module")
def limber() -> Iterator[Limber]:
    with short_folder() as folder, limber_in(folder / "home") as running:
        assert running.up().returncode == 0
        yield running


@pytest.mark.parametrize(
    ("name", "people", "printed"),
    [
        pytest.param("costs", 20, {"use": "320", "saving": "329"}, id="Jessep 2009"),
        pytest.param("completion", 200, {"completion": "78.5"}, id="Walker 2020"),
        pytest.param(
            "change",
            1386,
            {"change:pain": "+10", "change:function": "+9", "change:quality_of_life": "+10", "pairs:pain": "1386"},
            id="CSP interim",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "activity",
            1492,
            {"active:baseline": "24", "active:end": "78", "active:followup_6m": "69", "answered:followup_6m": "1492"},
            id="Hurley and Thompson 2024",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_report_prints_what_was_published(limber: Limber, name: str, people: int, printed: dict[str, str]) -> None:
    done = limber.run("reference", name, "--json", seconds=1500)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert {one["figure"]: one["printed"] for one in found["figures"]} == printed
    assert found["report"]["people"] == people
    assert found["report"]["label"].startswith("Synthetic, calibrated")
    assert found["problems"] == []
