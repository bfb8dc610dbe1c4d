"""The life of a task, run from the table in docs/states.md."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.tasks import KINDS, STATUSES, Step, Task, new_task
from support.scheduling_examples import NOW

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"
SAM, KIM = (Step(by=uuid4(), name=name, at=NOW) for name in ("Sam Jones", "Kim Ali"))


def table_of_tasks() -> list[list[str]]:
    section = STATES_PAGE.read_text(encoding="utf-8").split("## Task (scheduling)")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "---" not in row]


def a_task(status: str = "open") -> Task:
    task = new_task(task_id=uuid4(), kind="missed_two", about="somebody", cohort_id=uuid4(), now=NOW)
    way: dict[str, Callable[[Task], Task]] = {
        "open": lambda task: task,
        "acknowledged": lambda task: task.acknowledge(SAM),
        "done": lambda task: task.done(SAM, outcome="Rang them"),
        "not_needed": lambda task: task.not_needed(),
    }
    return way[status](task)


STEPS: dict[str, Callable[[Task], Task]] = {
    "somebody takes it on": lambda task: task.acknowledge(KIM),
    "somebody has done it": lambda task: task.done(KIM, outcome="Rang them"),
    "no longer so": lambda task: task.not_needed(),
}
HEADINGS, *ROWS = table_of_tasks()
CELLS = [(row[0], step, cell) for row in ROWS for step, cell in zip(HEADINGS[1:], row[1:], strict=True)]


def test_the_table_has_every_state_and_every_step() -> None:
    assert [row[0] for row in ROWS] == list(STATUSES)
    assert HEADINGS[1:] == list(STEPS)


@pytest.mark.parametrize(("status", "step", "cell"), CELLS)
def test_a_task_goes_where_the_table_says(status: str, step: str, cell: str) -> None:
    before = a_task(status)

    if cell == "no":
        with pytest.raises(BrokenRuleError, match="task_id must be a task that is not finished"):
            STEPS[step](before)
    elif cell == "same":
        assert STEPS[step](before) is before
    else:
        assert STEPS[step](before).status == cell


def test_who_took_a_task_on_first_keeps_it() -> None:
    assert a_task("acknowledged").acknowledge(KIM).acknowledged == SAM


@pytest.mark.parametrize(
    ("outcome", "sentence"), [("  ", "outcome must say what was done"), ("x" * 1001, "outcome must have at most 1000")]
)
def test_what_was_done_is_told(outcome: str, sentence: str) -> None:
    with pytest.raises(BrokenRuleError, match=sentence):
        a_task().done(SAM, outcome=outcome)


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_is_due_as_soon_as_its_kind_asks(kind: str) -> None:
    task = new_task(task_id=uuid4(), kind=kind, about="x", cohort_id=uuid4(), now=NOW)

    assert task.due_at - task.raised_at == KINDS[kind].within
