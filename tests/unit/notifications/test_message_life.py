"""The life of a message, run from the table in docs/states.md."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from notifications.domain.message import LIFE, Channel, Kind, LifeError, Message, Reason, Status

STATES_PAGE = Path(__file__).parents[3] / "docs" / "states.md"
NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

STEPS: dict[str, Callable[[Message], Message]] = {
    "claim": lambda m: m.claim(channel=Channel.SMS, provider="fake", until=LATER, now=LATER),
    "defer": lambda m: m.defer(reason=Reason.QUIET_HOURS, until=LATER, now=LATER),
    "drop": lambda m: m.drop(reason=Reason.PAST_ITS_USE, now=LATER),
    "replan": lambda m: m.replan(due_at=LATER, useful_until=LATER, now=LATER),
    "sent": lambda m: m.sent(now=LATER),
    "refused": lambda m: m.refused(reason=Reason.REFUSED_BY_PROVIDER, now=LATER),
    "put back": lambda m: m.put_back(reason=Reason.INTERRUPTED, retry_at=LATER, now=LATER),
    "lose sight of": lambda m: m.lose_sight(now=LATER),
    "delivered": lambda m: m.delivered(now=LATER),
    "not delivered": lambda m: m.not_delivered(reason=Reason.NO_SUCH_ADDRESS, now=LATER),
}


def section() -> list[list[str]]:
    text = STATES_PAGE.read_text(encoding="utf-8").split("## Message (notifications)", 1)[1].split("\n## ", 1)[0]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def life_table() -> list[tuple[str, str, str]]:
    head, _, *rows = [row for row in section() if len(row) == len(STEPS) + 1]
    return [(row[0], step, to) for row in rows for step, to in zip(head[1:], row[1:], strict=True)]


def a_message(status: str) -> Message:
    plain = Message(
        id=UUID(int=1),
        participant_id=UUID(int=2),
        kind=Kind.REFERRAL_RECEIVED,
        about_id="a",
        due_at=NOW,
        useful_until=NOW + timedelta(days=1),
        planned_at=NOW,
        changed_at=NOW,
    )
    taken = STEPS["claim"](plain)
    ways = {
        "planned": plain,
        "deferred": STEPS["defer"](plain),
        "sending": taken,
        "sent": STEPS["sent"](taken),
        "delivered": STEPS["delivered"](taken),
        "failed": STEPS["refused"](taken),
        "dropped": STEPS["drop"](plain),
        "unknown": STEPS["lose sight of"](taken),
    }
    return ways[status]


@pytest.mark.parametrize(("state", "step", "to"), life_table())
def test_a_message_takes_the_steps_of_the_table_and_no_other(state: str, step: str, to: str) -> None:
    message = a_message(state)
    if not to:
        with pytest.raises(LifeError):
            STEPS[step](message)
        return
    after = STEPS[step](message)
    assert after.status == to
    assert after.sequence == message.sequence + 1
    assert after.changed_at == LATER


def test_the_table_names_every_status_and_step() -> None:
    assert {state for state, _, _ in life_table()} == set(Status)
    assert {(Status(state), step): to for state, step, to in life_table() if to} == dict(LIFE)


def test_every_reason_stands_on_the_page_and_has_a_meaning() -> None:
    codes = {code for row in section() for code in re.findall(r"`([a-z_]+)`", row[0])}
    assert codes == set(Reason)
    assert all(reason.meaning.endswith(".") for reason in Reason)


def test_a_claim_counts_the_attempt_and_whatever_ends_it_lets_go_of_it() -> None:
    taken = a_message("sending")
    assert (taken.attempts, taken.claimed_until) == (1, LATER)
    for step in ("sent", "refused", "put back", "lose sight of"):
        assert STEPS[step](taken).claimed_until is None
    again = STEPS["claim"](STEPS["put back"](taken))
    assert (again.attempts, again.retry_at) == (2, None)


def test_a_life_says_each_status_when_and_why_and_a_wait_for_the_same_reason_once() -> None:
    deferred = a_message("deferred")
    again = STEPS["defer"](deferred)
    sent = STEPS["sent"](STEPS["claim"](again))
    assert [(stage.status, stage.reason, stage.provider) for stage in sent.life] == [
        (Status.DEFERRED, Reason.QUIET_HOURS, None),
        (Status.SENDING, None, "fake"),
        (Status.SENT, None, None),
    ]
    assert all(stage.at == LATER for stage in sent.life)


def test_an_email_in_place_of_a_text_message_says_the_same_and_goes_by_email_only() -> None:
    failed = STEPS["not delivered"](a_message("sent"))
    email = failed.by_email(new_id=UUID(int=9), now=LATER)
    assert failed.failed_by_text
    assert (email.kind, email.facts, email.useful_until) == (failed.kind, failed.facts, failed.useful_until)
    assert (email.about_id, email.only_channel, email.status) == ("a@email", Channel.EMAIL, Status.PLANNED)
