"""The states of a questionnaire, run from the table in docs/states.md."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from outcomes.domain.questionnaire import (
    HAPPENINGS,
    NEXT,
    STATES,
    NotOpenError,
    Questionnaire,
    State,
    answered,
    at,
    is_told,
    place_lost,
    replanned,
)
from outcomes.domain.time_points import Window

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"
NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
WINDOWS = {
    "due_later": Window(due_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=29)),
    "due_now": Window(due_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=27)),
    "closed": Window(due_at=NOW - timedelta(days=40), closes_at=NOW - timedelta(days=12)),
}


def documented() -> dict[tuple[str, str], str]:
    section = STATES_PAGE.read_text(encoding="utf-8").split("## Questionnaire (outcomes)")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    head, body = rows[0], rows[2 : 2 + 1 + len(STATES)]
    assert head == ["state", "due later", "due now", "closed", "answered", "no place"]
    return {(row[0], happening): cell for row in body for happening, cell in zip(HAPPENINGS, row[1:], strict=True)}


def in_state(state: State, *, window: Window = WINDOWS["due_now"]) -> Questionnaire:
    return Questionnaire(
        questionnaire_id=UUID(int=1),
        sequence=5,
        participant_id=UUID(int=2),
        enrolment_id=UUID(int=3),
        programme="escape-pain-knee-hip",
        time_point="end",
        status=state,
        due_at=window.due_at,
        closes_at=window.closes_at,
        token="t" * 43,
        instruments=("NRS",),
    )


def test_the_rules_are_the_documented_table() -> None:
    table = documented()
    assert len(table) == 6 * 5
    for (state, happening), result in table.items():
        found = NEXT.get((None if state == "not asked" else state, happening))  # type: ignore[arg-type]  # text of a page
        assert (found or ("refused" if happening == "answered" else "same")) == result, (state, happening)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("says", WINDOWS)
def test_told_dates_move_a_questionnaire_as_documented(state: State, says: str) -> None:
    before = in_state(state)
    after = replanned(before, window=WINDOWS[says], now=NOW)
    result = documented()[state, says]
    assert after.status == (state if result == "same" else result)
    assert (after == before) or after.sequence == 6


@pytest.mark.parametrize("state", STATES)
def test_losing_the_place_ends_it_as_documented(state: State) -> None:
    result = documented()[state, "place_lost"]
    assert place_lost(in_state(state)).status == (state if result == "same" else result)


@pytest.mark.parametrize("state", STATES)
def test_answers_are_taken_or_refused_as_documented(state: State) -> None:
    window = WINDOWS["due_later"] if state == "planned" else WINDOWS["due_now"]
    if documented()[state, "answered"] == "refused":
        with pytest.raises(NotOpenError):
            answered(in_state(state, window=window), now=NOW)
    else:
        assert answered(in_state(state, window=window), now=NOW).status == "completed"


def test_answers_are_taken_from_the_due_time_on_even_if_nobody_has_opened_it_yet() -> None:
    assert answered(in_state("planned"), now=NOW).status == "completed"


def test_answers_are_refused_from_the_closing_time_on_even_if_nobody_has_closed_it_yet() -> None:
    with pytest.raises(NotOpenError, match="has closed"):
        answered(in_state("due", window=WINDOWS["closed"]), now=NOW)


def test_a_due_questionnaire_keeps_its_due_time_when_the_last_session_moves() -> None:
    before = in_state("due")
    after = replanned(before, window=WINDOWS["due_later"], now=NOW)
    assert (after.due_at, after.closes_at) == (before.due_at, WINDOWS["due_later"].closes_at)


def test_the_same_dates_told_again_change_nothing() -> None:
    for state in STATES:
        before = in_state(state)
        if state in {"planned", "missed", "cancelled"}:
            continue
        assert replanned(before, window=WINDOWS["due_now"], now=NOW) is before


def test_the_clock_alone_never_revives_what_is_over() -> None:
    for state in ("completed", "missed", "cancelled"):
        before = in_state(state)
        assert at(before, now=NOW) is before


def test_others_are_not_told_of_what_was_only_planned() -> None:
    planned, due = in_state("planned"), in_state("due")
    assert not is_told(before=None, after=planned)
    assert not is_told(before=planned, after=place_lost(planned))
    assert is_told(before=planned, after=due)
    assert is_told(before=due, after=place_lost(due))
