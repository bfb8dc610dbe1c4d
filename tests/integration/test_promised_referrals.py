"""Referrals that a GP system only announces: fetched from where it says, or visibly waiting."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from support import bars_requests as bars
from support.elsewhere import AVAILABLE, Elsewhere, allow, announce, serving
from support.enrolment_bench import EnrolmentBench, bearer, enrolment, eventually, referral

__all__ = ["enrolment"]


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    async with serving() as there:
        yield there


async def promised(bench: EnrolmentBench) -> list[dict[str, Any]]:
    response = await bench.http.get("/enrolment/promised-referrals", headers=bearer("coordinator"))
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.json()
    return found


def failed(bench: EnrolmentBench) -> Callable[[], Any]:
    async def found() -> Any:
        return [each for each in await promised(bench) if each["state"] == "failed"]

    return found


@pytest.mark.parametrize("content_type", ["application/json", bars.JSON])
async def test_an_announced_referral_is_acknowledged_fetched_and_decided(
    enrolment: EnrolmentBench, elsewhere: Elsewhere, content_type: str
) -> None:
    await allow(enrolment, elsewhere)
    elsewhere.content_type = content_type
    elsewhere.body = json.dumps(bars.referral(1) if content_type == bars.JSON else referral(1)).encode()
    practice = await enrolment.practice("A81001")
    event_id = await announce(practice, elsewhere.address)
    first, second = await practice.receipts_of(event_id, at_least=2)
    assert (first["status"], first["reasons"][0]["code"]) == ("received", "will_be_fetched")
    assert second["status"] == "accepted"
    [asked] = elsewhere.asked
    assert "application/fhir+json" in asked["accept"]
    assert await promised(enrolment) == []
    assert await enrolment.query("SELECT address FROM promised_referrals") == [(None,)]
    again = await practice.send(
        b"", kind="referral.available.v1", event_id=event_id, ce_type=AVAILABLE, ce_time="2026-11-23T09:00:00Z",
        ce_dataref=elsewhere.address,
    )  # fmt: skip
    assert (await practice.receipts_of(again, at_least=3))[2]["status"] == "accepted"
    audit = await enrolment.audit()
    assert (audit["problems"], audit["funnel"]["referred"]) == ([], 1)


async def test_a_host_that_nobody_allowed_waits_where_staff_see_it_and_is_tried_when_it_is_allowed(
    enrolment: EnrolmentBench, elsewhere: Elsewhere
) -> None:
    elsewhere.body = json.dumps(referral(1)).encode()
    practice = await enrolment.practice("A81001")
    event_id = await announce(practice, elsewhere.address)
    told = (await practice.receipts_of(event_id, at_least=2))[1]
    assert (told["status"], told["reasons"][0]["code"]) == ("received", "not_fetched")
    [waiting] = await promised(enrolment)
    assert (waiting["state"], waiting["problem"], waiting["host"]) == ("failed", "host_not_allowed", "127.0.0.1")
    assert elsewhere.asked == []
    await allow(enrolment, elsewhere)
    retried = await enrolment.http.post(f"/enrolment/promised-referrals/{waiting['id']}/retry", headers=bearer("coordinator"))
    assert retried.json()["state"] == "waiting"
    assert (await practice.receipts_of(event_id, at_least=3))[2]["status"] == "accepted"


async def test_a_private_address_is_not_asked_unless_the_operator_said_so(
    enrolment: EnrolmentBench, elsewhere: Elsewhere
) -> None:
    await allow(enrolment, elsewhere, private=False)
    practice = await enrolment.practice("A81001")
    await announce(practice, elsewhere.address.replace("http:", "https:"))
    [found] = await eventually(failed(enrolment))
    assert found["problem"] == "private_address"
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"status": "404 Not Found"}, "refused"),
        ({"status": "302 Found"}, "refused"),
        ({"content_type": "text/html"}, "unknown_content_type"),
        ({"body": b" " * 1_100_000}, "too_large"),
    ],
    ids=["not found", "elsewhere", "a page", "too large"],
)
async def test_what_is_not_there_is_tried_again_later(
    enrolment: EnrolmentBench, elsewhere: Elsewhere, answer: dict[str, Any], problem: str
) -> None:
    await allow(enrolment, elsewhere)
    for name, value in answer.items():
        setattr(elsewhere, name, value)
    practice = await enrolment.practice("A81001")
    event_id = await announce(practice, elsewhere.address)

    async def tried() -> Any:
        return [each for each in await promised(enrolment) if each["problem"]]

    [found] = await eventually(tried)
    assert (found["state"], found["attempts"], found["problem"]) == ("waiting", 1, problem)
    elsewhere.status, elsewhere.content_type, elsewhere.body = "200 OK", "application/json", json.dumps(referral(1)).encode()
    await enrolment.query("UPDATE promised_referrals SET due_at = now()")
    assert (await practice.receipts_of(event_id, at_least=2))[1]["status"] == "accepted"


async def test_what_can_not_be_read_goes_to_staff_and_its_sender_hears_why(
    enrolment: EnrolmentBench, elsewhere: Elsewhere
) -> None:
    await allow(enrolment, elsewhere)
    elsewhere.body = b'{"patient": 1}'
    practice = await enrolment.practice("A81001")
    told = (await practice.receipts_of(await announce(practice, elsewhere.address), at_least=2))[1]
    assert [reason["code"] for reason in told["reasons"]] == ["not_fetched", "unreadable"]
    assert told["reasons"][1]["field"] == "referral_id"


async def test_a_signal_without_an_address_is_answered_with_what_is_missing(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    [told] = await practice.receipts_of(await announce(practice, "", ce_dataref=None))
    assert (told["status"], told["reasons"][0]["field"]) == ("invalid", "dataref")


async def test_facilitators_do_not_see_promised_referrals(enrolment: EnrolmentBench) -> None:
    response = await enrolment.http.get("/enrolment/promised-referrals", headers=bearer("facilitator"))
    assert response.status_code == 403
