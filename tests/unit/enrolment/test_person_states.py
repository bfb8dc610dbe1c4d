"""Where a person stands, run from the table in docs/states.md."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from enrolment.domain import near_matches
from enrolment.domain.near_matches import DecidedError, near_match
from enrolment.domain.person import Participant
from enrolment.domain.standing import STATES, ImpossibleForPersonError, after
from support.enrolment_examples import NOW, a_person

SECTION = (
    (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Person (enrolment)")[1]
    .split("\n## ")[0]
)
TABLES = [
    [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines() if "---" not in line]
    for block in re.findall(r"(?:^\|.*\n)+", SECTION, re.MULTILINE)
]
ROWS, PAIRS = TABLES
PAIR_CELLS = [(row[0], step, cell) for row in PAIRS[1:] for step, cell in zip(PAIRS[0][1:], row[1:], strict=True)]
CELLS = [(row[0], step, cell) for row in ROWS[1:] for step, cell in zip(ROWS[0][1:], row[1:], strict=True)]
SURVIVOR = UUID(int=2)


def a_participant(status: str) -> Participant:
    merged_into = SURVIVOR if status == "merged" else None
    return Participant(id=UUID(int=1), sequence=4, person=a_person(), status=status, merged_into=merged_into)


@pytest.mark.parametrize(("status", "step", "expected"), CELLS)
def test_a_person_takes_the_steps_of_the_table_and_no_other(status: str, step: str, expected: str) -> None:
    merged_into = SURVIVOR if step == "merge" else None
    if expected == "no":
        with pytest.raises(ImpossibleForPersonError, match=status):
            after(a_participant(status), step=step, now=NOW, merged_into=merged_into)
        return
    changed = after(a_participant(status), step=step, now=NOW, merged_into=merged_into)
    assert (changed.status, changed.sequence, changed.merged_into) == (expected, 5, merged_into)
    assert changed.status_changed_at == NOW


def test_the_table_has_every_state_and_every_step() -> None:
    assert [row[0] for row in ROWS[1:]] == list(STATES)
    assert set(ROWS[0][1:]) == {step for steps in STATES.values() for step in steps}


@pytest.mark.parametrize(("status", "step", "expected"), PAIR_CELLS)
def test_a_pair_takes_the_steps_of_the_table_and_no_other(status: str, step: str, expected: str) -> None:
    pair = replace(near_match(UUID(int=2), UUID(int=1), match_id=UUID(int=3), now=NOW), status=status)
    assert (pair.one_id, pair.other_id) == (UUID(int=1), UUID(int=2))
    if expected == "no":
        with pytest.raises(DecidedError):
            pair.after(step, now=NOW, by="Sam")
        return
    decided = pair.after(step, now=NOW, by="Sam")
    assert (decided.status, decided.decided_at, decided.decided_by) == (expected, NOW, "Sam")


def test_the_table_of_pairs_has_every_state_and_every_step() -> None:
    assert {row[0] for row in PAIRS[1:]} == set(near_matches.STATES)
    assert set(PAIRS[0][1:]) == {step for steps in near_matches.STATES.values() for step in steps}
