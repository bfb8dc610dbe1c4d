"""The figures of a report: statistics checked by hand and against SciPy, costs, and what is hidden from outside."""

import math
import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from outcomes.domain.costs import UnitCosts, costs_of, saving
from outcomes.domain.report import report_of
from outcomes.domain.statistics_of_sums import Sums, change_of, effect_size, first_of, proportion_interval
from outcomes.domain.suppression import LEAST_SHOWN, hidden, hidden_shares
from outcomes.http.report_data import by_data, data_of
from outcomes.storage.unit_costs import WrongUnitCostsError, read_unit_costs

COSTS = read_unit_costs(None)


def sums_of(pairs: Sequence[tuple[float, float]], *, better: int = 0, worse: int = 0) -> Sums:
    return Sums(
        n=len(pairs),
        first=sum(a for a, _ in pairs),
        later=sum(b for _, b in pairs),
        first_squared=sum(a * a for a, _ in pairs),
        later_squared=sum(b * b for _, b in pairs),
        product=sum(a * b for a, b in pairs),
        better=better,
        worse=worse,
    )


def test_a_paired_change_is_the_one_worked_by_hand() -> None:
    # Changes 10, 20, 0, 10: mean 10, SD sqrt(200/3) = 8.165, t(3, 0.975) = 3.182446, half width 3.182446 * 8.165 / 2 = 12.992.
    sums = sums_of([(40, 50), (50, 70), (60, 60), (70, 80)])
    change = change_of(sums)
    assert change is not None
    assert (change.n, change.mean) == (4, 10)
    assert change.sd == pytest.approx(8.16497, abs=1e-5)
    assert change.interval == pytest.approx((-2.9922, 22.9922), abs=1e-3)
    # SD of the baselines 40, 50, 60, 70 is 12.9099: effect size 10 / 12.9099 = 0.7746.
    assert effect_size(sums) == pytest.approx(0.774597, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=60))
def test_intervals_from_sums_agree_with_scipy_on_the_people(pairs: list[tuple[int, int]]) -> None:
    changes = [b - a for a, b in pairs]
    change = change_of(sums_of(pairs))
    assert change is not None
    assert change.sd is not None
    assert math.isclose(change.mean, statistics.mean(changes), abs_tol=1e-9)
    assert math.isclose(change.sd, statistics.stdev(changes), abs_tol=1e-6)
    if change.sd > 0.01 and change.interval is not None:
        expected = stats.t.interval(0.95, len(changes) - 1, loc=statistics.mean(changes), scale=stats.sem(changes))
        assert change.interval == pytest.approx(expected, abs=1e-4)


@given(st.integers(0, 400), st.integers(1, 400))
def test_wilsons_interval_agrees_with_scipy(count: int, of: int) -> None:
    count = min(count, of)
    expected = stats.binomtest(count, of).proportion_ci(method="wilson")
    assert proportion_interval(count=count, of=of) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_one_person_has_a_mean_and_no_interval_and_nobody_has_none() -> None:
    alone = first_of(sums_of([(40, 50)]))
    assert alone is not None
    assert (alone.mean, alone.sd, alone.interval) == (40, None, None)
    assert first_of(Sums()) is None
    assert proportion_interval(count=0, of=0) is None


def test_the_published_saving_is_329_pounds() -> None:
    assert saving(usual_delivery=130, usual_use=583, our_delivery=64, our_use=320) == 329
    unit_costs = UnitCosts(of_use={"gp": 40.0}, our_delivery=64, usual_delivery=130, usual_use=583, source="Jessep 2009")
    costs = costs_of(unit_costs, used={"gp": 8.0, "unknown": 3.0}, people=50)
    assert (costs.our_use, costs.saving) == (320, 329)
    assert costs.worked_out == "(130.00 + 583.00) - (64.00 + 320.00) = 329.00"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("our_delivery = -1", "The unit cost our_delivery must be pounds, 0 or more."),
        ("our_delivery = 1\nusual_delivery = 1", "The unit cost usual_use must be pounds, 0 or more."),
        ("[of_use]\nspa = 3", "The unit costs name 'spa'; there are gp, physiotherapy, medicines, emergency."),
        ("[of_use", "The file of unit costs cannot be read"),
    ],
)
def test_a_file_of_unit_costs_that_is_wrong_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "unit_costs.toml"
    file.write_text(text)
    with pytest.raises(WrongUnitCostsError) as wrong:
        read_unit_costs(file)
    assert str(wrong.value).startswith(sentence)


