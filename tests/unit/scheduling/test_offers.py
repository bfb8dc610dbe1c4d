"""How long an offer stands, and what becomes of it, run from the table in docs/states.md."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.offers import (
    ACCEPTED,
    BY_LINK,
    DECLINED,
    OFFERED,
    STATES,
    Offer,
    OfferClosedError,
    answer_by,
    earliest_start_to_offer,
)
from support.scheduling_examples import NOW, PROGRAMME

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"
RULES = PROGRAMME.offers
UNTIL = NOW + timedelta(days=5)


def an_offer(status: str = OFFERED) -> Offer:
    return Offer(
        offer_id=uuid4(),
        place_id=uuid4(),
        programme=PROGRAMME.code,
        cohort_id=uuid4(),
        token="t" * 43,
        status=status,
        offered_at=NOW,
        answer_by=UNTIL,
        closed_at=None if status == OFFERED else NOW,
        answered_by=BY_LINK if status in (ACCEPTED, DECLINED) else None,
    )


def table_of_offers() -> list[list[str]]:
    section = STATES_PAGE.read_text(encoding="utf-8").split("## Offer (scheduling)")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "---" not in row]


HAPPENINGS: dict[str, Callable[[Offer], Offer]] = {
    "accept": lambda offer: offer.answered(ACCEPTED, by=BY_LINK, now=NOW),
    "decline": lambda offer: offer.answered(DECLINED, by=BY_LINK, now=NOW),
    "accept, time is up": lambda offer: offer.answered(ACCEPTED, by=BY_LINK, now=UNTIL),
    "time is up": lambda offer: offer.expired(now=UNTIL),
    "cohort cancelled or person withdraws": lambda offer: offer.taken_back(now=NOW),
}
HEADINGS, *ROWS = table_of_offers()


def test_the_table_has_every_state_and_every_happening() -> None:
    assert [row[0] for row in ROWS] == list(STATES)
    assert HEADINGS[1:] == list(HAPPENINGS)


@pytest.mark.parametrize(
    ("state", "happening", "cell"),
    [(row[0], happening, cell) for row in ROWS for happening, cell in zip(HEADINGS[1:], row[1:], strict=True)],
)
def test_an_offer_goes_where_the_table_says(state: str, happening: str, cell: str) -> None:
    before = an_offer(state)

    if cell == "no":
        with pytest.raises(OfferClosedError):
            HAPPENINGS[happening](before)
        return
    after = HAPPENINGS[happening](before)
    assert after.status == (state if cell == "same" else cell)
    assert (after.closed_at is None) == (after.status == OFFERED)
    assert (after.answered_by is not None) == (after.status in (ACCEPTED, DECLINED))


def test_an_answer_to_an_expired_offer_says_when_it_ended_on_the_wall_clock() -> None:
    offer = replace(an_offer(), answer_by=datetime.fromisoformat("2026-07-01T11:30:00Z"))

    with pytest.raises(OfferClosedError, match=r"This offer ended on 1 July at 12:30\.") as closed:
        offer.answered(ACCEPTED, by=BY_LINK, now=offer.answer_by)

    assert closed.value.code == "expired"


@given(hours=st.integers(36, 24 * 60))
def test_an_offer_ends_after_five_days_and_a_day_before_the_start_at_the_latest(hours: int) -> None:
    starts_at = NOW + timedelta(hours=hours)

    until = answer_by(RULES, offered_at=NOW, starts_at=starts_at)

    assert until == min(NOW + timedelta(days=5), starts_at - timedelta(hours=24))
    assert until - NOW >= timedelta(hours=12)


def test_with_too_little_time_to_answer_nothing_is_offered() -> None:
    assert earliest_start_to_offer(RULES, now=NOW) == NOW + timedelta(hours=36)
