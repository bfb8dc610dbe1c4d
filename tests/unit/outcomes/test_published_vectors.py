"""Every figure that programme documents and papers print for an instrument, to the digit."""

import math
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.domain.instruments import physical_short_form, wellbeing
from outcomes.domain.instruments.catalogue import INSTRUMENTS, instrument_of
from outcomes.domain.instruments.eq_5d_5l import VALUE_SETS, profile
from outcomes.domain.instruments.hads import band
from outcomes.domain.instruments.instrument import Answers, WrongAnswersError


def values(code: str, answers: Answers) -> dict[str, float | None]:
    return {score.scale: score.value for score in instrument_of(code).score(answers)}


def same(code: str, answer: int) -> dict[str, int]:
    return {item.id: answer for item in instrument_of(code).items}


KOOS_PAIN = dict(zip((f"P{number}" for number in range(1, 10)), (3, 2, 1, 2, 3, 4, 1, 2, 3), strict=True))


@pytest.mark.parametrize(("answered", "expected"), [(9, 41.667), (5, 45.0), (4, None)])
def test_koos_pain_is_the_published_example(answered: int, expected: float | None) -> None:
    answers = dict(list(KOOS_PAIN.items())[:answered])
    found = values("KOOS", answers)["pain"]
    assert (found is None) if expected is None else (found == pytest.approx(expected, abs=0.0005))


@pytest.mark.parametrize(
    ("code", "scale", "letter", "items", "needed"),
    [
        ("KOOS", "pain", "P", 9, 5),
        ("KOOS", "symptoms", "S", 7, 4),
        ("KOOS", "adl", "A", 17, 9),
        ("KOOS", "sport", "SP", 5, 3),
        ("KOOS", "quality_of_life", "Q", 4, 2),
        ("HOOS", "pain", "P", 10, 5),
        ("HOOS", "symptoms", "S", 5, 3),
        ("HOOS", "adl", "A", 17, 9),
        ("HOOS", "sport", "SP", 4, 2),
        ("HOOS", "quality_of_life", "Q", 4, 2),
    ],
)
@given(data=st.data())
def test_a_subscale_has_a_score_exactly_from_half_of_its_items_on(
    code: str, scale: str, letter: str, items: int, needed: int, data: st.DataObject
) -> None:
    ids = [f"{letter}{number}" for number in range(1, items + 1)]
    answered = data.draw(st.sets(st.sampled_from(ids)))
    answers = {item_id: data.draw(st.integers(0, 4)) for item_id in sorted(answered)}
    [score] = [one for one in instrument_of(code).score(answers) if one.scale == scale]
    assert score.missing == items - len(answered)
    assert (score.value is not None) == (len(answered) >= needed)
    if score.value is not None:
        assert math.isclose(score.value, 100 - sum(answers.values()) / len(answers) * 25)
    assert instrument_of(code).item(f"{letter}{items + 1}") is None


@pytest.mark.parametrize(
    ("code", "pain", "stiffness"),
    [("KOOS", ("P5", "P6", "P7", "P8", "P9"), ("S6", "S7")), ("HOOS", ("P4", "P5", "P6", "P7", "P8"), ("S4", "S5"))],
)
def test_womac_is_the_raw_sum_of_its_own_items(code: str, pain: tuple[str, ...], stiffness: tuple[str, ...]) -> None:
    function = tuple(f"A{number}" for number in range(1, 18))
    for ids, scale, most in ((pain, "pain", 20), (stiffness, "stiffness", 8), (function, "function", 68)):
        found = {one.scale: one for one in instrument_of(code).score(dict.fromkeys(ids, 4))}[f"womac_lk31_{scale}"]
        assert (found.value, found.least, found.most, found.missing) == (most, 0, most, 0)
        for left_out in ids:
            answers = {item_id: 4 for item_id in ids if item_id != left_out}
            assert values(code, answers)[f"womac_lk31_{scale}"] is None


