"""What staff key, and what waits for them to look at it."""

import json
from typing import Any

import pytest

from support.enrolment_bench import EnrolmentBench, bearer, enrolment, referral

__all__ = ["enrolment"]

HTML = {"Accept": "text/html"}
KEYED: dict[str, Any] = {
    "key": "019385a0-7000-7000-8000-00000000f001",
    "source": "phone",
    "programme": "escape-pain-knee-hip",
    "given_name": "Olwen",
    "family_name": "Byphone",
    "birth_date": "31/3/1948",
    "postcode": "LS1 4AP",
    "phone": "01632 960077",
    "language": "cy",
    "joints": ["knee"],
    "pain_months": "24",
    "needs_supervised_exercise": "yes",
    "independently_mobile": "yes",
    "can_attend": "yes",
    "red_flags": ["none"],
    "shares_with_gp": "yes",
}


async def key(bench: EnrolmentBench, **changes: Any) -> Any:
    return await bench.http.post("/enrolment/referrals/new", data=KEYED | changes, headers=bearer("coordinator") | HTML)


async def test_a_referral_by_phone_is_keyed_once_and_decided_as_every_other(enrolment: EnrolmentBench) -> None:
    page = await enrolment.http.get("/enrolment/referrals/new", headers=bearer("coordinator") | HTML)
    assert page.status_code == 200
    first, again = await key(enrolment), await key(enrolment)
    assert (first.status_code, again.headers["location"]) == (303, first.headers["location"])
    [row] = await enrolment.query("SELECT * FROM referrals")
    assert (row["channel"], row["organisation"], row["status"]) == ("staff", "phone", "accepted")
    [wishes] = await enrolment.published("enrolment.preferences.changed.v1")
    assert (wishes["language"], wishes["shares_with_gp"], wishes["allows_marketing"], wishes["source"]) == (
        "cy",
        True,
        False,
        "staff",
    )
    [deed] = await enrolment.query("SELECT * FROM audit WHERE deed = 'referred'")
    assert (deed["actor_kind"], deed["actor"]) == ("staff", "Test Coordinator")
    assert await enrolment.query("SELECT * FROM outbox WHERE type LIKE 'receipts%'") == []
    assert (await enrolment.audit())["problems"] == []


async def test_what_was_left_empty_is_unanswered_and_a_wrong_number_goes_to_review(enrolment: EnrolmentBench) -> None:
    await key(enrolment, red_flags=[], nhs_number="999 000 0010")
    [row] = await enrolment.query("SELECT * FROM referrals")
    assert row["status"] == "needs_review"
    assert "nhs_number_check_digit" in row["reasons"]
    assert "unanswered" in row["reasons"]


async def test_a_page_that_is_not_filled_in_names_every_field_in_order_and_keeps_the_rest(enrolment: EnrolmentBench) -> None:
    answer = await key(
        enrolment, source="", given_name="", birth_date="31/2/1948", pain_months="long", red_flags=["none", "trauma"]
    )
    assert answer.status_code == 422
    wrong = ["how the referral came", "Enter the first name", "must be a real day", "whole number", "none"]
    places = [answer.text.index(words) for words in wrong]
    assert places == sorted(places)
    assert 'value="Byphone"' in answer.text
    assert await enrolment.query("SELECT * FROM referrals") == []


async def test_who_can_be_reached_by_nothing_stands_on_the_call_list(enrolment: EnrolmentBench) -> None:
    await key(enrolment)
    await key(
        enrolment, key="019385a0-7000-7000-8000-00000000f002", given_name="Mobile", family_name="Else", phone="07700 900155"
    )
    page = await enrolment.http.get("/enrolment/call-list", headers=bearer("coordinator") | HTML)
    assert "Olwen Byphone" in page.text
    assert "01632960077" in page.text
    assert "Welsh" in page.text
    assert "Mobile Else" not in page.text


async def test_the_queue_counts_filters_and_says_what_is_due(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    await practice.refer(referral(1, clinical={"red_flags": ["hot_swollen_joint"]}))
    await practice.refer(referral(2, clinical={"pain_months": None}))
    await practice.refer(referral(3, patient={"nhs_number": "9990000010"}))
    page = (await enrolment.http.get("/enrolment/review", headers=bearer("coordinator") | HTML)).text
    assert ["Given1 Family1" in page, "Given2 Family2" in page, "Given3 Family3" in page] == [True, True, True]
    assert page.index("Given1 Family1") < page.index("Given2 Family2")
    assert "only a clinician can accept it" in page
    flags = (await enrolment.http.get("/enrolment/review?show=red-flags", headers=bearer("clinician") | HTML)).text
    assert ["Given1 Family1" in flags, "Given2 Family2" in flags] == [True, False]
    assert "only a clinician can accept it" not in flags
    who = (await enrolment.http.get("/enrolment/review?show=identity", headers=bearer("coordinator") | HTML)).text
    assert ["Given3 Family3" in who, "Given2 Family2" in who] == [True, False]


async def test_the_sender_is_asked_by_a_receipt_and_the_referral_goes_on_waiting(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    event_id = await practice.send(referral(1, clinical={"pain_months": None}))
    await practice.receipts_of(event_id)
    [row] = await enrolment.query("SELECT id FROM referrals")
    nothing = await enrolment.review(row["id"], "ask")
    assert nothing.status_code == 422
    asked = await enrolment.review(row["id"], "ask", note="For how long has it hurt?")
    assert asked.json()["status"] == "asked"
    receipts = await practice.receipts_of(event_id, at_least=2)
    assert (receipts[-1]["status"], receipts[-1]["reasons"][0]["text"]) == ("question", "For how long has it hurt?")
    page = (await enrolment.http.get("/enrolment/review?show=asked", headers=bearer("coordinator") | HTML)).text
    assert "For how long has it hurt?" in page
    accepted = await enrolment.review(row["id"], "accept")
    assert accepted.json()["status"] == "accepted"
    assert await asked_of(enrolment) == [(None, False), ("sender", True), (None, True)]
    assert (await practice.receipts_of(event_id, at_least=3))[-1]["status"] == "accepted"


async def test_where_no_sender_can_be_asked_the_person_is_told_that_staff_will_ring(enrolment: EnrolmentBench) -> None:
    await key(enrolment, red_flags=[])
    [row] = await enrolment.query("SELECT id FROM referrals")
    answer = await enrolment.review(row["id"], "ask", note="How are you?")
    assert answer.json()["status"] == "asked"
    page = (await enrolment.http.get("/enrolment/review?show=asked", headers=bearer("coordinator") | HTML)).text
    assert "Ring the person" in page
    assert await asked_of(enrolment) == [(None, False), ("person", True)]


async def asked_of(enrolment: EnrolmentBench) -> list[tuple[str | None, bool]]:
    """Whom more was asked of in each decision that was told, and whether it says when."""
    rows = await enrolment.query("SELECT body FROM outbox WHERE type = 'enrolment.referral.decided.v1' ORDER BY id")
    told = [json.loads(row["body"]) for row in rows]
    assert "How are you" not in str(told)
    return [(one.get("asked"), one.get("asked_at") is not None) for one in told]


@pytest.mark.parametrize("path", ["/enrolment/review", "/enrolment/call-list", "/enrolment/referrals/new"])
async def test_the_queue_is_for_coordinators_and_clinicians(enrolment: EnrolmentBench, path: str) -> None:
    assert (await enrolment.http.get(path)).status_code == 401
    assert (await enrolment.http.get(path, headers=bearer("facilitator"))).status_code == 403
