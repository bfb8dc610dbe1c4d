"""Applying a declaration may widen what is kept; it never shrinks it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limber_streams.changes import changes
from limber_streams.declaration import load

BEFORE: dict[str, Any] = {"subjects": ["a.>", "b.>"], "retention": "limits", "max_age": 100, "max_msgs_per_subject": 5}


def test_the_same_again_changes_nothing() -> None:
    assert not changes(what="stream A", wanted=BEFORE, found=BEFORE | {"num_replicas": 1}).settings


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_age": 99}, "max_age would shrink from 100 to 99"),
        ({"max_msgs_per_subject": 4}, "max_msgs_per_subject would shrink from 5 to 4"),
        ({"subjects": ["a.>"]}, "subjects would lose b.>"),
        ({"retention": "workqueue"}, "can't be changed to 'workqueue'"),
    ],
)
def test_shrinking_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    [refusal] = changes(what="stream A", wanted=BEFORE | change, found=BEFORE).refusals
    assert refusal.startswith("stream A: ")
    assert words in refusal


@pytest.mark.parametrize(
    "change", [{"max_age": 101}, {"max_age": 0}, {"max_msgs_per_subject": -1}, {"subjects": ["c.>", "b.>", "a.>"]}]
)
def test_widening_is_a_change(change: dict[str, Any]) -> None:
    different = changes(what="stream A", wanted=BEFORE | change, found=BEFORE)
    assert different.settings == change
    assert not different.refusals


def test_a_limit_where_there_was_none_is_refused() -> None:
    found = {key: value for key, value in BEFORE.items() if key != "max_age"}
    assert changes(what="stream A", wanted=BEFORE, found=found | {"max_age": 0}).refusals


@given(before=st.integers(min_value=-1, max_value=100), after=st.integers(min_value=-1, max_value=100))
def test_a_limit_is_refused_exactly_when_less_would_be_kept(before: int, after: int) -> None:
    def kept(limit: int) -> float:
        return limit if limit > 0 else float("inf")

    refusals = changes(what="s", wanted={"max_msgs_per_subject": after}, found={"max_msgs_per_subject": before}).refusals
    assert bool(refusals) == (kept(after) < kept(before))


def test_what_jetstream_answers_for_our_own_declaration_is_the_same() -> None:
    for stream in load().streams:
        answered = stream.config | {
            "max_consumers": -1,
            "max_bytes": -1,
            "max_msgs": -1,
            "num_replicas": 1,
            "compression": "none",
        }
        assert not changes(what=stream.name, wanted=stream.config, found=answered).settings
