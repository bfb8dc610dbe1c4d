"""Why a BaRS message isn't taken: the shapes of error that the standard publishes, each an HTTP status and two codes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

ERROR_CODES = "https://fhir.nhs.uk/Codesystem/http-error-codes"
OUTCOME_PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"


@dataclass(frozen=True, slots=True)
class Shape:
    """One published kind of error: the status, the FHIR issue type, and the code of the receiver."""

    status: int
    issue: str
    code: str


INVALID = Shape(400, "invalid", "REC_BAD_REQUEST")
INVARIANT = Shape(400, "invariant", "REC_BAD_REQUEST")
UNSUPPORTED_FUNCTION = Shape(400, "not-supported", "REC_BAD_REQUEST")
REQUIRED = Shape(400, "required", "REC_BAD_REQUEST")
VALUE = Shape(400, "value", "REC_BAD_REQUEST")
UNAUTHORIZED = Shape(401, "forbidden", "REC_UNAUTHORIZED")
FORBIDDEN = Shape(403, "forbidden", "REC_FORBIDDEN")
NOT_FOUND = Shape(404, "not-found", "REC_NOT_FOUND")
METHOD = Shape(405, "not-supported", "REC_METHOD_NOT_ALLOWED")
NOT_ACCEPTABLE = Shape(406, "processing", "REC_NOT_ACCEPTABLE")
TIMEOUT = Shape(408, "timeout", "REC_TIMEOUT")
CONFLICT = Shape(409, "conflict", "REC_CONFLICT")
DUPLICATE = Shape(409, "duplicate", "REC_CONFLICT")
TOO_LARGE = Shape(413, "too-costly", "REC_UNPROCESSABLE_ENTITY")
MEDIA_TYPE = Shape(415, "not-supported", "REC_UNSUPPORTED_MEDIA_TYPE")
VERSION = Shape(422, "not-supported", "REC_UNPROCESSABLE_ENTITY")
TOO_MANY = Shape(429, "throttled", "REC_TOO_MANY_REQUESTS")
EXCEPTION = Shape(500, "exception", "REC_SERVER_ERROR")
NOT_IMPLEMENTED = Shape(501, "not-supported", "REC_NOT_IMPLEMENTED")
UNAVAILABLE = Shape(503, "transient", "REC_SERVICE_UNAVAILABLE")


class RefusedError(Exception):
    """The message isn't taken. `diagnostics` is a sentence for its sender that names the element and the rule, never a value."""

    def __init__(self, shape: Shape, diagnostics: str) -> None:
        super().__init__(diagnostics)
        self.shape = shape
        self.diagnostics = diagnostics


def operation_outcome(shape: Shape, diagnostics: str, *, outcome_id: UUID) -> dict[str, Any]:
    """Return the OperationOutcome that tells a sender."""
    return {
        "resourceType": "OperationOutcome",
        "id": str(outcome_id),
        "meta": {"profile": [OUTCOME_PROFILE]},
        "issue": [
            {
                "severity": "error",
                "code": shape.issue,
                "details": {"coding": [{"system": ERROR_CODES, "code": shape.code}]},
                "diagnostics": diagnostics,
            }
        ],
    }
