"""What a BaRS request says in its headers. Each breach is a RefusedError of the published shape."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from enrolment.bars.refusal import INVALID, MEDIA_TYPE, NOT_ACCEPTABLE, REQUIRED, VALUE, RefusedError
from enrolment.bars.writing import JSON, XML

REQUEST_ID = "X-Request-Id"
CORRELATION_ID = "X-Correlation-Id"
MIRRORED = (REQUEST_ID, CORRELATION_ID)
ENCODED = ("NHSD-Target-Identifier", "NHSD-End-User-Organisation", "NHSD-Requesting-Software")
_OPTIONAL_ENCODED = ("NHSD-Requesting-Practitioner",)
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FORMATS = {
    JSON: JSON,
    "application/json": JSON,
    "*/*": JSON,
    "application/*": JSON,
    XML: XML,
    "application/xml": XML,
    "text/xml": XML,
}
_LONGEST_MIRRORED = 200


def mirrored(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of a request as they came, to be sent back with whatever is answered."""
    return {name: headers[name][:_LONGEST_MIRRORED] for name in MIRRORED if name in headers}


def loggable_id(headers: Mapping[str, str]) -> str | None:
    """Return the request's id for the log, if it is one: a sender could have put anything there."""
    text = headers.get(REQUEST_ID, "").strip()
    return text.lower() if _GUID.fullmatch(text) else None


def message_ids(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the request's and the conversation's id, in small letters."""
    for name in MIRRORED:
        if not headers.get(name, "").strip():
            raise RefusedError(REQUIRED, f"The header {name} is missing.")
    for name in MIRRORED:
        if not _GUID.fullmatch(headers[name].strip()):
            raise RefusedError(INVALID, f"The header {name} must be a GUID.")
    return headers[REQUEST_ID].strip().lower(), headers[CORRELATION_ID].strip().lower()


def check_parties(headers: Mapping[str, str]) -> None:
    """Require who sends to whom with what, each an object in base64, and the context of use."""
    for name in (*ENCODED, "use-context"):
        if not headers.get(name, "").strip():
            raise RefusedError(REQUIRED, f"The header {name} is missing.")
    for name in (*ENCODED, *_OPTIONAL_ENCODED):
        if name in headers:
            content = _decoded(name, headers[name])
            if name == ENCODED[0] and not all(isinstance(content.get(part), str) for part in ("system", "value")):
                raise RefusedError(VALUE, f"The header {name} must hold a system and a value.")


def answer_format(headers: Mapping[str, str]) -> str:
    """Return the format that the sender would like best of those that we have; JSON if it doesn't say."""
    return next((_FORMATS[kind] for kind, _ in _accepted(headers) if kind in _FORMATS), JSON)


def check_accept(headers: Mapping[str, str], *, versions: Sequence[str], version_required: bool) -> None:
    """Require a format that we have, and a version of the standard that we know: `versions` are like "1.4"."""
    accepted = _accepted(headers)
    if not accepted:
        raise RefusedError(REQUIRED, "The header Accept is missing.")
    formats = [parameters for kind, parameters in accepted if kind in _FORMATS]
    if not formats:
        raise RefusedError(NOT_ACCEPTABLE, f"The header Accept must allow {JSON} or {XML}.")
    named = [parameters["version"] for parameters in formats if "version" in parameters]
    if not named and version_required:
        raise RefusedError(REQUIRED, "The header Accept must name the version of the standard, as in version=1.4.0.")
    if named and not any(".".join(version.split(".")[:2]) in versions for version in named):
        raise RefusedError(NOT_ACCEPTABLE, f"The version in the header Accept must be one of {', '.join(versions)}.")


def body_format(headers: Mapping[str, str]) -> str:
    """Return the format of the body."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in _FORMATS or "*" in kind:
        raise RefusedError(MEDIA_TYPE, f"The header Content-Type must be {JSON} or {XML}.")
    return _FORMATS[kind]


def _accepted(headers: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Return the media ranges and their parameters, the most wanted first."""
    ranges: list[tuple[float, str, dict[str, str]]] = []
    for part in headers.get("accept", "").split(","):
        kind, *rest = (piece.strip() for piece in part.split(";"))
        if not kind:
            continue
        pairs = (piece.partition("=") for piece in rest)
        parameters = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
        ranges.append((_quality(parameters.get("q", "1")), kind.lower(), parameters))
    ranges.sort(key=lambda each: -each[0])
    return [(kind, parameters) for quality, kind, parameters in ranges if quality > 0]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _decoded(name: str, text: str) -> dict[str, Any]:
    try:
        content = json.loads(base64.b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise RefusedError(VALUE, f"The header {name} must be a JSON object in base64.")
    return content
