"""A stand-in for GOV.UK Notify on a real socket, held to the shapes that the official client reads.

It takes requests in the published form only, checks the token as Notify does, and fails in the ways that Notify fails in.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from limber_embedded.servers.ports import free_port
from support.kit_bench import eventually

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
API_KEY = f"limber_test-{SERVICE}-{SECRET}"
SMS_TEMPLATE = UUID("f33517ff-2a88-4f6e-b855-c550268ce08a")
EMAIL_TEMPLATE = UUID("9d751e0e-f929-4891-82a1-a3e1c3c18ee3")
TOLERANCE_SECONDS = 30


class Fault(Enum):
    """How a request fails, and whether Notify has the message all the same."""

    TOO_MANY = "too many"
    DOWN = "down"
    BROKEN_AFTER = "broken after"
    CUT_AFTER = "cut after"
    CUT_BEFORE = "cut before"
    WRONG_NUMBER = "wrong number"


class SmsRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone_number: str = Field(min_length=1)
    template_id: UUID
    personalisation: dict[str, Any] = {}
    reference: str | None = Field(default=None, max_length=1000)
    sms_sender_id: UUID | None = None


class EmailRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email_address: str = Field(min_length=1)
    template_id: UUID
    personalisation: dict[str, Any] = {}
    reference: str | None = Field(default=None, max_length=1000)
    email_reply_to_id: UUID | None = None
    one_click_unsubscribe_url: str | None = None


@dataclass
class NotifyStub:
    """`faults` are used up in order, one a request to send; `delay` in seconds is how long each takes.

    While it is `away` it answers nothing but 503, also to whoever asks what it has.
    """

    url: str = ""
    delay: float = 0
    away: bool = False
    faults: list[Fault] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)

    def with_reference(self, reference: str) -> list[dict[str, Any]]:
        return [one for one in self.stored if one["reference"] == reference]


async def known_sender(request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        raise HTTPException(401, ("AuthError", "Unauthorized, authentication token must be provided"))
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
    except jwt.InvalidTokenError:
        raise HTTPException(403, ("AuthError", "Invalid token: signature, api token not found")) from None
    if claims["iss"] != SERVICE or abs(datetime.now(UTC).timestamp() - claims["iat"]) > TOLERANCE_SECONDS:
        raise HTTPException(403, ("AuthError", "Error: Your system clock must be accurate to within 30 seconds"))


async def as_notify_says_it(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail: Any = error.detail
    name, message = detail
    body = {"status_code": error.status_code, "errors": [{"error": name, "message": message}]}
    return JSONResponse(body, error.status_code)


async def wrong_shape(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"error": "ValidationError", "message": f"{one['loc'][-1]} {one['msg']}"} for one in error.errors()]
    return JSONResponse({"status_code": 400, "errors": errors}, 400)


def app(stub: NotifyStub) -> FastAPI:
    async def there() -> None:
        if stub.away:
            raise HTTPException(503, ("ServiceUnavailable", "Service unavailable"))

    api = FastAPI(dependencies=[Depends(there), Depends(known_sender)])
    api.add_exception_handler(HTTPException, as_notify_says_it)
    api.add_exception_handler(RequestValidationError, wrong_shape)

    @api.post("/v2/notifications/sms", status_code=201, response_model=None)
    async def send_sms(asked: SmsRequest) -> Any:
        content = {"body": str(asked.personalisation.get("body", "")), "from_number": "LIMBER"}
        return await _take(stub, kind="sms", to=asked.phone_number, asked=asked, content=content)

    @api.post("/v2/notifications/email", status_code=201, response_model=None)
    async def send_email(asked: EmailRequest) -> Any:
        words = asked.personalisation
        content = {"subject": words.get("subject", ""), "body": words.get("body", ""), "from_email": "limber@example.org"}
        return await _take(stub, kind="email", to=asked.email_address, asked=asked, content=content)

    @api.get("/v2/notifications")
    async def listed(reference: str | None = None, template_type: str | None = None, status: str | None = None) -> Any:
        wanted = {"reference": reference, "type": template_type, "status": status}
        given = {name: value for name, value in wanted.items() if value is not None}
        found = [one for one in stub.stored if all(one[name] == value for name, value in given.items())]
        return {"notifications": found, "links": {"current": f"{stub.url}/v2/notifications"}}

    @api.get("/v2/notifications/{notification_id}")
    async def one(notification_id: str) -> Any:
        found = next((one for one in stub.stored if one["id"] == notification_id), None)
        if found is None:
            raise HTTPException(404, ("NoResultFound", "No result found"))
        return found

    return api


async def _take(
    stub: NotifyStub, *, kind: str, to: str, asked: SmsRequest | EmailRequest, content: dict[str, str]
) -> dict[str, Any] | Response:
    fault = stub.faults.pop(0) if stub.faults else None
    if asked.template_id != (SMS_TEMPLATE if kind == "sms" else EMAIL_TEMPLATE):
        raise HTTPException(400, ("BadRequestError", "Template not found"))
    if fault is Fault.TOO_MANY:
        raise HTTPException(429, ("RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"))
    if fault is Fault.DOWN:
        raise HTTPException(503, ("ServiceUnavailable", "Service unavailable"))
    if fault is Fault.WRONG_NUMBER:
        raise HTTPException(400, ("ValidationError", "phone_number Not a valid phone number"))
    if fault is Fault.CUT_BEFORE:
        return _cut()
    await asyncio.sleep(stub.delay)
    stored = _stored(stub, kind=kind, to=to, asked=asked, content=content)
    stub.stored.append(stored)
    if fault is Fault.BROKEN_AFTER:
        raise HTTPException(500, ("Exception", "Internal server error"))
    if fault is Fault.CUT_AFTER:
        return _cut()
    return {
        "id": stored["id"],
        "reference": asked.reference,
        "content": content,
        "uri": f"{stub.url}/v2/notifications/{stored['id']}",
        "template": stored["template"],
    }


def _cut() -> Response:
    """Promises more than it sends, so that the connection ends in the middle of the answer."""
    return StreamingResponse(iter(()), headers={"content-length": "100"})


def _stored(stub: NotifyStub, *, kind: str, to: str, asked: SmsRequest | EmailRequest, content: dict[str, str]) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "reference": asked.reference,
        "type": kind,
        "status": "sending",
        "phone_number": to if kind == "sms" else None,
        "email_address": to if kind == "email" else None,
        "template": {"id": str(asked.template_id), "version": 1, "uri": f"{stub.url}/v2/template/{asked.template_id}"},
        "body": content["body"],
        "subject": content.get("subject"),
        "created_at": datetime.now(UTC).isoformat(),
        "sent_at": None,
        "completed_at": None,
        "created_by_name": None,
    }


async def _started(server: uvicorn.Server) -> bool:
    return server.started


@asynccontextmanager
async def running_notify() -> AsyncIterator[NotifyStub]:
    """The stub on a free port."""
    stub = NotifyStub()
    port = free_port()
    stub.url = f"http://127.0.0.1:{port}"
    config = uvicorn.Config(app(stub), host="127.0.0.1", port=port, log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: _started(server))
    try:
        yield stub
    finally:
        server.should_exit = True
        await serving
