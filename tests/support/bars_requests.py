"""BaRS over HTTP, as a GP system sends it: whole messages and all headers."""

import base64
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from service_kit.ids import new_id

ADDRESS = "/enrolment/fhir/$process-message"
JSON, XML = "application/fhir+json", "application/fhir+xml"
SYSTEMS = "https://fhir.nhs.uk/CodeSystem"
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "bars"
ELIGIBILITY = "urn:limber:questionnaire:eligibility"

Bundle = dict[str, Any]


def encoded(content: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def headers(key: str, **changes: str | None) -> dict[str, str]:
    """All that the standard asks for; an underscore stands for a hyphen, and what is None is left out."""
    usual: dict[str, str | None] = {
        "Authorization": f"Bearer {key}",
        "Accept": f"{JSON}; version=1.4.0",
        "Content-Type": JSON,
        "NHSD-Target-Identifier": encoded({"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "111111111"}),
        "NHSD-End-User-Organisation": encoded({"resourceType": "Organization", "name": "Example Surgery"}),
        "NHSD-Requesting-Software": encoded({"resourceType": "Device", "version": [{"value": "1.0.0"}]}),
        "X-Request-Id": str(new_id()),
        "X-Correlation-Id": str(new_id()),
        "use-context": "a5t1|referral|servicerequest-request|new",
    }
    usual.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in usual.items() if value is not None}


async def send(http: httpx.AsyncClient, key: str, body: Bundle | bytes, **changes: str | None) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await http.post(ADDRESS, content=content, headers=headers(key, **changes))


def issue(response: httpx.Response) -> tuple[int, str, str]:
    """(status, issue type, code of the receiver) of an error; checks that it is an OperationOutcome of the published shape."""
    assert response.headers["content-type"] == JSON
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome", outcome
    [found] = outcome["issue"]
    assert set(found) == {"severity", "code", "details", "diagnostics"}
    [coding] = found["details"]["coding"]
    assert coding["system"] == "https://fhir.nhs.uk/Codesystem/http-error-codes"
    assert found["diagnostics"].endswith("."), found
    return response.status_code, found["code"], coding["code"]


def said(response: httpx.Response) -> list[str]:
    """What a good answer's OperationOutcome says, as codes."""
    bundle = response.json()
    assert bundle["resourceType"] == "Bundle", bundle
    header = bundle["entry"][0]["resource"]
    assert header["resourceType"] == "MessageHeader"
    assert header["response"]["code"] == "ok"
    [outcome] = [each["resource"] for each in bundle["entry"] if each["fullUrl"] == header["response"]["details"]["reference"]]
    return [each["details"]["coding"][0]["code"] for each in outcome["issue"]]


def referral(number: int = 0, **answers: Any) -> Bundle:
    """A whole and eligible referral; each number is another person, and each call another message."""
    given = {"needs_supervised_exercise": True, "independently_mobile": True, "can_attend": True} | answers
    urls = {
        name: f"urn:uuid:{new_id()}" for name in ("request", "patient", "sender", "receiver", "practitioner", "plan", "visit")
    }
    resources = [
        (None, _header("new", urls)),
        (
            urls["request"],
            {
                "resourceType": "ServiceRequest",
                "status": "active",
                "intent": "plan",
                "category": [
                    {
                        "coding": [
                            {"system": f"{SYSTEMS}/message-category-servicerequest", "code": "referral"},
                            {"system": f"{SYSTEMS}/usecases-categories-bars", "code": "a5t1"},
                        ]
                    }
                ],
                "subject": {"reference": urls["patient"]},
                "encounter": {"reference": urls["visit"]},
                "authoredOn": "2026-11-20T09:00:00+00:00",
            },
        ),
        (urls["patient"], _patient(number)),
        (
            urls["visit"],
            {
                "resourceType": "Encounter",
                "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            },
        ),
        (
            urls["plan"],
            {"resourceType": "CarePlan", "status": "completed", "intent": "plan", "subject": {"reference": urls["patient"]}},
        ),
        (None, {"resourceType": "HealthcareService", "active": True, "name": "ESCAPE-pain"}),
        (urls["sender"], {"resourceType": "Organization", "name": "Example Surgery"}),
        (urls["receiver"], {"resourceType": "Organization", "name": "Limber"}),
        (urls["practitioner"], {"resourceType": "Practitioner", "name": [{"family": "Example", "given": ["Gwen"]}]}),
        (None, {"resourceType": "PractitionerRole", "practitioner": {"reference": urls["practitioner"]}}),
        (
            None,
            {
                "resourceType": "Consent",
                "status": "active",
                "scope": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
                },
                "category": [{"coding": [{"system": f"{SYSTEMS}/consent-categories-bars", "code": "DRC"}]}],
            },
        ),
        (
            None,
            {
                "resourceType": "Condition",
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "239873007"}]},
                "subject": {"reference": urls["patient"]},
                "onsetDateTime": "2025-11-21",
            },
        ),
        (
            None,
            {
                "resourceType": "QuestionnaireResponse",
                "status": "completed",
                "questionnaire": ELIGIBILITY,
                "item": [
                    *({"linkId": name, "answer": [{"valueBoolean": value}]} for name, value in given.items()),
                    {"linkId": "red_flags", "answer": [{"valueCoding": {"code": "none"}}]},
                ],
            },
        ),
    ]
    return _bundle(resources)


