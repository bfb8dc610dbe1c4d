"""What a sender gets back: a message Bundle that answers its own, and the CapabilityStatement."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from enrolment.bars.refusal import OUTCOME_PROFILE
from enrolment.bars.tree import Node, every, first_text, resources, texts
from enrolment.bars.workflow import Task
from enrolment.domain.receipts import Receipt

BUNDLE_PROFILE = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"
HEADER_PROFILE = "https://fhir.nhs.uk/StructureDefinition/BARSMessageHeader-servicerequest-response"
REQUEST_PROFILE = "https://fhir.nhs.uk/StructureDefinition/BARSServiceRequest-request-referral"
REFERRAL_ID = "urn:limber:referral"
_NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9 -]{1,20}")
_ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
_CODES = "https://fhir.nhs.uk/CodeSystem"
_SAID = {
    "accepted": "The referral was accepted: the person is enrolled.",
    "needs_review": "The referral was received and waits for a member of staff to look at it.",
    "declined": "The referral was received, and the programme doesn't suit the person.",
    "duplicate": "The referral was received; the person is enrolled in the programme already.",
    "cancelled": "The referral was taken back.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Who answers: what we are called, and the address of the FHIR endpoint."""

    name: str
    address: str


def answer_bundle(
    request: Node, *, receipt: Receipt, task: Task, answerer: Answerer, now: datetime, ids: Sequence[UUID]
) -> dict[str, Any]:
    """Return the message Bundle that answers a request which was taken. `ids` are six new ones, of its parts.

    It brings back the ServiceRequest as it stands, joined by the sender's own fullUrl, and says what was decided as an
    OperationOutcome. Of the person it repeats the NHS number alone.
    """
    bundle_id, header_id, sender_id, own_id, outcome_id, _ = ids
    at = now.astimezone(UTC).isoformat(timespec="milliseconds")
    header = _first(request, "MessageHeader")[1]
    request_url, service_request = _first(request, "ServiceRequest")
    patient_url, patient = _first(request, "Patient")
    entries = [
        (f"urn:uuid:{header_id}", _header(request, header, request_url, answerer, (sender_id, own_id, outcome_id), at)),
        (request_url, _service_request(service_request, receipt, task, patient_url, at)),
        (patient_url, _patient(patient, at)),
        (f"urn:uuid:{sender_id}", _organization(receipt.organisation, at)),
        (f"urn:uuid:{own_id}", {"resourceType": "Organization", "meta": {"lastUpdated": at}, "name": answerer.name}),
        (f"urn:uuid:{outcome_id}", _outcome(receipt)),
    ]
    return {
        "resourceType": "Bundle",
        "id": str(bundle_id),
        "meta": {
            "versionId": first_text(request, "meta", "versionId"),
            "lastUpdated": at,
            "profile": [BUNDLE_PROFILE],
        },
        "type": "message",
        "timestamp": at,
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries],
    }


def capability_statement(
    *, answerer: Answerer, versions: Sequence[str], software_version: str, statement_date: str
) -> dict[str, Any]:
    """Return what can be done here, as FHIR says it."""
    requests = "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request"
    return {
        "resourceType": "CapabilityStatement",
        "id": "limber-bars",
        "url": f"{answerer.address}/metadata",
        "version": software_version,
        "name": "LimberBaRS",
        "title": f"{answerer.name}: referrals by the NHS Booking and Referral Standard",
        "status": "active",
        "experimental": False,
        "date": statement_date,
        "publisher": answerer.name,
        "description": f"Takes referrals, updates and cancellations. Bundle.meta.versionId: {', '.join(versions)}.",
        "kind": "instance",
        "software": {"name": "Limber", "version": software_version},
        "implementation": {"description": answerer.name, "url": answerer.address},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "An organisation's API key as Authorization: Bearer."},
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    }
                ],
            }
        ],
        "messaging": [
            {
                "endpoint": [
                    {
                        "protocol": {
                            "system": "http://terminology.hl7.org/CodeSystem/message-transport",
                            "code": "http",
                        },
                        "address": f"{answerer.address}/$process-message",
                    }
                ],
                "supportedMessage": [
                    {"mode": "receiver", "definition": f"{requests}-referral"},
                    {"mode": "receiver", "definition": f"{requests}-cancelled"},
                ],
            }
        ],
    }


