"""The states of a questionnaire, run from the table in docs/states.md."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    link_renewed,
    link_revoked,
    place_lost,
    reminded,
    replanned,
)
from outcomes.domain.time_points import Window

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"
NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
WINDOWS = {
    "due_later": Window(due_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=29), late_until=NOW + timedelta(days=60)),
    "due_now": Window(due_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=27), late_until=NOW + timedelta(days=60)),
    "closed": Window(due_at=NOW - timedelta(days=40), closes_at=NOW - timedelta(days=12), late_until=NOW + timedelta(days=2)),
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
        late_until=window.late_until,
        token="t" * 43,
        instruments=("NRS",),
    )


def test_the_rules_are_the_documented_table() -> None:
    table = documented()
    assert len(table) == 7 * 5
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
    window = {"planned": WINDOWS["due_later"], "missed": WINDOWS["closed"]}.get(state, WINDOWS["due_now"])
    if documented()[state, "answered"] == "refused":
        with pytest.raises(NotOpenError):
            answered(in_state(state, window=window), now=NOW)
    else:
        assert answered(in_state(state, window=window), now=NOW).status == documented()[state, "answered"]


def test_answers_are_taken_from_the_due_time_on_even_if_nobody_has_opened_it_yet() -> None:
    assert answered(in_state("planned"), now=NOW).status == "completed"


def test_answers_are_late_from_the_closing_time_on_even_if_nobody_has_closed_it_yet() -> None:
    late = answered(in_state("due", window=WINDOWS["closed"]), now=NOW)
    assert (late.status, late.answered_at) == ("late", NOW)


@pytest.mark.parametrize("state", ["due", "missed"])
def test_answers_are_refused_when_it_is_too_late_even_for_late_ones(state: State) -> None:
    before = in_state(state, window=WINDOWS["closed"])
    with pytest.raises(NotOpenError, match="has closed"):
        answered(before, now=before.late_until)


@given(st.lists(st.integers(0, 27 * 24), max_size=2).map(sorted), st.lists(st.integers(-24, 40 * 24), max_size=20).map(sorted))
def test_a_person_is_reminded_twice_at_most_and_only_while_it_is_due(reminders: list[int], looks: list[int]) -> None:
    hours = tuple(NOW + timedelta(hours=hour) for hour in reminders)
    one = replace(in_state("due"), remind_at=tuple(at_ for at_ in hours if at_ < WINDOWS["due_now"].closes_at))
    told = 0
    for hour in looks:
        after = reminded(one, now=NOW + timedelta(hours=hour))
        if after is not one:
            told += 1
            assert NOW + timedelta(hours=hour) < one.closes_at
            assert after.sequence == one.sequence + 1
        one = after
    assert told <= 2
    for state in STATES:
        if state != "due":
            other = replace(one, status=state, reminded=0)
            assert reminded(other, now=NOW + timedelta(days=20)) is other


def test_a_revoked_link_is_another_token_and_nobody_is_reminded_with_it() -> None:
    due = replace(in_state("due"), remind_at=(NOW,))
    revoked = link_revoked(due, token="u" * 43, now=NOW)
    assert (revoked.token, revoked.link_revoked_at, revoked.next_reminder_at) == ("u" * 43, NOW, None)
    renewed = link_renewed(revoked, token="v" * 43)
    assert (renewed.token, renewed.link_revoked_at, renewed.next_reminder_at) == ("v" * 43, None, NOW)


def test_a_due_questionnaire_keeps_its_due_time_when_the_last_session_moves() -> None:
    before = in_state("due")
    after = replanned(before, window=WINDOWS["due_later"], now=NOW)
    assert (after.due_at, after.closes_at) == (before.due_at, WINDOWS["due_later"].closes_at)


def test_the_same_dates_told_again_change_nothing() -> None:
    for state in STATES:
        before = in_state(state)
        if state in {"planned", "missed", "late", "cancelled"}:
            continue
        assert replanned(before, window=WINDOWS["due_now"], now=NOW) is before


def test_the_clock_alone_never_revives_what_is_over() -> None:
    for state in ("completed", "missed", "late", "cancelled"):
        before = in_state(state)
        assert at(before, now=NOW) is before


def test_others_are_not_told_of_what_was_only_planned() -> None:
    planned, due = in_state("planned"), in_state("due")
    assert not is_told(before=None, after=planned)
    assert not is_told(before=planned, after=place_lost(planned))
    assert is_told(before=planned, after=due)
    assert is_told(before=due, after=place_lost(due))
