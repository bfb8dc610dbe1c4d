"""Webhooks: where they may go, how often they are tried, and what they go through."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.webhooks import (
    DELIVERY_STATES,
    MAX_ATTEMPTS,
    Answer,
    Delivery,
    DeliveryStepError,
    Endpoint,
    EndpointRefusedError,
    check_url,
    is_public,
    wait_after,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECTION = (
    (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Webhook delivery (enrolment)")[1]
    .split("\n## ")[0]
)
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in SECTION.splitlines() if line.startswith("|")]
CELLS = [(row[0], step, cell) for row in ROWS[2:] for step, cell in zip(ROWS[0][1:], row[1:], strict=True)]


def a_delivery(status: str = "waiting", attempts: int = 0) -> Delivery:
    return Delivery(
        id="msg_1",
        channel="workplace",
        organisation="ACME",
        type="nomination.place_found",
        body="{}",
        status=status,
        attempts=attempts,
        next_try_at=NOW if status == "waiting" else None,
        last_answer=None,
        created_at=NOW,
        changed_at=NOW,
    )


def after(delivery: Delivery, step: str) -> Delivery:
    match step:
        case "is answered 2xx":
            return delivery.delivered(answer="HTTP 200", now=NOW)
        case "fails":
            return delivery.failed(answer="HTTP 500", now=NOW, jitter=0.5)
        case "fails for the last time, or 410":
            return delivery.failed(answer="HTTP 410", now=NOW, jitter=0.5, for_good=True)
        case "is asked for again":
            return delivery.again(now=NOW)
        case _:
            raise ValueError(step)


@pytest.mark.parametrize(("before", "step", "becomes"), CELLS)
def test_a_delivery_goes_through_the_states_of_the_table(before: str, step: str, becomes: str) -> None:
    if becomes == "no":
        with pytest.raises(DeliveryStepError):
            after(a_delivery(before), step)
    else:
        assert after(a_delivery(before), step).status == becomes


def test_the_table_has_every_state_and_every_step() -> None:
    assert {row[0] for row in ROWS[2:]} == set(DELIVERY_STATES)
    assert {(before, becomes) for before, _, becomes in CELLS if becomes != "no"} == {
        (before, step) for before, steps in DELIVERY_STATES.items() for step in steps
    }


def test_it_is_tried_for_days_and_then_given_up_and_its_id_stays_the_same() -> None:
    delivery, tried_for = a_delivery(), timedelta()
    for attempt in range(1, MAX_ATTEMPTS):
        delivery = delivery.failed(answer="HTTP 500", now=NOW, jitter=0.5)
        assert (delivery.status, delivery.attempts, delivery.id) == ("waiting", attempt, "msg_1")
        assert delivery.next_try_at is not None
        tried_for += delivery.next_try_at - NOW
    assert timedelta(days=2) < tried_for < timedelta(days=4)
    assert delivery.failed(answer="HTTP 500", now=NOW, jitter=0.5).status == "given_up"


@given(st.integers(min_value=1, max_value=20), st.floats(min_value=0, max_value=1))
def test_each_wait_is_spread_by_a_fifth_and_longer_than_the_one_before(attempts: int, jitter: float) -> None:
    middle = wait_after(attempts, jitter=0.5)
    assert middle * 0.79 < wait_after(attempts, jitter=jitter) < middle * 1.21
    assert wait_after(attempts + 1, jitter=0.5) >= middle


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_no_webhook_goes_to_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_fine(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hr.example.org/hook", "url_https"),
        ("ftp://hr.example.org/hook", "url_https"),
        ("hr.example.org/hook", "url_format"),
        ("https://", "url_format"),
        ("https://user:secret@hr.example.org/", "url_format"),
        ("https://hr.example.org/#part", "url_format"),
        ("https://hr.example.org:99999/", "url_format"),
        ("https://hr.example.org/a b", "url_format"),
        ("https://hr.example.org\\@10.0.0.1/", "url_format"),
        ("https://" + "a" * 600, "url_format"),
        ("https://127.0.0.1/", "url_private"),
        ("https://[::1]/", "url_private"),
        ("https://169.254.169.254/latest", "url_private"),
        ("http://localhost:9000/", "url_https"),
    ],
)
def test_an_address_that_no_webhook_may_go_to_is_refused(url: str, code: str) -> None:
    with pytest.raises(EndpointRefusedError) as refused:
        check_url(url, allowed=("localhost:9001",))
    assert refused.value.reason.code == code


def test_the_operator_may_allow_one_host_and_port() -> None:
    assert check_url("http://localhost:9000/hook", allowed=("localhost:9000",)).path == "/hook"
    assert check_url("https://hr.example.org/hook", allowed=()).hostname == "hr.example.org"


def test_for_a_day_after_a_rotation_both_secrets_sign() -> None:
    endpoint = Endpoint(
        channel="workplace",
        organisation="ACME",
        url="https://hr.example.org/",
        secret="new",
        previous_secret="old",
        previous_until=NOW + timedelta(hours=24),
        status="active",
        created_at=NOW,
        changed_at=NOW,
    )
    assert endpoint.secrets_at(NOW) == ("new", "old")
    assert endpoint.secrets_at(NOW + timedelta(hours=24)) == ("new",)


@pytest.mark.parametrize(("status", "fine"), [(200, True), (204, True), (302, False), (410, False), (500, False), (None, False)])
def test_only_a_2xx_means_that_the_other_side_has_it(status: int | None, *, fine: bool) -> None:
    assert Answer(status, "").is_success is fine
