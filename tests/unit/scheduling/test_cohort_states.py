"""A cohort's life, run from the table in docs/states.md."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import CANCELLED, HELD, PLANNED, Cohort
from support.scheduling_examples import NOW, a_cohort, session_id

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"
# Of the sessions of a cohort in each state: what they are, the first one apart.
SESSIONS = {"finished": (HELD, HELD), "cancelled": (CANCELLED, CANCELLED)}
BEGUN = NOW + timedelta(days=60)


def table() -> list[list[str]]:
    section = STATES_PAGE.read_text(encoding="utf-8").split("## Cohort (scheduling)")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "---" not in row]


def cohort_in(state: str, *, first: str = PLANNED, others: str = PLANNED) -> Cohort:
    first, others = SESSIONS.get(state, (first, others))
    cohort = a_cohort(status=state, lead_id=uuid4())
    return replace(cohort, sessions=tuple(replace(one, status=first if one.number == 1 else others) for one in cohort.sessions))


def register(state: str, *, others: str) -> Cohort:
    cohort = cohort_in(state, others=others)
    return cohort.with_register(session_id(cohort, 1), now=BEGUN)


def cancel(state: str) -> Cohort:
    cohort = cohort_in(state, others=CANCELLED)
    return cohort.with_cancelled_session(session_id(cohort, 1))


HAPPENINGS: dict[str, Callable[[str], Cohort]] = {
    "opens": lambda state: cohort_in(state).opened(now=NOW),
    "first session begins": lambda state: cohort_in(state).started(now=BEGUN),
    "first register": lambda state: register(state, others=PLANNED),
    "last register": lambda state: register(state, others=HELD),
    "last session cancelled": cancel,
}


def test_the_table_has_every_happening() -> None:
    assert table()[0] == ["state", *HAPPENINGS]


@pytest.mark.parametrize("row", table()[1:], ids=lambda row: row[0])
def test_a_cohort_lives_as_the_table_says(row: list[str]) -> None:
    state, *expected = row
    for (name, happens), after in zip(HAPPENINGS.items(), expected, strict=True):
        if after == "refused":
            with pytest.raises(BrokenRuleError, match="must"):
                happens(state)
        else:
            assert happens(state).status == after, name