@pytest.mark.parametrize(
    ("code", "table", "published"),
    [
        ("KOOS-PS", physical_short_form.KNEE_TABLE, {0: 100, 1: 94.4, 7: 72.5, 14: 59.7, 21: 42.1, 27: 8.2, 28: 0}),
        ("HOOS-PS", physical_short_form.HIP_TABLE, {0: 100, 1: 95.4, 10: 62.3, 15: 38.4, 19: 9.2, 20: 0}),
    ],
)
def test_a_physical_short_form_converts_by_its_table(code: str, table: tuple[float, ...], published: dict[int, float]) -> None:
    ids = [item.id for item in instrument_of(code).items]
    assert len(table) == 4 * len(ids) + 1
    assert all(after < before for before, after in pairwise(table))
    for raw, expected in published.items():
        answers = {item_id: min(4, max(0, raw - 4 * place)) for place, item_id in enumerate(ids)}
        assert values(code, answers) == {"function": expected}


@pytest.mark.parametrize("code", ["KOOS-PS", "HOOS-PS", "SWEMWBS", "WEMWBS", "MSK-HQ"])
def test_one_missing_item_means_no_score(code: str) -> None:
    for left_out in instrument_of(code).items:
        answers = {item.id: item.least for item in instrument_of(code).items if item is not left_out}
        assert all(score.value is None and score.missing == 1 for score in instrument_of(code).score(answers))


def test_the_wellbeing_table_rises_from_seven_to_thirty_five() -> None:
    assert len(wellbeing.METRIC) == 29
    assert (wellbeing.METRIC[0], wellbeing.METRIC[14], wellbeing.METRIC[-1]) == (7.0, 19.25, 35.0)
    assert all(after > before for before, after in pairwise(wellbeing.METRIC))
    assert values("SWEMWBS", same("SWEMWBS", 3)) == {"metric": 19.25, "raw": 21}
    assert values("SWEMWBS", {**same("SWEMWBS", 4), "1": 5}) == {"metric": 26.02, "raw": 29}
    assert values("WEMWBS", same("WEMWBS", 5)) == {"total": 70}


@pytest.mark.parametrize(
    ("digits", "uk_2026", "england_2018"),
    [("21143", 0.471, 0.562), ("11111", 1, 1), ("55555", -0.567, -0.285), ("12345", 0.114, 0.322), ("23245", 0.097, 0.247)],
)
def test_an_eq_5d_index_is_one_less_its_decrements(digits: str, uk_2026: float, england_2018: float) -> None:
    answers = dict(zip(("MO", "SC", "UA", "PD", "AD"), map(int, digits), strict=True))
    found = values("EQ-5D-5L", {**answers, "VAS": 70})
    assert found == {"index_uk_2026": uk_2026, "index_england_2018": england_2018, "vas": 70}
    assert profile(answers) == digits


@pytest.mark.parametrize("chosen", VALUE_SETS, ids=lambda one: one.code)
def test_every_level_of_every_dimension_takes_more_than_the_one_before(chosen: Any) -> None:
    for decrements in chosen.decrements.values():
        assert 0 < decrements[0] < decrements[1] < decrements[2] < decrements[3]


@pytest.mark.parametrize("left_out", ["MO", "SC", "UA", "PD", "AD"])
def test_an_index_needs_all_dimensions_and_the_visual_scale_none(left_out: str) -> None:
    answers = {code: 1 for code in ("MO", "SC", "UA", "PD", "AD") if code != left_out}
    assert values("EQ-5D-5L", {**answers, "VAS": 0}) == {"index_uk_2026": None, "index_england_2018": None, "vas": 0}
    assert profile(answers) is None


def test_hads_adds_odd_items_to_anxiety_and_even_ones_to_depression() -> None:
    odd, even = {str(n): 3 for n in range(1, 15, 2)}, {str(n): 1 for n in range(2, 15, 2)}
    assert values("HADS", {**odd, **even}) == {"anxiety": 21, "depression": 7}
    assert values("HADS", {**odd, "2": 3}) == {"anxiety": 21, "depression": None}


@pytest.mark.parametrize(
    ("total", "words"),
    [(0, "normal range"), (7, "normal range"), (8, "borderline"), (10, "borderline"), (11, "raised"), (21, "raised")],
)
def test_hads_totals_have_their_bands(total: float, words: str) -> None:
    assert band(total) == words


