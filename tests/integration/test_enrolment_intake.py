"""Enrolment on real servers: what a GP practice sends, what it hears, and what the other services are told."""

import json
from pathlib import Path

import pytest

from support.enrolment_bench import EnrolmentBench, enrolment, referral

__all__ = ["enrolment"]

BARS = Path(__file__).parents[3] / "shared" / "data" / "bars" / "examples"
NEWCOMERS_EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "referral-knee-pain.json"
needs_bars = pytest.mark.skipif(not BARS.is_dir(), reason="the published BaRS examples are not beside this checkout")


async def test_an_eligible_person_is_accepted_and_everyone_is_told(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(json.loads(NEWCOMERS_EXAMPLE.read_text()))
    assert receipt["status"] == "accepted"
    assert receipt["reasons"] == []
    person = receipt["participant_id"]

    [decided] = await enrolment.published("enrolment.referral.decided.v1")
    assert (decided["status"], decided["participant_id"], decided["enrolment_id"]) == (
        "accepted",
        person,
        receipt["enrolment_id"],
    )
    [enrolled] = await enrolment.published("enrolment.enrolment.changed.v1")
    assert (enrolled["status"], enrolled["joints"], enrolled["outward_code"]) == ("enrolled", ["knee"], "LS1")
    await enrolment.published("contacts.v1")
    contact = await enrolment.last_message("CONTACTS", f"contacts.v1.{person}")
    assert (contact["phone"], contact["email"], contact["preferred_channel"]) == ("07700 900123", "rosalind@example.org", "sms")
    await enrolment.published("people.v1")
    met = await enrolment.last_message("PEOPLE", f"people.v1.{person}")
    assert (met["display_name"], met["emergency_contact_phone"]) == ("Rosalind Example", "07700 900124")
    assert "Rosalind" not in json.dumps(decided) + json.dumps(enrolled)

    audit = await enrolment.audit()
    assert audit["problems"] == []
    assert {name: count for name, count in audit["funnel"].items() if count} == {
        "referred": 1,
        "accepted": 1,
        "participants": 1,
        "enrolled": 1,
    }


async def test_the_same_event_again_gets_its_stored_receipt_and_changes_nothing(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    first = await practice.refer(referral(1), event_id="event-1")
    await practice.send(referral(1), event_id="event-1")
    assert (await practice.receipts_of("event-1", at_least=2))[1] == first
    assert (await enrolment.audit())["funnel"]["referred"] == 1


async def test_another_body_under_the_same_event_id_is_refused_in_the_receipt(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    await practice.refer(referral(1), event_id="event-1")
    await practice.send(referral(2), event_id="event-1")
    refused = (await practice.receipts_of("event-1", at_least=2))[1]
    assert refused["status"] == "invalid"
    assert [reason["code"] for reason in refused["reasons"]] == ["event_id_reused"]
    assert (await enrolment.audit())["funnel"]["participants"] == 1


async def test_one_practice_may_use_an_event_id_of_another(enrolment: EnrolmentBench) -> None:
    one, other = await enrolment.practice("A81001"), await enrolment.practice("B82002")
    assert (await one.refer(referral(1), event_id="event-1"))["status"] == "accepted"
    assert (await other.refer(referral(2), event_id="event-1"))["status"] == "accepted"


async def test_the_same_referral_under_a_new_event_id_is_a_duplicate(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    first = await practice.refer(referral(1))
    again = await practice.refer(referral(1))
    reworded = await practice.refer(referral(1, preferred_site="elsewhere"))
    assert [(receipt["status"], receipt["first_status"]) for receipt in (again, reworded)] == [("duplicate", "accepted")] * 2
    assert {first["participant_id"], again["participant_id"], reworded["participant_id"]} == {first["participant_id"]}


async def test_a_second_referral_of_an_enrolled_person_is_a_duplicate_that_names_the_first(enrolment: EnrolmentBench) -> None:
    one, other = await enrolment.practice("A81001"), await enrolment.practice("B82002")
    first = await one.refer(referral(1))
    second = await other.refer(referral(1, referral_id="mine-7"))
    assert (second["status"], second["participant_id"]) == ("duplicate", first["participant_id"])
    assert (second["enrolment_id"], second["linked_referral_ids"]) == (first["enrolment_id"], ["referral-1"])
    assert (await enrolment.audit()) == {
        "funnel": {
            "referred": 2,
            "accepted": 1,
            "needs_review": 0,
            "declined": 0,
            "duplicate": 1,
            "cancelled": 0,
            "invalid": 0,
            "participants": 1,
            "enrolled": 1,
        },
        "problems": [],
    }


UNREADABLE: list[tuple[object, dict[str, str | None], str | None, str]] = [
    (b"{", {}, None, "not valid JSON"),
    (b"\xff\xfe", {}, None, "not valid JSON"),
    (referral(1, patient={"birth_date": "soon"}), {}, "patient.birth_date", "patient.birth_date is wrong"),
    ({"referral_id": "r"}, {}, "patient", "field required"),
    (referral(1, patient={"given_name": "Ros\u0000alind"}), {}, "patient.given_name", "no text"),
    (referral(1), {"ce_source": None}, "source", "attribute source is missing"),
    (referral(1), {"ce_type": "intake.gp.letter.v1"}, "type", "names no event"),
    (referral(1), {"content_type": "text/plain"}, "datacontenttype", "content type must be"),
    (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", {"content_type": "application/fhir+xml"}, None, "none is allowed"),
    (b"<Bundle", {"content_type": "application/fhir+xml"}, None, "not well-formed"),
    (b"[" * 100_000, {"content_type": "application/fhir+json"}, None, "not valid JSON"),
    (b'{"resourceType": "Bundle", "type": ["\\ud800"]}', {"content_type": "application/fhir+json"}, "type", "must be text"),
]


async def test_what_cannot_be_read_is_set_aside_and_answered_with_field_and_rule(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    for body, headers, field, words in UNREADABLE:
        receipt = await practice.refer(body, **headers)
        [reason] = receipt["reasons"]
        assert (receipt["status"], reason["code"], reason["field"]) == ("invalid", "unreadable", field)
        assert words in reason["text"]
    held = await enrolment.query("SELECT DISTINCT state, count(*) FROM held GROUP BY state")
    assert [tuple(row) for row in held] == [("set_aside", len(UNREADABLE))]
    audit = await enrolment.audit()
    assert (audit["funnel"]["invalid"], audit["funnel"]["referred"], audit["problems"]) == (len(UNREADABLE), len(UNREADABLE), [])


async def test_a_broken_envelope_under_a_known_event_id_does_not_replace_its_receipt(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    first = await practice.refer(referral(1), event_id="event-1")
    await practice.send(referral(1), event_id="event-1", ce_source=None)
    assert (await practice.receipts_of("event-1", at_least=2))[1]["status"] == "invalid"
    await practice.send(referral(1), event_id="event-1")
    assert (await practice.receipts_of("event-1", at_least=3))[2] == first


async def test_an_event_without_an_id_is_answered_too(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    await practice.send(referral(1), ce_id=None)
    [receipt] = await practice.receipts_of("unknown")
    assert (receipt["status"], receipt["reasons"][0]["field"]) == ("invalid", "id")


async def test_a_number_that_fails_its_check_digit_goes_to_review(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(referral(1, patient={"nhs_number": "999 000 0010"}))
    assert receipt["status"] == "needs_review"
    assert [(reason["code"], reason["field"]) for reason in receipt["reasons"]] == [
        ("nhs_number_check_digit", "patient.nhs_number")
    ]


@needs_bars
async def test_published_bars_messages_get_the_receipts_they_deserve(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")

    async def send(name: str) -> dict[str, object]:
        kind = name.rpartition(".")[2]
        return await practice.refer((BARS / name).read_bytes(), content_type=f"application/fhir+{kind}")

    contraception, pharmacy = await send("REFREQ07.xml"), await send("REFREQ03.xml")
    for receipt in (contraception, pharmacy):
        assert receipt["status"] == "needs_review"
        codes = [reason["code"] for reason in receipt["reasons"]]  # type: ignore[attr-defined]  # JSON
        assert codes[:2] == ["nhs_number_check_digit", "not_osteoarthritis"]
    assert pharmacy["participant_id"] == contraception["participant_id"]
    assert pharmacy["linked_referral_ids"] == [contraception["referral_id"]]

    booking = await send("process-message-post-body.json")
    assert booking["status"] == "invalid"
    assert "not a referral" in booking["reasons"][0]["text"]  # type: ignore[index]  # JSON
    again = await send("process-message-post-body.json")
    assert (again["status"], again["first_status"]) == ("duplicate", "invalid")

    cancelled = await send("SERVREQ01.xml")
    assert cancelled["status"] == "cancelled"
    once_more = await send("SERVREQ01.xml")
    assert (once_more["status"], once_more["first_status"]) == ("duplicate", "cancelled")
    assert (await enrolment.audit())["funnel"]["cancelled"] == 2


async def test_a_hundred_referrals_of_one_person_at_once_make_one_person_and_one_enrolment(enrolment: EnrolmentBench) -> None:
    one, other = await enrolment.practice("A81001"), await enrolment.practice("B82002")
    events = [(each, await each.send(referral(1, referral_id=f"r{turn}"))) for turn in range(50) for each in (one, other)]
    statuses = [(await practice.receipts_of(event_id))[0]["status"] for practice, event_id in events]
    assert sorted(statuses) == ["accepted", *["duplicate"] * 99]
    audit = await enrolment.audit()
    assert (audit["funnel"]["participants"], audit["funnel"]["enrolled"], audit["problems"]) == (1, 1, [])


async def test_an_unreadable_event_again_gets_its_stored_receipt(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    first = await practice.refer(b"{", event_id="event-1")
    await practice.send(b"{", event_id="event-1")
    assert (await practice.receipts_of("event-1", at_least=2))[1] == first
    assert len(await enrolment.query("SELECT * FROM held")) == 1


async def test_an_unreadable_body_under_a_new_event_id_is_a_duplicate_until_it_can_be_read(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    body = json.dumps(referral(1)).encode()
    first, again = [await practice.refer(body, content_type="application/fhir+json") for _ in range(2)]
    assert (first["status"], again["status"], again["first_status"]) == ("invalid", "duplicate", "invalid")
    assert [reason["code"] for reason in again["reasons"]] == ["message_already_received", "unreadable"]
    assert (await practice.refer(body))["status"] == "accepted"
