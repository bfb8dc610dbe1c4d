"""`score`: JSON in, scores out, and every mistake a sentence."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.commands.score import score
from outcomes.domain.instruments.catalogue import INSTRUMENTS


def run(text: str, *arguments: str) -> tuple[int, str, str]:
    out, problems = io.StringIO(), io.StringIO()
    code = score(arguments, source=io.StringIO(text), out=out, problems=problems)
    return code, out.getvalue(), problems.getvalue()


def scored(asked: Any) -> Any:
    code, out, problems = run(json.dumps(asked))
    assert (code, problems) == (0, "")
    return json.loads(out)


def refused(text: str) -> str:
    code, out, problems = run(text)
    assert (code, out) == (1, "")
    return problems


def test_scores_missing_counts_and_the_version_are_printed() -> None:
    found = scored({"instrument": "KOOS", "answers": {"P1": 3, "P2": 2, "P3": 1, "P4": 2, "P5": 3}})
    assert found["instrument"] == "KOOS"
    assert found["version"] == INSTRUMENTS["KOOS"].version
    assert (found["scores"]["pain"], found["missing"]["pain"]) == (45.0, 4)
    assert (found["scores"]["symptoms"], found["missing"]["symptoms"]) == (None, 7)


def test_every_value_set_is_printed_by_its_name_and_the_profile_too() -> None:
    found = scored({"instrument": "EQ-5D-5L", "answers": {"MO": 2, "SC": 1, "UA": 1, "PD": 4, "AD": 3}})
    assert found["profile"] == "21143"
    assert list(found["value_sets"].values()) == [0.471, 0.562]
    assert [name.partition(" (")[0] for name in found["value_sets"]] == ["UK 2026", "England 2018"]


def test_a_list_of_requests_is_answered_in_its_order() -> None:
    found = scored([{"instrument": "NRS", "answers": {"pain": 4}}, {"instrument": "msk hq", "answers": [4] * 14}])
    assert [one["scores"] for one in found] == [{"pain": 4}, {"total": 56}]


def test_answers_may_be_a_list_in_the_order_of_the_items_with_null_for_a_missing_one() -> None:
    assert scored({"instrument": "EQ5D5L", "answers": [2, 1, 1, 4, 3, None]})["missing"]["vas"] == 1


def test_an_item_may_go_by_its_other_names() -> None:
    by_number = scored({"instrument": "KOOS-PS", "answers": {str(number): 1 for number in range(1, 8)}})
    by_id = scored({"instrument": "KOOS-PS", "answers": {item.id: 1.0 for item in INSTRUMENTS["KOOS-PS"].items}})
    assert by_number == by_id
    assert by_id["scores"] == {"function": 72.5}


def test_bands_of_hads_are_printed() -> None:
    assert scored({"instrument": "HADS", "answers": [2] * 14})["bands"] == {"anxiety": "raised", "depression": "raised"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "this is not JSON (line 1, column 1)"),
        ("[1", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[]", "The list is empty"),
        ("5", "An instrument and its answers are needed, and nothing else"),
        ('{"instrument": "KOOS"}', "An instrument and its answers are needed"),
        ('{"instrument": "KOOS", "answers": {}, "extra": 1}', "and nothing else"),
        ('{"instrument": "KOOS", "answers": 3}', "KOOS: the answers must be an object of items, or a list in the items' order"),
        ('{"instrument": "KOOS", "answers": [1, 2]}', "KOOS has 42 items and 2 answers were listed"),
        ('{"instrument": "KOOS", "answers": {"P10": 1}}', "KOOS has no item 'P10'; its items are S1, S2"),
        ('{"instrument": "KOOS", "answers": {"P1": 5}}', "KOOS P1 (knee pain: how often) must be a whole number from 0 to 4"),
        ('{"instrument": "KOOS", "answers": {"P1": 1.5}}', "must be a whole number from 0 to 4"),
        ('{"instrument": "KOOS", "answers": {"P1": "3"}}', "must be a whole number from 0 to 4"),
        ('{"instrument": "KOOS", "answers": {"P1": true}}', "must be a whole number from 0 to 4"),
        ('{"instrument": "KOOS", "answers": {"P1": NaN}}', "NaN is not a number"),
        ('{"instrument": "KOOS", "answers": {"P1": 1, "P1": 2}}', "'P1' stands there twice"),
        ('{"instrument": "KOOS-PS", "answers": {"1": 1, "A10": 2}}', "KOOS-PS A10 is answered twice, also as 'A10'"),
        ('{"instrument": "EQ-5D-5L", "answers": {"MO": 0}}', "EQ-5D-5L MO (mobility) must be a whole number from 1 to 5"),
        ('{"instrument": "SF-36", "answers": {}}', "There is no instrument 'SF-36'; there are NRS, KOOS-12"),
        ('{"instrument": "WOMAC", "answers": {}}', "The WOMAC is derived, never asked: score KOOS or HOOS"),
        ('[{"instrument": "NRS", "answers": {"pain": 4}}, {"instrument": "NRS", "answers": {"pain": 11}}]', "Entry 2: NRS pain"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_printed(text: str, sentence: str) -> None:
    assert sentence in refused(text)


def test_an_unknown_option_shows_the_usage() -> None:
    code, out, problems = run("", "--everything")
    assert (code, out) == (2, "")
    assert problems.startswith("usage:")


def test_every_instrument_is_described_with_items_ranges_scales_and_licence() -> None:
    code, words, _ = run("", "--list")
    _, data, _ = run("", "--list", "--json")
    described = {one["instrument"]: one for one in json.loads(data)}
    assert code == 0
    assert list(described) == list(INSTRUMENTS)
    for name, instrument in INSTRUMENTS.items():
        assert f"{name}, version {instrument.version}" in words
        assert instrument.licence in words
        assert [item["item"] for item in described[name]["items"]] == [item.id for item in instrument.items]
        assert [scale["scale"] for scale in described[name]["scales"]] == [scale.id for scale in instrument.scales]
        assert described[name]["missing"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["instrument", "answers", "P1", "NRS"]), inner),
    max_leaves=12,
)


@given(json_values)
def test_whatever_is_asked_is_answered_or_refused_in_words(asked: Any) -> None:
    code, out, problems = run(json.dumps(asked))
    assert (code == 0) == bool(out) == (not problems)
