"""NHS BaRS messages: those that were published, and those that a GP system would send to us."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enrolment.bars.clinical import ELIGIBILITY_QUESTIONNAIRE
from enrolment.bars.reading import read_bars
from enrolment.bars.tree import bundle_from_json, bundle_from_xml
from enrolment.settings import EnrolmentSettings
from enrolment.use_cases.answer_messages import Message
from enrolment.use_cases.cancel_referral import CancelReferral
from enrolment.use_cases.receive_referral import ReceiveReferral
from enrolment.use_cases.refuse_message import RefuseMessage
from service_kit.envelope import UnreadableError
from support.enrolment_examples import NUMBER, PROGRAMME, Desk, codes, sent

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "bars" / "examples"
VERSIONS = EnrolmentSettings.model_fields["bars_versions"].default
SYSTEMS = "https://fhir.nhs.uk/CodeSystem"


def read(bundle: dict[str, Any]) -> Message:
    return read_bars(bundle, sent=sent(), programme=PROGRAMME.code, accepted_versions=VERSIONS)


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def knee_pain() -> dict[str, Any]:
    """A referral for knee pain with the answers to our questionnaire: one that is accepted."""
    items = {"needs_supervised_exercise": True, "independently_mobile": True, "can_attend": True}
    return {
        "resourceType": "Bundle",
        "id": "message-1",
        "meta": {"versionId": "1.1.0"},
        "type": "message",
        "entry": [
            {
                "fullUrl": "urn:uuid:h",
                "resource": {
                    "resourceType": "MessageHeader",
                    "eventCoding": {"system": f"{SYSTEMS}/message-events-bars", "code": "servicerequest-request"},
                },
            },
            {
                "fullUrl": "urn:uuid:sr",
                "resource": {
                    "resourceType": "ServiceRequest",
                    "status": "active",
                    "category": [coded(f"{SYSTEMS}/message-category-servicerequest", "referral")],
                    "authoredOn": "2026-11-20T09:00:00+00:00",
                },
            },
            {
                "fullUrl": "urn:uuid:p",
                "resource": {
                    "resourceType": "Patient",
                    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER}],
                    "name": [
                        {"use": "old", "family": "Before", "given": ["Rosalind"]},
                        {"use": "official", "family": "Example", "given": ["Rosalind", "May"]},
                    ],
                    "birthDate": "1958-03-14",
                    "telecom": [
                        {"system": "phone", "value": "0113 496 0000", "use": "home", "rank": 1},
                        {"system": "phone", "value": "07700 900123", "use": "mobile", "rank": 2},
                        {"system": "email", "value": "rosalind@example.org"},
                    ],
                    "address": [{"postalCode": "LS1 4HR"}],
                    "contact": [
                        {
                            "relationship": [coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "ECON")],
                            "name": {"family": "Example", "given": ["Sam"]},
                            "telecom": [{"system": "phone", "value": "07700 900124"}],
                        }
                    ],
                },
            },
            {
                "fullUrl": "urn:uuid:c",
                "resource": {
                    "resourceType": "Condition",
                    "code": coded("http://snomed.info/sct", "239873007"),
                    "onsetDateTime": "2025-11-21",
                },
            },
            {
                "fullUrl": "urn:uuid:q",
                "resource": {
                    "resourceType": "QuestionnaireResponse",
                    "questionnaire": ELIGIBILITY_QUESTIONNAIRE,
                    "item": [
                        *({"linkId": name, "answer": [{"valueBoolean": value}]} for name, value in items.items()),
                        {"linkId": "red_flags", "answer": [{"valueCoding": {"code": "none"}}]},
                    ],
                },
            },
        ],
    }


def resource(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)
    return found


def without(kind: str) -> Callable[[dict[str, Any]], None]:
    def change(bundle: dict[str, Any]) -> None:
        bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != kind]

    return change


async def test_a_referral_for_knee_pain_with_our_questionnaire_is_accepted() -> None:
    message = read(knee_pain())
    assert isinstance(message, ReceiveReferral)
    person = message.person
    assert (person.given_name, person.family_name, person.nhs_number, person.postcode) == (
        "Rosalind",
        "Example",
        NUMBER,
        "LS1 4HR",
    )
    assert (person.phone, person.email) == ("07700 900123", "rosalind@example.org")
    assert (person.emergency_contact_name, person.emergency_contact_phone) == ("Sam Example", "07700 900124")
    assert (message.answers.joints, message.answers.pain_months) == (("knee",), 11)
    assert (message.sender_referral_id, message.service_request) == ("message-1", "urn:uuid:sr")
    assert (await Desk().receipt(message)).status == "accepted"


async def test_without_our_questionnaire_it_waits_for_somebody_to_ask() -> None:
    bundle = knee_pain()
    without("QuestionnaireResponse")(bundle)
    receipt = await Desk().receipt(read(bundle))
    assert receipt.status == "needs_review"
    assert set(codes(receipt)) == {"unanswered"}
    assert {reason.field for reason in receipt.reasons} == {"QuestionnaireResponse.item"}


def with_condition(code: str, **changes: Any) -> dict[str, Any]:
    bundle = knee_pain()
    condition = {"resourceType": "Condition", "code": coded("http://snomed.info/sct", code)} | changes
    bundle["entry"].append({"fullUrl": "urn:uuid:c2", "resource": condition})
    return bundle


def with_flag(category: str, **changes: Any) -> dict[str, Any]:
    bundle = knee_pain()
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "category": [coded("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", category)],
        "code": coded("https://fhir.nhs.uk/CodeSystem/reasonable-adjustment-codes-bars", "wheelchairaccess"),
    }
    bundle["entry"].append({"fullUrl": "urn:uuid:f", "resource": flag | changes})
    return bundle


async def test_a_red_flag_that_is_coded_waits_for_a_clinician_whatever_was_answered() -> None:
    receipt = await Desk().receipt(read(with_condition("29857009")))
    assert (receipt.status, codes(receipt)) == ("needs_review", ["red_flag_chest_pain"])


@pytest.mark.parametrize("over", ["clinicalStatus", "verificationStatus"])
def test_a_condition_that_is_over_or_was_an_error_says_nothing(over: str) -> None:
    said = {"clinicalStatus": "resolved", "verificationStatus": "entered-in-error"}[over]
    message = read(with_condition("29857009", **{over: coded("http://terminology.hl7.org/CodeSystem/x", said)}))
    assert isinstance(message, ReceiveReferral)
    assert (message.answers.red_flags, message.answers.conditions) == ((), ("osteoarthritis of knee",))


async def test_a_safeguarding_concern_is_looked_at_before_anybody_is_booked() -> None:
    receipt = await Desk().receipt(read(with_flag("SG")))
    assert (receipt.status, codes(receipt)) == ("needs_review", ["red_flag_unknown"])
    for down in ({"status": "inactive"}, {"period": {"end": "2020-01-01"}}):
        assert (await Desk().receipt(read(with_flag("SG", **down)))).status == "accepted"


def test_a_reasonable_adjustment_is_an_access_need() -> None:
    message = read(with_flag("RA"))
    assert isinstance(message, ReceiveReferral)
    assert message.access_needs == ("step_free",)
    assert message.answers.red_flags == ()


def test_exclusions_are_read_from_our_questionnaire() -> None:
    bundle = knee_pain()
    assert isinstance(silent := read(bundle), ReceiveReferral)
    assert silent.answers.exclusions is None
    answers = [{"valueCoding": {"code": "joint_replacement"}}, {"valueCoding": {"code": "wheelchair"}}]
    resource(bundle, "QuestionnaireResponse")["item"].append({"linkId": "exclusions", "answer": answers})
    assert isinstance(told := read(bundle), ReceiveReferral)
    assert told.answers.exclusions == ("joint_replacement", "wheelchair")


async def test_an_id_of_a_message_that_was_used_before_names_no_second_referral() -> None:
    desk, first, second = Desk(), knee_pain(), knee_pain()
    resource(second, "Patient")["identifier"][0]["value"] = "9990000026"
    resource(second, "Patient")["name"][1] |= {"family": "Other", "given": ["Owen"]}
    one, other = [await desk.receipt(read(bundle)) for bundle in (first, second)]
    assert (one.status, other.status) == ("accepted", "accepted")
    assert (one.sender_referral_id, other.sender_referral_id) == ("message-1", other.event_id)


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
def test_a_service_request_that_is_taken_back_is_a_cancellation(status: str) -> None:
    bundle = knee_pain()
    resource(bundle, "ServiceRequest")["status"] = status
    message = read(bundle)
    assert isinstance(message, CancelReferral)
    assert message.service_requests == ("urn:uuid:sr", "sr")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda bundle: bundle.update(type="collection"), "not_a_message"),
        (lambda bundle: bundle.update(resourceType="Patient"), "not_a_message"),
        (lambda bundle: bundle["meta"].update(versionId="9.9.9"), "bars_version"),
        (lambda bundle: bundle.pop("meta"), "bars_version"),
        (lambda bundle: resource(bundle, "MessageHeader")["eventCoding"].update(code="booking-request"), "not_a_referral"),
        (lambda bundle: resource(bundle, "ServiceRequest").pop("category"), "not_a_referral"),
        (lambda bundle: resource(bundle, "ServiceRequest").update(status="banana"), "service_request_status"),
        (lambda bundle: resource(bundle, "ServiceRequest").update(status="draft"), "service_request_status"),
    ],
)
def test_what_is_no_referral_is_refused_with_its_reason(change: Callable[[dict[str, Any]], None], code: str) -> None:
    bundle = knee_pain()
    change(bundle)
    message = read(bundle)
    assert isinstance(message, RefuseMessage)
    assert message.reason.code == code
    assert message.settles_body == (code != "bars_version")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (without("Patient"), "Patient"),
        (without("ServiceRequest"), "ServiceRequest"),
        (without("MessageHeader"), "MessageHeader"),
        (lambda bundle: bundle["entry"].append(copy.deepcopy(bundle["entry"][2])), "Patient"),
        (lambda bundle: resource(bundle, "Patient").pop("birthDate"), "Patient.birthDate"),
        (lambda bundle: resource(bundle, "Patient").update(birthDate="1958"), "Patient.birthDate"),
        (lambda bundle: resource(bundle, "Patient").update(birthDate=1958), "birthDate"),
        (lambda bundle: resource(bundle, "Patient").pop("name"), "Patient.name.given"),
        (lambda bundle: resource(bundle, "Condition").update(onsetDateTime="long ago"), "Condition.onsetDateTime"),
        (
            lambda bundle: resource(bundle, "QuestionnaireResponse")["item"].append(
                {"linkId": "pain_months", "answer": [{"valueInteger": -1}]}
            ),
            "QuestionnaireResponse.item[pain_months]",
        ),
        (
            lambda bundle: resource(bundle, "QuestionnaireResponse")["item"].append(
                {"linkId": "can_attend", "answer": [{"valueString": "maybe"}]}
            ),
            "QuestionnaireResponse.item[can_attend]",
        ),
    ],
)
def test_a_field_that_cannot_be_read_is_named(change: Callable[[dict[str, Any]], None], field: str) -> None:
    bundle = knee_pain()
    change(bundle)
    with pytest.raises(UnreadableError) as raised:
        read(bundle)
    assert raised.value.field == field


PUBLISHED = {
    "BOOKREQ01.xml": "invalid",
    "REFREQ01.xml": "needs_review",
    "REFREQ03.xml": "needs_review",
    "REFREQ07.xml": "needs_review",
    "REFREQ8A.xml": "Patient.name.given",
    "REFRESP01.xml": "invalid",
    "SERVREQ01.xml": "invalid",
    "VALREQ01.xml": "invalid",
    "process-message-post-body.json": "invalid",
}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published BaRS examples are not beside this checkout")
@pytest.mark.parametrize(("name", "expected"), PUBLISHED.items())
async def test_a_published_message_gets_a_sensible_answer(name: str, expected: str) -> None:
    body = (EXAMPLES / name).read_bytes()
    bundle = bundle_from_json(body) if name.endswith("json") else bundle_from_xml(body)
    try:
        answer = (await Desk().receipt(read(bundle))).status
    except UnreadableError as error:
        answer = error.field or ""
    assert answer == expected


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published BaRS examples are not beside this checkout")
def test_every_published_message_has_its_expected_answer_here() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(PUBLISHED)
