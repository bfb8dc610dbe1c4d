"""NHS BaRS over HTTP, on real servers: what is taken, what is refused and how, and that each message counts once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from support import bars_requests as bars
from support.bars_requests import Bundle, cancellation, issue, part, referral, said, send, update
from support.enrolment_bench import EnrolmentBench, enrolment
from support.enrolment_bench import referral as own_referral

__all__ = ["enrolment"]


@pytest.fixture
async def key(enrolment: EnrolmentBench) -> str:
    return await enrolment.api_key("A81001")


async def test_a_new_referral_is_taken_told_and_answered_with_a_message(enrolment: EnrolmentBench, key: str) -> None:
    sent = bars.headers(key)
    message = referral(1)
    response = await enrolment.http.post(bars.ADDRESS, json=message, headers=sent)
    assert response.status_code == 200, response.text
    assert said(response)[0] == "accepted"
    for name in ("X-Request-Id", "X-Correlation-Id"):
        assert response.headers[name] == sent[name]
    header = response.json()["entry"][0]["resource"]
    assert header["response"]["identifier"] == message["id"]
    assert header["focus"][0]["reference"] == message["entry"][1]["fullUrl"]
    [enrolled] = await enrolment.published("enrolment.enrolment.changed.v1")
    assert enrolled["status"] == "enrolled"
    [receipt] = await enrolment.published("receipts.gp.v1")
    assert (receipt["status"], receipt["event_id"]) == ("accepted", sent["X-Request-Id"])
    assert (await enrolment.audit())["problems"] == []


async def test_a_retry_under_the_same_ids_is_a_duplicate_and_changes_nothing(enrolment: EnrolmentBench, key: str) -> None:
    sent, message = bars.headers(key), referral(1)
    answers = await asyncio.gather(*(enrolment.http.post(bars.ADDRESS, json=message, headers=sent) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {issue(answer) for answer in answers if answer.status_code != 200} == {(409, "duplicate", "REC_CONFLICT")}
    assert await enrolment.query("SELECT count(*) AS n FROM referrals") == [(1,)]
    assert len(await enrolment.published("receipts.gp.v1")) == 1


async def test_one_person_from_practices_over_http_and_nats_at_once_is_one_person(enrolment: EnrolmentBench, key: str) -> None:
    practice = await enrolment.practice("B82002")
    message = bars.referral(5)
    patient = part(message, "Patient")
    details = {
        "nhs_number": patient["identifier"][0]["value"],
        "given_name": patient["name"][0]["given"][0],
        "family_name": patient["name"][0]["family"],
        "birth_date": patient["birthDate"],
        "postcode": patient["address"][0]["postalCode"],
    }
    bodies = [own_referral(5, referral_id=f"n{turn}", patient=details) for turn in range(12)]
    sent, answers = await asyncio.gather(
        asyncio.gather(*(practice.send(body) for body in bodies)),
        asyncio.gather(*(send(enrolment.http, key, bars.referral(5)) for _ in range(12))),
    )
    assert {answer.status_code for answer in answers} == {200}
    statuses = [said(answer)[0] for answer in answers]
    statuses += [(await practice.receipts_of(event_id))[0]["status"] for event_id in sent]
    assert sorted(statuses) == ["accepted", *["duplicate"] * 23]
    audit = await enrolment.audit()
    assert (audit["funnel"]["participants"], audit["funnel"]["enrolled"], audit["problems"]) == (1, 1, [])


async def test_the_same_body_under_new_ids_is_a_duplicate_too(enrolment: EnrolmentBench, key: str) -> None:
    message = referral(1)
    assert (await send(enrolment.http, key, message)).status_code == 200
    assert issue(await send(enrolment.http, key, message)) == (409, "duplicate", "REC_CONFLICT")


async def test_another_message_under_a_known_request_id_is_a_conflict_so_that_nobody_takes_it_as_done(
    enrolment: EnrolmentBench, key: str
) -> None:
    sent = bars.headers(key)
    await enrolment.http.post(bars.ADDRESS, json=referral(1), headers=sent)
    response = await enrolment.http.post(bars.ADDRESS, json=referral(2), headers=sent)
    assert issue(response) == (409, "conflict", "REC_CONFLICT")


async def test_a_message_that_was_refused_may_be_mended_and_sent_under_its_ids(enrolment: EnrolmentBench, key: str) -> None:
    sent, broken = bars.headers(key), referral(1)
    part(broken, "Patient")["birthDate"] = "2150-01-01"
    response = await enrolment.http.post(bars.ADDRESS, json=broken, headers=sent)
    assert issue(response) == (400, "value", "REC_BAD_REQUEST")
    assert "Patient" not in response.text or "2150" not in response.text
    assert await enrolment.query("SELECT * FROM inbox") == []
    assert (await enrolment.http.post(bars.ADDRESS, json=referral(1), headers=sent)).status_code == 200


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
@pytest.mark.parametrize("reason", ["update", "delete"])
async def test_a_referral_is_taken_back_once(enrolment: EnrolmentBench, key: str, status: str, reason: str) -> None:
    message = referral(1)
    await send(enrolment.http, key, message)
    response = await send(enrolment.http, key, cancellation(message, status=status, reason=reason))
    assert said(response)[0] == "cancelled"
    assert part(response.json(), "ServiceRequest")["status"] == status
    told = await enrolment.published("enrolment.enrolment.changed.v1", at_least=2)
    assert [each["status"] for each in told] == ["enrolled", "withdrawn"]
    again = await send(enrolment.http, key, cancellation(message, status=status))
    assert issue(again) == (409, "conflict", "REC_CONFLICT")


async def test_a_referral_is_taken_back_by_the_id_that_its_fullurl_was(enrolment: EnrolmentBench, key: str) -> None:
    message = referral(1)
    await send(enrolment.http, key, message)
    message = cancellation(message)
    request = message["entry"][1]
    request["resource"]["id"] = request["fullUrl"].removeprefix("urn:uuid:")
    request["fullUrl"] = "urn:uuid:0193590a-5c00-7000-8000-000000000999"
    message["entry"][0]["resource"]["focus"][0]["reference"] = request["fullUrl"]
    assert (await send(enrolment.http, key, message)).status_code == 200


async def test_what_is_not_known_can_not_be_taken_back_or_brought_up_to_date(enrolment: EnrolmentBench, key: str) -> None:
    message = referral(1)
    for unknown in (cancellation(message), update(message)):
        assert issue(await send(enrolment.http, key, unknown)) == (404, "not-found", "REC_NOT_FOUND")
    await send(enrolment.http, key, message)
    other = await enrolment.api_key("B82002")
    assert issue(await send(enrolment.http, other, cancellation(message))) == (404, "not-found", "REC_NOT_FOUND")


async def test_an_update_completes_what_waited_for_review(enrolment: EnrolmentBench, key: str) -> None:
    message = referral(1)
    answers = part(message, "QuestionnaireResponse")["item"]
    missing = answers.pop(0)
    assert said(await send(enrolment.http, key, message))[0] == "needs_review"
    answers.append(missing)
    part(message, "Patient")["telecom"][0]["value"] = "07700 900456"
    assert said(await send(enrolment.http, key, update(message)))[0] == "accepted"
    [row] = await enrolment.query("SELECT phone FROM participants")
    assert row["phone"] == "07700 900456"
    assert (await enrolment.audit())["problems"] == []


async def test_new_answers_to_what_was_decided_are_a_conflict(enrolment: EnrolmentBench, key: str) -> None:
    message = referral(1)
    await send(enrolment.http, key, message)
    assert said(await send(enrolment.http, key, update(message))) == ["accepted", "referral_updated"]
    part(message, "QuestionnaireResponse")["item"].pop(0)
    assert issue(await send(enrolment.http, key, update(message))) == (409, "conflict", "REC_CONFLICT")


async def test_the_same_referral_over_http_and_nats_makes_one_enrolment_and_two_receipts(
    enrolment: EnrolmentBench, key: str
) -> None:
    practice = await enrolment.practice("A81001")
    message = referral(1)
    await send(enrolment.http, key, message)
    receipt = await practice.refer(message, content_type=bars.JSON)
    assert (receipt["status"], receipt["first_status"]) == ("duplicate", "accepted")
    other = await enrolment.practice("B82002")
    body = own_referral(1)
    assert (await other.refer(body))["status"] == "duplicate"
    assert await enrolment.query("SELECT count(*) AS n FROM enrolments") == [(1,)]
    assert len(await enrolment.published("receipts.gp.v1", at_least=3)) == 3


def lacking(kind: str) -> Callable[[Bundle], None]:
    def change(bundle: Bundle) -> None:
        gone = next(entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)
        bundle["entry"].remove(gone)

    return change


def setting(kind: str, **values: Any) -> Callable[[Bundle], None]:
    def change(bundle: Bundle) -> None:
        target = bundle if kind == "Bundle" else part(bundle, kind)
        target.update(values)

    return change


def twice(kind: str) -> Callable[[Bundle], None]:
    def change(bundle: Bundle) -> None:
        bundle["entry"].append({"fullUrl": "urn:uuid:again", "resource": part(bundle, kind)})

    return change


BREACHES: list[tuple[Callable[[Bundle], None], tuple[int, str]]] = [
    (setting("Bundle", type="batch"), (400, "invariant")),
    (setting("Bundle", meta={}), (422, "not-supported")),
    (setting("Bundle", meta={"versionId": "9.9.9"}), (422, "not-supported")),
    (setting("Bundle", timestamp=None), (400, "required")),
    (setting("Bundle", id="has spaces"), (400, "value")),
    (setting("ServiceRequest", id="a/b"), (400, "value")),
    (setting("ServiceRequest", authoredOn="20261120"), (400, "value")),
    (setting("Bundle", id=None), (400, "required")),
    (lacking("MessageHeader"), (400, "invariant")),
    (setting("MessageHeader", destination=[]), (400, "required")),
    (setting("MessageHeader", focus=[{"reference": "urn:uuid:nowhere"}]), (400, "invariant")),
    (setting("MessageHeader", definition="https://example.org/another"), (400, "not-supported")),
    (setting("MessageHeader", eventCoding={"code": "banana"}), (400, "invariant")),
    (
        setting("MessageHeader", reason={"coding": [{"system": f"{bars.SYSTEMS}/message-reason-bars", "code": "banana"}]}),
        (400, "value"),
    ),
    (setting("MessageHeader", reason={"coding": [{"system": "urn:another", "code": "new"}]}), (400, "invariant")),
    (setting("ServiceRequest", status="banana"), (400, "value")),
    (setting("ServiceRequest", status="draft"), (400, "invariant")),
    (setting("ServiceRequest", intent="order"), (400, "invariant")),
    (setting("ServiceRequest", authoredOn=None), (400, "required")),
    (setting("ServiceRequest", occurrenceDateTime="2026-11-23"), (400, "invariant")),
    (setting("ServiceRequest", subject={"reference": "urn:uuid:nobody"}), (400, "invariant")),
    (setting("CarePlan", status="active"), (400, "invariant")),
    (setting("Encounter", status="planned"), (400, "invariant")),
    (
        setting("Consent", category=[{"coding": [{"system": f"{bars.SYSTEMS}/consent-categories-bars", "code": "X"}]}]),
        (400, "value"),
    ),
    (setting("Patient", gender="banana"), (400, "value")),
    (setting("Patient", birthDate="yesterday"), (400, "invalid")),
    (setting("Patient", name="no object"), (400, "invalid")),
    (lacking("Organization"), (400, "required")),
    (lacking("Practitioner"), (400, "required")),
    (lacking("Consent"), (400, "required")),
    (lacking("HealthcareService"), (400, "required")),
    (twice("Encounter"), (400, "invariant")),
    (twice("Patient"), (400, "invariant")),
]


async def test_every_breach_of_the_standard_has_its_published_answer_and_leaves_nothing(
    enrolment: EnrolmentBench, key: str
) -> None:
    for number, (change, expected) in enumerate(BREACHES):
        message = referral(1)
        change(message)
        found = issue(await send(enrolment.http, key, message))
        assert found[:2] == expected, (number, found)
    assert await enrolment.query("SELECT * FROM inbox") == []
    assert await enrolment.query("SELECT * FROM receipts") == []


HEADER_BREACHES: list[tuple[dict[str, str | None], tuple[int, str]]] = [
    ({"X_Request_Id": None}, (400, "required")),
    ({"X_Correlation_Id": None}, (400, "required")),
    ({"X_Request_Id": "1"}, (400, "invalid")),
    ({"X_Correlation_Id": "not-a-guid"}, (400, "invalid")),
    ({"NHSD_Target_Identifier": None}, (400, "required")),
    ({"NHSD_Target_Identifier": "%%%"}, (400, "value")),
    ({"NHSD_Target_Identifier": bars.encoded({"value": "1"})}, (400, "value")),
    ({"NHSD_End_User_Organisation": None}, (400, "required")),
    ({"NHSD_End_User_Organisation": "bm8ganNvbg=="}, (400, "value")),
    ({"NHSD_Requesting_Software": None}, (400, "required")),
    ({"NHSD_Requesting_Practitioner": "?"}, (400, "value")),
    ({"use_context": None}, (400, "required")),
    ({"Accept": ""}, (400, "required")),
    ({"Accept": bars.JSON}, (400, "required")),
    ({"Accept": "text/html"}, (406, "processing")),
    ({"Accept": f"{bars.JSON}; version=9.0.0"}, (406, "processing")),
    ({"Content_Type": "text/plain"}, (415, "not-supported")),
    ({"Authorization": None}, (401, "forbidden")),
    ({"Authorization": "Bearer limber_0123456789abcdef_wrong"}, (401, "forbidden")),
]


async def test_every_header_that_is_missing_or_wrong_has_its_published_answer(enrolment: EnrolmentBench, key: str) -> None:
    for changes, expected in HEADER_BREACHES:
        response = await send(enrolment.http, key, referral(1), **changes)
        assert issue(response)[:2] == expected, changes
        sent = bars.headers(key, **changes)
        assert response.headers.get("X-Request-Id", "none") in {
            sent.get("X-Request-Id", "none"),
            response.headers.get("X-Request-Id"),
        }
    assert await enrolment.query("SELECT * FROM inbox") == []


async def test_a_key_of_another_channel_is_refused(enrolment: EnrolmentBench) -> None:
    key = await enrolment.api_key("ACME", channel="workplace")
    assert issue(await send(enrolment.http, key, referral(1))) == (403, "forbidden", "REC_FORBIDDEN")


@pytest.mark.parametrize("stated", [True, False], ids=["with a length", "in chunks"])
async def test_a_body_over_one_megabyte_is_refused(enrolment: EnrolmentBench, key: str, *, stated: bool) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 60_000

    content = b" " * 1_100_000 if stated else chunks()
    response = await enrolment.http.post(bars.ADDRESS, content=content, headers=bars.headers(key))
    assert issue(response) == (413, "too-costly", "REC_UNPROCESSABLE_ENTITY")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (bars.JSON, b""),
        (bars.JSON, b"[]"),
        (bars.JSON, b'{"resourceType": 1}'),
        (bars.JSON, b"[" * 100_000),
        (bars.JSON, b"\xff\xfe"),
        (bars.XML, b"<Bundle"),
        (bars.XML, b"<Bundle/>"),
        (bars.XML, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Bundle xmlns="http://hl7.org/fhir">&e;</Bundle>'),
        (bars.XML, b'<Bundle xmlns="http://hl7.org/fhir">' + b"<a>" * 2000 + b"</a>" * 2000 + b"</Bundle>"),
    ],
)
async def test_what_can_not_be_read_is_refused(enrolment: EnrolmentBench, key: str, content_type: str, body: bytes) -> None:
    response = await send(enrolment.http, key, body, Content_Type=content_type)
    assert issue(response)[0] == 400


async def test_a_service_that_can_not_answer_in_time_says_so_and_takes_the_message_later(
    enrolment: EnrolmentBench, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await enrolment.locked("referrals")
    sent, message = bars.headers(key), referral(1)
    monkeypatch.setattr("enrolment.http.bars.asyncio.timeout", _quick_timeout())
    response = await enrolment.http.post(bars.ADDRESS, json=message, headers=sent)
    assert issue(response) == (408, "timeout", "REC_TIMEOUT")
    await connection.close()
    monkeypatch.undo()
    assert (await enrolment.http.post(bars.ADDRESS, json=message, headers=sent)).status_code == 200


def _quick_timeout() -> Callable[[float], asyncio.Timeout]:
    real = asyncio.timeout
    return lambda _: real(0.5)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "$process-message", (405, "not-supported", "REC_METHOD_NOT_ALLOWED")),
        ("POST", "metadata", (405, "not-supported", "REC_METHOD_NOT_ALLOWED")),
        ("GET", "Slot", (501, "not-supported", "REC_NOT_IMPLEMENTED")),
    ],
)
async def test_what_is_not_done_is_said_in_the_standards_way(
    enrolment: EnrolmentBench, key: str, method: str, path: str, expected: tuple[int, str, str]
) -> None:
    response = await enrolment.http.request(method, f"/enrolment/fhir/{path}", headers=bars.headers(key))
    assert issue(response) == expected
    assert response.headers.get("Allow") == {"$process-message": "POST", "metadata": "GET"}.get(path)


async def test_the_capability_statement_says_what_is_done(enrolment: EnrolmentBench, key: str) -> None:
    response = await enrolment.http.get("/enrolment/fhir/metadata", headers=bars.headers(key))
    statement = response.json()
    assert statement["resourceType"] == "CapabilityStatement"
    assert [each["name"] for each in statement["rest"][0]["operation"]] == ["process-message"]


async def test_an_answer_comes_in_xml_to_whoever_asks_for_it(enrolment: EnrolmentBench, key: str) -> None:
    response = await send(enrolment.http, key, referral(1), Accept=f"{bars.XML}; version=1.1.0")
    assert response.headers["content-type"] == bars.XML
    assert response.text.startswith("<?xml")
    assert '<code value="ok" />' in response.text
    refused = await send(enrolment.http, key, b"{}", Accept=f"{bars.XML}; version=1.1.0")
    assert "<OperationOutcome" in refused.text


published = pytest.mark.skipif(not bars.PUBLISHED.is_dir(), reason="the published BaRS examples are not here")
EXPECTED = {
    "REFREQ01": 200,
    "REFREQ03": 200,
    "REFREQ07": 200,
    "REFREQ8A": (400, "invariant"),
    "REFRESP01": (404, "not-found"),
    "BOOKREQ01": (400, "not-supported"),
    "VALREQ01": (400, "not-supported"),
    "process-message-post-body": (400, "not-supported"),
}


@published
async def test_each_published_example_is_answered(enrolment: EnrolmentBench, key: str) -> None:
    for name, expected in EXPECTED.items():
        [file] = (bars.PUBLISHED / "examples").glob(f"{name}.*")
        content_type = bars.XML if file.suffix == ".xml" else bars.JSON
        response = await send(enrolment.http, key, file.read_bytes(), Content_Type=content_type)
        found = 200 if response.status_code == 200 else issue(response)[:2]
        assert found == expected, (name, response.text)
    cancel = (bars.PUBLISHED / "examples" / "SERVREQ01.xml").read_bytes()
    assert said(await send(enrolment.http, key, cancel, Content_Type=bars.XML))[0] == "cancelled"
    assert issue(await send(enrolment.http, key, cancel, Content_Type=bars.XML))[0] == 409
    assert json.dumps((await enrolment.audit())["problems"]) == "[]"
