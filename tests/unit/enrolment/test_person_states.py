"""Where a person stands, run from the table in docs/states.md."""

from pathlib import Path
from uuid import UUID

import pytest

from enrolment.domain.person import Participant
from enrolment.domain.standing import STATES, ImpossibleForPersonError, after
from support.enrolment_examples import NOW, a_person

SECTION = (
    (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Person (enrolment)")[1]
    .split("\n## ")[0]
)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SECTION.splitlines()
    if line.startswith("|") and "---" not in line
]
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
