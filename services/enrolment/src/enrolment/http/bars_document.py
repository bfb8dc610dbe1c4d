"""How the FHIR endpoint is described in the service's OpenAPI document."""

from typing import Any

from enrolment.bars.writing import JSON, XML
from enrolment.http.bars_headers import CORRELATION_ID, ENCODED, REQUEST_ID

STATEMENT_DATE = "2026-11-23"
_ACCEPT = {
    "name": "Accept",
    "in": "header",
    "required": True,
    "description": "The format of the answer, and the version of the standard.",
    "schema": {"type": "string", "example": f"{JSON}; version=1.4.0"},
}
_IDS = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": "Sent back with the answer.",
        "schema": {"type": "string", "format": "uuid"},
    }
    for name in (REQUEST_ID, CORRELATION_ID)
]
_PARTIES = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": "A JSON object in base64.",
        "schema": {"type": "string", "format": "byte"},
    }
    for name in ENCODED
]
_CONTEXT = {
    "name": "use-context",
    "in": "header",
    "required": True,
    "description": "Use case, category, event and reason, as in a5t1|referral|servicerequest-request|new.",
    "schema": {"type": "string", "minLength": 1},
}
_ISSUE = {
    "type": "object",
    "required": ["severity", "code"],
    "properties": {"severity": {"type": "string"}, "code": {"type": "string"}, "diagnostics": {"type": "string"}},
}
_OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {"type": "array", "minItems": 1, "items": _ISSUE},
    },
}
_BUNDLE = {
    "type": "object",
    "required": ["resourceType", "id", "type", "meta", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "id": {"type": "string"},
        "type": {"const": "message"},
        "meta": {"type": "object", "required": ["versionId"], "properties": {"versionId": {"type": "string"}}},
        "timestamp": {"type": "string"},
        "entry": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    },
}
_CAPABILITY = {
    "type": "object",
    "required": ["resourceType", "fhirVersion"],
    "properties": {"resourceType": {"const": "CapabilityStatement"}, "fhirVersion": {"type": "string"}},
}
_MIRRORED = {name: {"schema": {"type": "string"}} for name in (REQUEST_ID, CORRELATION_ID)}


def _responses(found: dict[str, Any]) -> dict[str, Any]:
    """Return the answers: the resource, or an OperationOutcome for whatever else."""
    said = {"application/fhir+json": {"schema": _OUTCOME}, "application/fhir+xml": {}}
    wrong = {"description": "An OperationOutcome that says what is wrong.", "headers": _MIRRORED, "content": said}
    return {
        "200": {"description": "Done.", "headers": _MIRRORED, "content": {JSON: {"schema": found}, XML: {}}},
        "4XX": wrong,
        "5XX": wrong,
    }


PROCESS_MESSAGE: dict[str, Any] = {
    "parameters": [*_IDS, *_PARTIES, _CONTEXT, _ACCEPT],
    "requestBody": {"required": True, "content": {JSON: {"schema": _BUNDLE}, XML: {}}},
    "responses": _responses(_BUNDLE),
}
METADATA: dict[str, Any] = {"parameters": [_ACCEPT], "responses": _responses(_CAPABILITY)}
