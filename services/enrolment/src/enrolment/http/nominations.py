"""Nominations over HTTP: one, a file of many, and taking one back."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.bulk import TEMPLATE, FileRefusedError
from enrolment.domain.hearing import INVALID
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.http.organisations import Organisations
from enrolment.http.requests import ProblemBody, RefusedRequestError, body_of, idempotency_key, problem
from enrolment.use_cases.door import KeyReusedError, UnreadableRequestError
from enrolment.use_cases.known import Sender
from enrolment.use_cases.take_file import FileStore, LineAnswer

LONGEST_NOMINATION = 64 * 1024
LONGEST_FILE = 5 * 1024 * 1024
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "content": {"application/problem+json": {}}} for status in (400, 413, 415, 422)
}
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
    "description": "New for each new request; the same key with the same body gets the same answer.",
}


class Received(BaseModel):
    """What a sender hears of a nomination. It is the same whoever the person is."""

    nomination_id: str
    status: str
    decided_at: datetime


class FileShown(BaseModel):
    """A file and how far it is. `status` is running or finished."""

    file_id: UUID
    status: str
    total: int
    done: int
    received: int
    refused: int
    begun_at: datetime
    finished_at: datetime | None
    results: str


class LineShown(BaseModel):
    """What became of one line of a file."""

    line: int
    nomination_id: str | None
    code: str
    field: str | None
    words: str


class Results(BaseModel):
    """The answers after a line; `next_after` is what to ask with for more, if there may be more."""

    lines: list[LineShown]
    next_after: int | None


class Door(Protocol):
    """Takes what comes over HTTP, each request in a transaction of its own."""

    async def nominate(self, sender: Sender, *, key: str, body: bytes) -> Receipt:
        """Take one nomination, or give the answer again; UnreadableRequestError or KeyReusedError."""

    async def remove(self, sender: Sender, *, nomination_id: str) -> Receipt:
        """Take a nomination back."""

    async def begin_file(self, sender: Sender, *, key: str, body: bytes) -> UUID:
        """Take a file, or find the one that came with this key; FileRefusedError or KeyReusedError."""


@dataclass(frozen=True, kw_only=True)
class NominationRoutes:
    """The routes of a channel whose senders nominate. `path` is below the service's, `schema` the body's JSON schema."""

    channel: str
    path: str
    schema: dict[str, Any]
    door: Door
    organisations: Organisations
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    files: Callable[[AsyncConnection], FileStore]

    def router(self) -> APIRouter:
        """Return the routes for one nomination and for files of them."""
        router = APIRouter(tags=[self.channel])
        allowed = self.organisations.allow(self.channel)
        body = {"required": True, "content": {"application/json": {"schema": self.schema}}}

        @router.post(
            self.path,
            status_code=HTTPStatus.ACCEPTED,
            response_model=Received,
            responses=_PROBLEMS,
            openapi_extra={"requestBody": body, "parameters": [_KEY]},
        )
        async def nominate(request: Request, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Nominate one person: identity and contact only. The answer is the same whoever it is."""
            return await self._nominate(request, sender)

        @router.delete(self.path + "/{nomination_id}", response_model=Received, responses={404: _PROBLEMS[422]})
        async def remove(nomination_id: str, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Take a nomination back, as when somebody leaves. What the person has begun by then goes on."""
            receipt = await self.door.remove(sender, nomination_id=nomination_id)
            return _answer(receipt, nomination_id, refused=HTTPStatus.NOT_FOUND, fine=HTTPStatus.OK)

        self._add_files(router)
        self._add_results(router)
        return router

    def _add_files(self, router: APIRouter) -> None:
        allowed = self.organisations.allow(self.channel)
        body = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}, "example": TEMPLATE}}}

        @router.get(self.path + ":template", responses={200: {"content": {"text/csv": {}}}}, response_class=Response)
        async def template(_: Annotated[Sender, Depends(allowed)]) -> Response:
            """An empty file with the right columns."""
            return _csv(TEMPLATE, "nominations.csv")

        @router.post(
            self.path + ":bulk",
            status_code=HTTPStatus.ACCEPTED,
            response_model=FileShown,
            responses=_PROBLEMS,
            openapi_extra={"requestBody": body, "parameters": [_KEY]},
        )
        async def begin(request: Request, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Hand over a CSV file of up to 10,000 lines; good lines are taken, bad ones explained. It may be sent again."""
            try:
                data = await body_of(request, content_type="text/csv", most_bytes=LONGEST_FILE)
                file_id = await self.door.begin_file(sender, key=idempotency_key(request), body=data)
            except RefusedRequestError as error:
                return error.answer()
            except FileRefusedError as error:
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason)
            except KeyReusedError as error:
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _reused(error))
            shown = await self._file(file_id, sender)
            address = f"{request.url.path}/{file_id}"
            return JSONResponse(shown, HTTPStatus.ACCEPTED, headers={"Location": address})

    def _add_results(self, router: APIRouter) -> None:
        allowed = self.organisations.allow(self.channel)

        @router.get(self.path + ":bulk/{file_id}", response_model=FileShown, responses={404: _PROBLEMS[422]})
        async def progress(file_id: UUID, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """How far a file is."""
            shown = await self._file(file_id, sender)
            return _no_such_file() if shown is None else JSONResponse(shown)

        @router.get(self.path + ":bulk/{file_id}/results", response_model=Results, responses={404: _PROBLEMS[422]})
        async def results(file_id: UUID, sender: Annotated[Sender, Depends(allowed)], after: int = 0) -> Response:
            """The answers line by line, at most 1,000 at a time, those that are there so far."""
            if await self._file(file_id, sender) is None:
                return _no_such_file()
            async with self.reading() as conn:
                answers = await self.files(conn).answers(file_id, after=max(0, after))
            lines = [LineShown.model_validate(each, from_attributes=True) for each in answers]
            page = Results(lines=lines, next_after=lines[-1].line if lines else None)
            return JSONResponse(page.model_dump(mode="json"))

        @router.get(
            self.path + ":bulk/{file_id}/results.csv",
            responses={200: {"content": {"text/csv": {}}}, 404: _PROBLEMS[422]},
            response_class=Response,
        )
        async def results_as_csv(file_id: UUID, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """The answers line by line, as a file."""
            if await self._file(file_id, sender) is None:
                return _no_such_file()
            headers = {"Content-Disposition": 'attachment; filename="results.csv"'}
            return StreamingResponse(self._lines(file_id), media_type="text/csv; charset=utf-8", headers=headers)

    async def _nominate(self, request: Request, sender: Sender) -> Response:
        try:
            body = await body_of(request, content_type="application/json", most_bytes=LONGEST_NOMINATION)
            receipt = await self.door.nominate(sender, key=idempotency_key(request), body=body)
        except RefusedRequestError as error:
            return error.answer()
        except UnreadableRequestError as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason)
        except KeyReusedError as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _reused(error))
        return _answer(receipt, receipt.sender_referral_id, refused=HTTPStatus.UNPROCESSABLE_ENTITY, fine=HTTPStatus.ACCEPTED)

    async def _file(self, file_id: UUID, sender: Sender) -> dict[str, Any] | None:
        async with self.reading() as conn:
            job = await self.files(conn).job(file_id, sender=sender)
        if job is None:
            return None
        return FileShown(
            file_id=job.id,
            status="finished" if job.finished_at else "running",
            total=job.total,
            done=job.done,
            received=job.received,
            refused=job.refused,
            begun_at=job.begun_at,
            finished_at=job.finished_at,
            results=f"/enrolment{self.path}:bulk/{job.id}/results",
        ).model_dump(mode="json")

    async def _lines(self, file_id: UUID) -> AsyncIterator[str]:
        yield _row("line", "nomination_id", "code", "words")
        async with self.reading() as conn:
            async for each in self.files(conn).all_answers(file_id):
                yield _row(each.line, _unless_formula(each), each.code, each.words)


def _answer(receipt: Receipt, nomination_id: str | None, *, refused: HTTPStatus, fine: HTTPStatus) -> Response:
    if receipt.status == INVALID:
        return problem(refused, receipt.reasons[0])
    body = Received(nomination_id=nomination_id or "", status=receipt.status, decided_at=receipt.decided_at)
    return JSONResponse(body.model_dump(mode="json"), fine)


def _reused(error: KeyReusedError) -> Reason:
    return Reason("idempotency_key_reused", str(error), "Idempotency-Key")


def _no_such_file() -> Response:
    return problem(HTTPStatus.NOT_FOUND, Reason("unknown_file", "There is no such file of this organisation."))


def _unless_formula(answer: LineAnswer) -> str:
    """Return the sender's name for a nomination, unless a spreadsheet would run it."""
    name = answer.nomination_id or ""
    return "" if name[:1] in {"=", "+", "-", "@", "\t", "\r"} else name


def _row(*cells: object) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _csv(text: str, name: str) -> Response:
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})
