"""Referrals that senders promise: which addresses are fetched from, and when staff are asked."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.promises import (
    FAILED,
    WAITING,
    WAITS,
    AddressError,
    AllowedHost,
    Promise,
    PromiseStepError,
    allowed_host,
    check_address,
    problem_words,
)
from enrolment.messaging.promises import read_signal
from service_kit.envelope import UnreadableError, read_event

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ADDRESS = "https://referrals.example.org/fhir/Bundle/1"
SUBJECT = "intake.gp.A81001.referral.available.v1"
HEADERS = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "uk.nhs.example", "ce-type": "intake.gp.referral.available.v1"}


def a_promise() -> Promise:
    return Promise(
        id=UUID(int=1),
        channel="gp",
        organisation="A81001",
        event_id="event-1",
        address=ADDRESS,
        state=WAITING,
        attempts=1,
        due_at=NOW,
        problem=None,
        receipt_sequence=1,
        promised_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        (ADDRESS, True),
        ("https://REFERRALS.example.org:443/x", True),
        ("https://referrals.example.org:8443/x", False),
        ("https://example.org/x", False),
        ("https://referrals.example.org.evil.example/x", False),
        ("http://referrals.example.org:443/x", False),
        ("http://inside.example.org:8080/x", True),
    ],
)
def test_an_address_is_fetched_from_if_the_operator_named_its_host_and_port(address: str, *, allowed: bool) -> None:
    hosts = [
        AllowedHost(host="referrals.example.org:443", may_be_private=False),
        AllowedHost(host="inside.example.org:8080", may_be_private=True),
    ]
    assert (allowed_host(check_address(address), hosts) is not None) is allowed


@pytest.mark.parametrize(
    "address",
    [
        "",
        "referral",
        "ftp://example.org/x",
        "https://",
        "https://u:p@example.org/",
        "https://example.org:x/",
        "file:///etc/passwd",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_what_can_not_be_an_address_is_refused_in_words(address: str) -> None:
    with pytest.raises(AddressError, match="dataref must"):
        check_address(address)


@given(st.text())
def test_any_text_is_an_address_with_a_host_or_refused(text: str) -> None:
    with contextlib.suppress(AddressError):
        assert check_address(text).hostname


TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Promised referral (enrolment)")[1]
    .split("\n## ")[0]
    .splitlines()
    if line.startswith("|") and "---" not in line
]
STEPS: dict[str, Callable[[Promise], Promise]] = {
    "is fetched": lambda promise: promise.fetched(now=NOW),
    "can't be fetched": lambda promise: promise.not_fetched("no_connection", now=NOW),
    "can't be fetched for the last time": lambda promise: replace(promise, attempts=7).not_fetched("no_connection", now=NOW),
    "may not be fetched, or can't be read": lambda promise: promise.not_fetched("host_not_allowed", now=NOW),
    "staff ask again": lambda promise: promise.tried_again(now=NOW),
}


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [(row[0], step, cell) for row in TABLE[1:] for step, cell in zip(TABLE[0][1:], row[1:], strict=True)],
)
def test_the_table_of_states_is_what_happens(state: str, step: str, expected: str) -> None:
    promise = replace(a_promise(), state=state)
    if expected == "no":
        with pytest.raises(PromiseStepError, match=f"that is {state} can't be"):
            STEPS[step](promise)
    else:
        assert STEPS[step](promise).state == expected


def test_attempts_are_further_and_further_apart() -> None:
    tried = [replace(a_promise(), attempts=number).not_fetched("no_connection", now=NOW) for number in range(1, 7)]
    assert [promise.due_at - NOW for promise in tried] == sorted(WAITS)


def test_asking_again_begins_a_new_round_at_once() -> None:
    again = replace(a_promise(), state=FAILED, attempts=7).tried_again(now=NOW)
    assert (again.attempts, again.due_at) == (0, NOW)


@pytest.mark.parametrize("problem", ["host_not_allowed", "private_address", "unreadable"])
def test_what_trying_again_can_not_mend_goes_to_staff_at_once(problem: str) -> None:
    assert a_promise().not_fetched(problem, now=NOW).state == FAILED
    assert problem_words(problem).endswith(".")


def test_when_it_was_fetched_the_address_is_forgotten() -> None:
    fetched = a_promise().fetched(now=NOW + timedelta(minutes=1))
    assert (fetched.address, fetched.receipt_sequence) == (None, 2)


def test_a_signal_is_read_from_attributes_alone() -> None:
    headers = HEADERS | {"ce-time": "2026-11-23T09:00:00Z", "ce-dataref": ADDRESS}
    signal = read_signal(read_event(nats_subject=SUBJECT, headers=headers, body=b""))
    assert (signal.address, signal.sent.sender.organisation) == (ADDRESS, "A81001")


def test_a_signal_is_read_in_structured_mode_as_the_national_service_sends_it() -> None:
    body = (
        b'{"specversion": "1.0", "id": "1", "source": "uk.nhs.example", "type": "intake.gp.referral.available.v1",'
        b' "time": "2026-11-23T09:00:00Z", "dataref": "https://referrals.example.org/1", "filtering": {"a": ["b"]}}'
    )
    headers = {"content-type": "application/cloudevents+json"}
    assert read_signal(read_event(nats_subject=SUBJECT, headers=headers, body=body)).address == "https://referrals.example.org/1"


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"ce-time": "2026-11-23T09:00:00Z"}, "dataref"),
        ({"ce-dataref": ADDRESS}, "time"),
        ({"ce-time": "2026-11-23T09:00:00Z", "ce-dataref": "ftp://example.org/"}, "dataref"),
        ({"ce-time": "2026-11-23T09:00:00Z", "ce-dataref": "https://example.org/" + "x" * 3000}, "dataref"),
    ],
)
def test_a_signal_that_lacks_something_names_it(headers: dict[str, str], field: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_signal(read_event(nats_subject=SUBJECT, headers=HEADERS | headers, body=b""))
    assert refused.value.field == field