def cancellation(of: Bundle, *, status: str = "revoked", reason: str = "update") -> Bundle:
    """The message that takes a referral back."""
    message = copy.deepcopy(of)
    message["id"] = str(new_id())
    kept = {"MessageHeader", "ServiceRequest", "Patient", "Organization"}
    message["entry"] = [entry for entry in message["entry"] if entry["resource"]["resourceType"] in kept]
    header = part(message, "MessageHeader")
    header["reason"]["coding"][0]["code"] = reason
    header["definition"] = "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled"
    part(message, "ServiceRequest")["status"] = status
    return message


def update(of: Bundle) -> Bundle:
    """The same referral again, as an update."""
    message = copy.deepcopy(of)
    part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
    return message


def nhs_number(number: int) -> str:
    """A valid NHS number that begins with 999; another one for each number below 300,000."""
    for first_nine in (999_000_001 + number, 999_300_000 + number, 999_600_000 + number):
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(str(first_nine))) % 11
        if check != 10:
            return f"{first_nine}{check % 11}"
    raise AssertionError(number)


def part(bundle: Bundle, kind: str) -> dict[str, Any]:
    """The first resource of a kind."""
    found: dict[str, Any] = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)
    return found


def _bundle(resources: list[tuple[str | None, dict[str, Any]]]) -> Bundle:
    return {
        "resourceType": "Bundle",
        "id": str(new_id()),
        "meta": {"versionId": "1.1.0", "profile": ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]},
        "type": "message",
        "timestamp": "2026-11-20T09:00:00+00:00",
        "entry": [{"fullUrl": url or f"urn:uuid:{new_id()}", "resource": resource} for url, resource in resources],
    }


def _header(reason: str, urls: Mapping[str, str]) -> dict[str, Any]:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": f"{SYSTEMS}/message-events-bars", "code": "servicerequest-request"},
        "destination": [
            {"endpoint": "https://fhir.nhs.uk/Id/dos-service-id|111111111", "receiver": {"reference": urls["receiver"]}}
        ],
        "sender": {"reference": urls["sender"]},
        "source": {"name": "Example Surgery", "endpoint": "https://fhir.nhs.uk/Id/dos-service-id|2222222222"},
        "reason": {"coding": [{"system": f"{SYSTEMS}/message-reason-bars", "code": reason}]},
        "focus": [{"reference": urls["request"]}],
        "definition": "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral",
    }


def _patient(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number(number)}],
        "name": [{"use": "official", "family": f"Family{number}", "given": [f"Given{number}"]}],
        "gender": "female",
        "birthDate": f"{1950 + number // 28 % 20}-01-{number % 28 + 1:02d}",
        "telecom": [{"system": "phone", "value": "07700 900123", "use": "mobile"}],
        "address": [{"use": "home", "postalCode": f"LS1 {number % 10}HR"}],
    }
