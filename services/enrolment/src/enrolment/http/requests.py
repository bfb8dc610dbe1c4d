"""What requests of organisations have in common: their bodies, their keys, and how they are refused."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from enrolment.domain.reason import Reason

LONGEST_KEY = 200


class ProblemBody(BaseModel):
    """Why a request was refused (RFC 9457), with the code and the field where there is one."""

    title: str
    status: int
    detail: str
    code: str | None = None
    field: str | None = None


class RefusedRequestError(Exception):
    """A request that can't be taken; `answer` says why."""

    def __init__(self, status: HTTPStatus, reason: Reason) -> None:
        super().__init__(reason.text)
        self.status = status
        self.reason = reason

    def answer(self) -> JSONResponse:
        """Return the answer."""
        return problem(self.status, self.reason)


def problem(status: HTTPStatus, reason: Reason) -> JSONResponse:
    """Return an answer that says in plain words what is wrong."""
    body = ProblemBody(title=status.phrase, status=status, detail=reason.text, code=reason.code, field=reason.field)
    return JSONResponse(body.model_dump(exclude_none=True), status, media_type="application/problem+json")


async def body_of(request: Request, *, content_type: str, most_bytes: int) -> bytes:
    """Read the body; RefusedRequestError if it is of another type or longer."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != content_type:
        reason = Reason("content_type", f"The Content-Type must be {content_type}.", "Content-Type")
        raise RefusedRequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, reason)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            reason = Reason("too_large", f"The body may have {most_bytes:,} bytes at most.")
            raise RefusedRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    return bytes(body)


def idempotency_key(request: Request) -> str:
    """Return the request's Idempotency-Key; RefusedRequestError without a usable one."""
    key = request.headers.get("idempotency-key", "").strip().strip('"')
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        text = f"Send the header Idempotency-Key: 1 to {LONGEST_KEY} ASCII characters without spaces, new for each new request."
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, Reason("idempotency_key", text, "Idempotency-Key"))
    return key
