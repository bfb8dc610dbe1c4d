"""Where a person stands, run from the table in docs/states.md."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.places import (
    COMPLETED,
    CUT_SHORT,
    HOLDING_A_SEAT,
    LIVE,
    NEVER_STARTED,
    OFFERED,
    PLACED,
    STATES,
    WAITING,
    Place,
    Seat,
)
from support.scheduling_examples import NOW, PROGRAMME, a_cohort, a_place

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"


def table_of_places() -> list[list[str]]:
    section = STATES_PAGE.read_text(encoding="utf-8").split("## Place (scheduling)")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "---" not in row]


def counted(*, attended: int, run: int, finished: bool) -> Callable[[Place], Place]:
    return lambda place: place.with_attendance(attended=attended, run=run, finished=finished, programme=PROGRAMME, now=NOW)


SEAT = Seat(cohort_id=a_cohort().cohort_id, number=1)
HAPPENINGS: dict[str, Callable[[Place], Place]] = {
    "seat found": lambda place: place.seated(SEAT, now=NOW),
    "seat offered": lambda place: place.offered(SEAT, until=NOW + timedelta(days=5), token="t" * 43, now=NOW),
    "accepts": lambda place: place.accepted(now=NOW),
    "offer ends": lambda place: place.refused("offer_declined", leaves_the_list=False, now=NOW),
    "last offer ends": lambda place: place.refused("offer_declined", leaves_the_list=True, now=NOW),
    "transferred": lambda place: place.transferred(SEAT, now=NOW),
    "withdraws": lambda place: place.withdrawn(now=NOW),
    "cohort cancelled": lambda place: place.released(now=NOW),
    "running, attended 1 of 2": counted(attended=1, run=2, finished=False),
    "running, attended 0 of 2": counted(attended=0, run=2, finished=False),
    "finished, attended 0 of 12": counted(attended=0, run=12, finished=True),
    "finished, attended 9 of 9": counted(attended=9, run=9, finished=True),
    "finished, attended 9 of 12": counted(attended=9, run=12, finished=True),
    "finished, attended 8 of 12": counted(attended=8, run=12, finished=True),
}

HEADINGS, *ROWS = table_of_places()
CELLS = [(row[0], happening, cell) for row in ROWS for happening, cell in zip(HEADINGS[1:], row[1:], strict=True)]


def test_the_table_has_every_state_and_every_happening() -> None:
    assert [row[0] for row in ROWS] == list(STATES)
    assert HEADINGS[1:] == list(HAPPENINGS)


@pytest.mark.parametrize(("state", "happening", "cell"), CELLS)
def test_a_place_goes_where_the_table_says(state: str, happening: str, cell: str) -> None:
    before = a_place(state)

    after = HAPPENINGS[happening](before)

    assert after.status == (state if cell == "same" else cell)
    assert after.sequence == before.sequence + (after != before)


@pytest.mark.parametrize(("state", "happening"), [(state, happening) for state, happening, _ in CELLS])
def test_an_offer_stands_and_a_seat_is_held_exactly_while_the_state_says_so(state: str, happening: str) -> None:
    after = HAPPENINGS[happening](a_place(state))

    assert (after.offered_until is not None) == (after.offer_token is not None) == (after.status == OFFERED)
    assert (after.waiting_reason is not None) == (after.status == WAITING)
    if after.status in LIVE:
        assert (after.seat is not None) == (after.cohort_id is not None) == (after.status in HOLDING_A_SEAT)


@pytest.mark.parametrize(
    ("attended", "run", "completes"),
    [(9, 12, True), (8, 12, False), (9, 11, True), (8, 11, False), (8, 10, True), (7, 10, False)],
)
def test_three_quarters_of_the_sessions_that_ran_complete_the_programme(*, attended: int, run: int, completes: bool) -> None:
    assert PROGRAMME.completes(attended=attended, run=run) is completes


@given(run=st.integers(1, 12), data=st.data())
def test_a_finished_cohort_gives_everybody_exactly_one_final_state(run: int, data: st.DataObject) -> None:
    attended = data.draw(st.integers(0, run))

    after = counted(attended=attended, run=run, finished=True)(a_place(PLACED))

    assert after.status not in LIVE
    assert (after.status == NEVER_STARTED) == (attended == 0)
    assert (after.status == CUT_SHORT) == (attended > 0 and run < 10)
    assert (after.status == COMPLETED) == (run >= 10 and attended * 100 >= run * 75 and attended > 0)


def test_the_same_counts_again_change_nothing() -> None:
    once = counted(attended=1, run=2, finished=False)(a_place(PLACED))

    assert counted(attended=1, run=2, finished=False)(once) is once


def test_withdrawing_frees_the_seat_and_the_close_attention_seat() -> None:
    left = a_place(PLACED, close_attention=True, close_attention_seat=2).withdrawn(now=NOW)

    assert (left.seat, left.close_attention_seat) == (None, None)
    assert left.cohort_id is not None


@pytest.mark.parametrize("free", [1, None])
def test_a_flag_that_is_raised_later_is_always_recorded(free: int | None) -> None:
    flagged = a_place(PLACED).with_close_attention(close_attention=True, free_seat=free)

    assert flagged.close_attention
    assert flagged.close_attention_seat == free
    assert flagged.status == PLACED


def test_a_flag_that_is_lowered_frees_the_close_attention_seat() -> None:
    before = a_place(PLACED, close_attention=True, close_attention_seat=1)

    assert before.with_close_attention(close_attention=False, free_seat=None).close_attention_seat is None