def test_pam_is_kept_as_it_was_entered() -> None:
    assert values("PAM", {"score": 56.4, "level": 3}) == {"score": 56.4, "level": 3}
    assert values("PAM", {"level": 2}) == {"score": None, "level": 2}
    with pytest.raises(WrongAnswersError, match=r"PAM score .* must be a number from 0 to 100"):
        instrument_of("PAM").score({"score": 100.5})


def test_msk_hq_is_the_sum_of_its_items() -> None:
    assert values("MSK-HQ", {**same("MSK-HQ", 3), "14": 0}) == {"total": 39}


def test_counts_of_care_are_kept_apart() -> None:
    assert values("RESOURCE-USE", {"gp": 2, "emergency": 0}) == {
        "gp": 2,
        "physiotherapy": None,
        "medicines": None,
        "emergency": 0,
    }


def test_no_question_is_shipped_that_belongs_to_somebody() -> None:
    with_questions = {code for code, one in INSTRUMENTS.items() if any(item.question for item in one.items)}
    assert with_questions == {"NRS", "ACTIVITY", "CHAIR-STAND", "RESOURCE-USE"}


@given(st.sampled_from(sorted(INSTRUMENTS)), st.data())
def test_a_better_answer_never_makes_a_score_worse(code: str, data: st.DataObject) -> None:
    """Each item is moved by one step; every scale may move in one direction only, the same for the whole range of the item."""
    instrument = instrument_of(code)
    item = data.draw(st.sampled_from([one for one in instrument.items if not one.yes_or_no]))
    others = {
        one.id: data.draw(st.integers(one.least, one.most)) for one in instrument.items if one is not item and not one.yes_or_no
    }
    low, middle, high = sorted(data.draw(st.lists(st.integers(item.least, item.most), min_size=3, max_size=3)))
    steps = [values(code, {**others, item.id: answer}) for answer in (low, middle, high)]
    for scale in steps[0]:
        first, second, third = (step[scale] for step in steps)
        assert first is not None
        assert second is not None
        assert third is not None
        assert first <= second <= third or first >= second >= third


@given(st.sampled_from(sorted(INSTRUMENTS)), st.data())
def test_an_answer_outside_its_range_is_refused(code: str, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from([one for one in instrument_of(code).items if not one.yes_or_no]))
    wrong = data.draw(st.one_of(st.integers(max_value=item.least - 1), st.integers(min_value=item.most + 1)))
    with pytest.raises(WrongAnswersError):
        instrument_of(code).score({item.id: wrong})


# As published, for levels 1 to 5: Rowen 2026 (10.1016/j.jval.2026.03.008) and Devlin 2018 (10.1002/hec.3564).
PUBLISHED_DECREMENTS = {
    "index_uk_2026": {
        "MO": "0 0.032 0.058 0.179 0.279",
        "SC": "0 0.038 0.060 0.162 0.206",
        "UA": "0 0.049 0.086 0.184 0.212",
        "PD": "0 0.056 0.066 0.371 0.479",
        "AD": "0 0.041 0.126 0.313 0.391",
    },
    "index_england_2018": {
        "MO": "0 0.058 0.076 0.207 0.274",
        "SC": "0 0.050 0.080 0.164 0.203",
        "UA": "0 0.050 0.063 0.162 0.184",
        "PD": "0 0.063 0.084 0.276 0.335",
        "AD": "0 0.078 0.104 0.285 0.289",
    },
}


def test_every_profile_of_every_value_set_is_one_less_the_published_decrements() -> None:
    tables = {
        scale: {dimension: [Decimal(one) for one in row.split()] for dimension, row in rows.items()}
        for scale, rows in PUBLISHED_DECREMENTS.items()
    }
    for levels in product(range(1, 6), repeat=5):
        answers = dict(zip(("MO", "SC", "UA", "PD", "AD"), levels, strict=True))
        found = values("EQ-5D-5L", answers)
        for scale, table in tables.items():
            assert found[scale] == float(1 - sum(table[dimension][level - 1] for dimension, level in answers.items()))
