"""GP systems that refer by the NHS Booking and Referral Standard: the FHIR endpoint."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fastapi import APIRouter, Request, Response

from enrolment.bars import refusal
from enrolment.bars.answer import Answerer, answer_bundle, capability_statement
from enrolment.bars.conformance import check
from enrolment.bars.reading import read_bars
from enrolment.bars.refusal import RefusedError, Shape, operation_outcome
from enrolment.bars.tree import Node, bundle_from_json, bundle_from_xml
from enrolment.bars.writing import XML, write
from enrolment.domain.receipts import Receipt
from enrolment.http import bars_document
from enrolment.http.bars_headers import (
    answer_format,
    body_format,
    check_accept,
    check_parties,
    loggable_id,
    message_ids,
    mirrored,
)
from enrolment.http.organisations import Credentials, OrganisationRefusedError, Organisations
from enrolment.use_cases.answer_messages import Message
from enrolment.use_cases.known import Sender, Sent
from service_kit.database import describe, is_unavailable
from service_kit.envelope import UnreadableError
from service_kit.logs import logger

CHANNEL = "gp"
REFERRAL = "intake.gp.referral.v1"
LONGEST_BODY = 1_048_576
SECONDS_TO_ANSWER = 5.0
# What a receipt that took nothing means to a BaRS sender; any other reason is a value that is wrong.
_REFUSALS: Mapping[str, Shape] = {
    "unknown_referral": refusal.NOT_FOUND,
    "referral_closed": refusal.CONFLICT,
    "already_cancelled": refusal.CONFLICT,
    "already_decided": refusal.CONFLICT,
    "another_person": refusal.CONFLICT,
    "event_id_reused": refusal.CONFLICT,
    "referral_already_received": refusal.CONFLICT,
    "unknown_programme": refusal.UNSUPPORTED_FUNCTION,
}
_ORGANISATION_REFUSALS = {401: refusal.UNAUTHORIZED, 403: refusal.FORBIDDEN, 429: refusal.TOO_MANY}
_KNOWN_PATHS = {"$process-message": "POST", "metadata": "GET"}
_ALL_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


class Take(Protocol):
    """Answers one message in a transaction of its own, at most once by sender and id."""

    async def __call__(
        self,
        read: Callable[[Sent], Message],
        *,
        sender: Sender,
        event_type: str,
        event_id: str,
        correlation_id: str | None,
        content_type: str,
        body: bytes,
    ) -> Receipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsSettings:
    """What of the standard is taken: values of Bundle.meta.versionId, versions of its core ("1.4"), codes of use cases."""

    programme: str
    versions: tuple[str, ...]
    core_versions: tuple[str, ...]
    use_cases: tuple[str, ...]
    answerer: Answerer
    software_version: str
    seconds_to_answer: float = SECONDS_TO_ANSWER


def bars_router(
    *,
    settings: BarsSettings,
    organisations: Organisations,
    take: Take,
    now: Callable[[], datetime],
    new_id: Callable[[], UUID],
) -> APIRouter:
    """`POST /enrolment/fhir/$process-message` and `GET /enrolment/fhir/metadata`, for GP organisations' API keys."""
    router = APIRouter()

    @router.post("/fhir/$process-message", response_class=Response, openapi_extra=bars_document.PROCESS_MESSAGE)
    async def process_message(request: Request, credentials: Credentials) -> Response:
        """Take a referral, an update or a cancellation as a FHIR message Bundle, and answer with one."""

        async def work() -> Node:
            sender = await organisations.identify(credentials, channel=CHANNEL)
            event_id, correlation_id = message_ids(request.headers)
            check_parties(request.headers)
            check_accept(request.headers, versions=settings.core_versions, version_required=True)
            media_type = body_format(request.headers)
            body = await _body(request)
            bundle = bundle_from_xml(body) if media_type == XML else bundle_from_json(body)
            task = check(bundle, versions=settings.versions, use_cases=settings.use_cases)
            receipt = await take(
                lambda sent: read_bars(bundle, sent=sent, programme=settings.programme, accepted_versions=settings.versions),
                sender=sender,
                event_type=REFERRAL,
                event_id=event_id,
                correlation_id=correlation_id,
                content_type=media_type,
                body=body,
            )
            _refuse_what_took_nothing(receipt)
            return answer_bundle(
                bundle,
                receipt=receipt,
                task=task,
                answerer=settings.answerer,
                now=now(),
                ids=[new_id() for _ in range(6)],
            )

        return await _answered(request, work, settings.seconds_to_answer, new_id)

    @router.get("/fhir/metadata", response_class=Response, openapi_extra=bars_document.METADATA)
    async def metadata(request: Request, credentials: Credentials) -> Response:
        """Say what can be done here, as a CapabilityStatement."""

        async def work() -> Node:
            await organisations.identify(credentials, channel=CHANNEL)
            check_accept(request.headers, versions=settings.core_versions, version_required=False)
            return capability_statement(
                answerer=settings.answerer,
                versions=settings.versions,
                software_version=settings.software_version,
                statement_date=bars_document.STATEMENT_DATE,
            )

        return await _answered(request, work, settings.seconds_to_answer, new_id)

    @router.api_route("/fhir/{path:path}", methods=_ALL_METHODS, include_in_schema=False)
    async def anything_else(request: Request, path: str, credentials: Credentials) -> Response:
        """Say in the standard's own way what isn't done here."""

        async def work() -> Node:
            await organisations.identify(credentials, channel=CHANNEL)
            if path in _KNOWN_PATHS:
                raise _OtherMethodError(_KNOWN_PATHS[path])
            raise RefusedError(refusal.NOT_IMPLEMENTED, "Of the standard, $process-message and metadata are done here.")

        return await _answered(request, work, settings.seconds_to_answer, new_id)

    return router