def _header(request: Node, header: Node, focus: str, answerer: Answerer, ids: tuple[UUID, UUID, UUID], at: str) -> dict[str, Any]:
    sender_id, own_id, outcome_id = ids
    destination = {
        "endpoint": first_text(header, "source", "endpoint"),
        "receiver": {"reference": f"urn:uuid:{sender_id}"},
    }
    return {
        "resourceType": "MessageHeader",
        "meta": {"lastUpdated": at, "profile": [HEADER_PROFILE]},
        "eventCoding": {"system": f"{_CODES}/message-events-bars", "code": "servicerequest-response"},
        "destination": [destination],
        "sender": {"reference": f"urn:uuid:{own_id}"},
        "source": {"name": answerer.name, "software": "Limber", "endpoint": answerer.address},
        "reason": {"coding": [{"system": f"{_CODES}/message-reason-bars", "code": "new"}]},
        "response": {
            "identifier": first_text(request, "id"),
            "code": "ok",
            "details": {"reference": f"urn:uuid:{outcome_id}"},
        },
        "focus": [{"reference": focus}],
    }


def _service_request(service_request: Node, receipt: Receipt, task: Task, patient_url: str, at: str) -> dict[str, Any]:
    standing = "revoked" if receipt.status in {"declined", "cancelled"} else "active"
    status = first_text(service_request, "status") if task is Task.CANCEL else standing
    own_id = first_text(service_request, "id")
    category = [
        {"coding": [{"system": system, "code": code}]}
        for coding in list(every(service_request, "category", "coding"))[:1]
        if (system := first_text(coding, "system")) and (code := first_text(coding, "code"))
    ]
    authored = first_text(service_request, "authoredOn")
    return {
        "resourceType": "ServiceRequest",
        **({"id": own_id} if own_id else {}),
        "meta": {"lastUpdated": at, "profile": [REQUEST_PROFILE]},
        **({"identifier": [{"system": REFERRAL_ID, "value": str(receipt.referral_id)}]} if receipt.referral_id else {}),
        "status": status,
        "intent": "plan",
        **({"category": category} if category else {}),
        "subject": {"reference": patient_url},
        "authoredOn": authored or at,
    }


def _patient(patient: Node, at: str) -> dict[str, Any]:
    numbers = [
        {"system": _NHS_NUMBER, "value": value}
        for identifier in every(patient, "identifier")
        if first_text(identifier, "system") == _NHS_NUMBER
        for value in texts(identifier, "value")
        if _LOOKS_LIKE_A_NUMBER.fullmatch(value)
    ]
    return {"resourceType": "Patient", "meta": {"lastUpdated": at}, **({"identifier": numbers} if numbers else {"active": True})}


def _organization(code: str, at: str) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "meta": {"lastUpdated": at},
        "identifier": [{"system": _ODS_CODE, "value": code}],
    }


def _outcome(receipt: Receipt) -> dict[str, Any]:
    said = [_SAID.get(receipt.status, "The message was taken."), *(reason.text for reason in receipt.reasons)]
    codes = [receipt.status, *(reason.code for reason in receipt.reasons)]
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": [OUTCOME_PROFILE]},
        "issue": [
            {
                "severity": "information",
                "code": "informational",
                "details": {"coding": [{"system": "urn:limber:receipt", "code": code}], "text": text},
            }
            for code, text in zip(codes, said, strict=True)
        ],
    }


def _first(bundle: Node, kind: str) -> tuple[str, Node]:
    url, resource = next(resources(bundle, kind))
    return url or "", resource