@given(st.lists(st.integers(0, 40), max_size=8))
def test_what_is_hidden_cannot_be_worked_out_from_the_rest(counts: list[int]) -> None:
    gone = hidden(counts)
    small = {place for place, count in enumerate(counts) if 0 < count < LEAST_SHOWN}
    assert small <= gone
    if gone and any(count for place, count in enumerate(counts) if place not in gone):
        assert len(gone) > 1
        assert sum(counts[place] for place in gone) >= LEAST_SHOWN
    if not small:
        assert not gone


@pytest.mark.parametrize(
    ("count", "of", "gone"), [(0, 20, False), (4, 20, True), (5, 20, False), (16, 20, True), (20, 20, False), (2, 3, True)]
)
def test_a_share_is_hidden_with_its_small_part_or_its_small_rest(count: int, of: int, gone: bool) -> None:  # noqa: FBT001 - a table
    assert hidden_shares(count, of=of) is gone


SUMS = {
    "people": Sums(n=30),
    "place:completed": Sums(n=20),
    "place:below_completion": Sums(n=3),
    "place:waiting": Sums(n=7),
    "started": Sums(n=23),
    "asked:end": Sums(n=20),
    "completed:end": Sums(n=17),
    "missed:end": Sums(n=3),
    "score:ACTIVITY|1|active|end": Sums(n=20, first=15, first_squared=15),
    "pair:NRS|1|pain|end": sums_of([(8, 5)] * 10 + [(6, 6)] * 6, better=10),
    "pair:KOOS-12|1|pain|end": sums_of([(40, 50)] * 4),
}


def test_a_report_prints_pairs_responders_and_the_rule_behind_them() -> None:
    report = report_of(SUMS, points=("baseline", "end"), unit_costs=COSTS)
    assert (report.take_up.count, report.take_up.of) == (23, 30)
    assert (report.completion.count, report.completion.of) == (20, 23)
    assert (report.active["end"].count, report.active["end"].of) == (15, 20)
    pain, koos = report.changes
    assert (pain.change.n, pain.change.mean) == (16, -1.875)
    assert pain.responders is not None
    assert pain.responders.count == 10
    assert (koos.responders, koos.rule) == (None, "none agreed")
    assert report.costs is None


def test_inside_everything_is_shown_and_outside_small_counts_are_not() -> None:
    report = report_of(SUMS, points=("baseline", "end"), unit_costs=COSTS)
    inside, outside = data_of(report, outside=False), data_of(report, outside=True)
    assert inside["places"] == {"below_completion": 3, "completed": 20, "waiting": 7}
    assert outside["places"] == {"below_completion": None, "completed": 20, "waiting": None}
    assert inside["completion"]["count"] == 20
    assert outside["completion"] == {"count": None, "of": None, "percent": None, "ci95": None}
    assert inside["changes"][1]["pairs"] == 4
    assert outside["changes"][1]["pairs"] is None
    assert "change" not in outside["changes"][1]
    [answering] = outside["answering"]
    assert (answering["missed"], answering["completed"], answering["response"]["percent"]) == (None, None, None)


def test_groups_side_by_side_hide_a_small_one_with_the_next_smallest() -> None:
    groups = {name: report_of({"people": Sums(n=n)}, points=(), unit_costs=COSTS) for name, n in (("a", 3), ("b", 9), ("c", 40))}
    assert [one["people"] for one in by_data(groups, outside=True)] == [None, None, 40]
    assert [one["people"] for one in by_data(groups, outside=False)] == [3, 9, 40]


def test_a_measure_of_an_instrument_that_is_no_longer_known_is_left_out() -> None:
    found = report_of({"pair:SF-36|1|x|end": sums_of([(1, 2), (2, 3)])}, points=("end",), unit_costs=COSTS)
    assert found.changes == ()