class _OtherMethodError(Exception):
    def __init__(self, method: str) -> None:
        super().__init__(f"This address takes {method} alone.")
        self.method = method


async def _answered(
    request: Request, work: Callable[[], Awaitable[Node]], seconds: float, new_id: Callable[[], UUID]
) -> Response:
    """Give the work's resource, or an OperationOutcome that says why not, within so many seconds."""
    headers = mirrored(request.headers)
    media_type = answer_format(request.headers)
    try:
        async with asyncio.timeout(seconds):
            resource, status = await work(), 200
    except Exception as error:  # noqa: BLE001 - a sender gets an OperationOutcome whatever happens
        shape, words, more = _shape_of(error)
        resource, status = operation_outcome(shape, words, outcome_id=new_id()), shape.status
        headers |= more
        logger().info(
            "bars message refused", status=status, code=shape.issue, event_id=loggable_id(request.headers), reason=words
        )
    return Response(write(resource, media_type), status_code=status, media_type=media_type, headers=headers)


def _shape_of(error: Exception) -> tuple[Shape, str, Mapping[str, str]]:
    match error:
        case _OtherMethodError():
            return refusal.METHOD, str(error), {"Allow": error.method}
        case RefusedError():
            return error.shape, error.diagnostics, {}
        case OrganisationRefusedError():
            return _ORGANISATION_REFUSALS[error.status], error.sentence, error.headers
        case UnreadableError():
            return refusal.INVALID, error.reason, {}
    shape, words = _own_fault(error)
    return shape, f"{words} It is safe to send the message again under the same ids.", {}


def _own_fault(error: Exception) -> tuple[Shape, str]:
    if isinstance(error, TimeoutError):
        return refusal.TIMEOUT, "The message could not be answered in time."
    if is_unavailable(error):
        return refusal.UNAVAILABLE, "The service is not available."
    logger().error("bars message failed", error=describe(error))
    return refusal.EXCEPTION, "Something unexpected went wrong."


def _refuse_what_took_nothing(receipt: Receipt) -> None:
    code = receipt.reasons[0].code if receipt.reasons else ""
    words = " ".join(reason.text for reason in receipt.reasons)
    if receipt.status == "invalid":
        raise RefusedError(_REFUSALS.get(code, refusal.VALUE), words)
    if code == "message_already_received":
        raise RefusedError(refusal.VALUE if receipt.first_status == "invalid" else refusal.DUPLICATE, words)
    if code in _REFUSALS:
        raise RefusedError(_REFUSALS[code], words)


async def _body(request: Request) -> bytes:
    """Read the body, at most 1 MB of it."""
    stated = request.headers.get("content-length", "0")
    too_large = RefusedError(refusal.TOO_LARGE, f"The body may be {LONGEST_BODY} bytes long.")
    if stated.isascii() and stated.isdecimal() and int(stated[:20]) > LONGEST_BODY:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise too_large
    return bytes(body)
