"""Links: how long they open, and the table of their states in docs/states.md."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from enrolment.domain.links import LIFETIMES, LINK_STATES, IssuedLink, LinkStepError, hash_of_token, issue_link

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"


def a_link(purpose: str = "own_page", code: str | None = None) -> IssuedLink:
    return issue_link(
        purpose=purpose, participant_id=UUID(int=1), now=NOW, link_id=UUID(int=2), token="t" * 43, code=code, channel="sms"
    )


def table() -> dict[tuple[str, str], str]:
    """(state, step) → the state after it, or "no", as the page says."""
    section = STATES_PAGE.read_text(encoding="utf-8").split("## Link (enrolment)")[1].split("\n## ")[0]
    head, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
    steps = [cell.strip() for cell in head.strip("|").split("|")][1:]
    found = {}
    for row in rows:
        state, *cells = [cell.strip() for cell in row.strip("|").split("|")]
        found.update({(state, step): cell for step, cell in zip(steps, cells, strict=True)})
    return found


STEPS = {"is used": "used", "is taken back": "revoked", "its time is over": "expired"}


@pytest.mark.parametrize(("state", "step"), table())
def test_a_link_goes_where_the_table_says(state: str, step: str) -> None:
    link = replace(a_link().link, status=state)
    if table()[state, step] == "no":
        with pytest.raises(LinkStepError, match=f"A link that is {state} can't become {STEPS[step]}."):
            link.become(STEPS[step], now=NOW)
    else:
        after = link.become(STEPS[step], now=NOW)
        assert (after.status, after.sequence) == (table()[state, step], 2)


def test_the_table_has_every_state() -> None:
    assert {state for state, _ in table()} == LINK_STATES.keys()


@pytest.mark.parametrize("purpose", LIFETIMES)
def test_a_link_opens_until_the_time_of_its_purpose_is_over(purpose: str) -> None:
    link = a_link(purpose).link
    assert link.opens(now=NOW)
    assert link.opens(now=link.expires_at - timedelta(microseconds=1))
    assert not link.opens(now=link.expires_at)
    assert not link.become("revoked", now=NOW).opens(now=NOW)


def test_neither_the_token_nor_the_code_is_kept() -> None:
    issued = a_link("confirm_contact", code="012345")
    assert issued.link.token_hash == hash_of_token(issued.token)
    assert issued.token not in str(issued.link)
    assert "012345" not in str(issued.link)
    assert issued.link.takes_code("012345")
    assert not issued.link.takes_code("012346")
    assert not a_link().link.takes_code("")
