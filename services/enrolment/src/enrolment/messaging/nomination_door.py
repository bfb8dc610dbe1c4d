"""Nominations that come over HTTP: a request is an event like any other, and its Idempotency-Key is the event's id."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.bulk import Line
from enrolment.domain.hearing import as_heard
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.messaging.nominations import Nominating, nomination_from, read_nomination
from enrolment.use_cases.answer_nominations import NominationMessage, RemoveNomination
from enrolment.use_cases.answer_repeat import Receipts
from enrolment.use_cases.door import KeyReusedError, UnreadableRequestError
from enrolment.use_cases.known import Sender, Sent
from enrolment.use_cases.take_file import FileStore, do_portion, take_file
from event_contracts import intake
from service_kit import due, inbox
from service_kit.envelope import Event, UnreadableError
from service_kit.inbox import Claim, digest_of

_CONSUMER = "http"
# One key of one sender makes one file.
_JOBS = UUID("6f1d2c1e-6f0a-5c39-9d55-0a4b0f8f7a11")


@dataclass(frozen=True, kw_only=True)
class NominationDoor:
    """Takes what comes over HTTP, each request in a transaction of its own."""

    nominating: Nominating
    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    receipts: Callable[[AsyncConnection, datetime], Receipts]
    files: Callable[[AsyncConnection], FileStore]
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]

    async def nominate(self, sender: Sender, *, key: str, body: bytes) -> Receipt:
        """Take one nomination, or give the answer again; UnreadableRequestError or KeyReusedError."""
        event = _event(sender, key, body)
        try:
            message = read_nomination(event)
        except UnreadableError as error:
            raise UnreadableRequestError(Reason("unreadable", error.reason, error.field)) from None
        async with self.transaction() as conn:
            if await self._is_new(conn, sender, event.id, body):
                [outcome] = await self.nominating.answer(conn, [message], now=self.now())
                return as_heard(outcome.receipt)
            given = await self.receipts(conn, self.now()).given(sender, event.id)
        if given is None:
            raise KeyReusedError
        return as_heard(given)

    async def remove(self, sender: Sender, *, nomination_id: str) -> Receipt:
        """Take a nomination back; doing it twice is doing it once."""
        sent = Sent(sender=sender, event_id=f"http:removal:{nomination_id}", body_digest="")
        async with self.transaction() as conn:
            command = RemoveNomination(sent=sent, sender_nomination_id=nomination_id)
            [outcome] = await self.nominating.answer(conn, [command], now=self.now())
        return as_heard(outcome.receipt)

    async def begin_file(self, sender: Sender, *, key: str, body: bytes) -> UUID:
        """Take a file, or find the one that came with this key; FileRefusedError or KeyReusedError."""
        job_id = uuid5(_JOBS, f"{sender.channel} {sender.organisation} {key}")
        async with self.transaction() as conn:
            if await self._is_new(conn, sender, f"file:{key}", body):
                await take_file(body, job_id=job_id, sender=sender, store=self.files(conn), now=self.now())
                due.soon(conn)
        return job_id

    async def do_portion(self, now: datetime) -> int:
        """Do the next lines of the oldest unfinished file."""
        async with self.transaction() as conn:

            async def answer(messages: Sequence[NominationMessage]) -> list[Receipt]:
                outcomes = await self.nominating.answer(conn, messages, now=now, keep_receipts=False)
                return [as_heard(outcome.receipt) for outcome in outcomes]

            return await do_portion(store=self.files(conn), read=_read_line, answer=answer, now=now)

    async def lapse(self, now: datetime) -> int:
        """End invitations that nobody followed in time."""
        async with self.transaction() as conn:
            return await self.nominating.lapse(conn, now=now)

    async def _is_new(self, conn: AsyncConnection, sender: Sender, event_id: str, body: bytes) -> bool:
        claim = Claim(_CONSUMER, f"{sender.channel}.{sender.organisation}", event_id, digest_of(body))
        claimed, _ = await inbox.claim(conn, [claim], self.real_now())
        if claimed:
            return True
        known = await inbox.digests(conn, [claim])
        if known.get(claim.identity) != claim.body_digest:
            raise KeyReusedError
        return False


def _event(sender: Sender, key: str, body: bytes) -> Event:
    return Event(
        id=f"http:{key}",
        source=f"urn:limber:{sender.channel}:{sender.organisation}",
        type=f"intake.{sender.channel}.nomination.v1",
        time=None,
        subject=None,
        content_type="application/json",
        data=body,
        nats_subject=f"intake.{sender.channel}.{sender.organisation}.http",
    )


def _read_line(job_id: UUID, sender: Sender, line: Line) -> NominationMessage | Reason:
    cells: dict[str, Any] = line.cells
    digest = hashlib.sha256(repr(sorted(cells.items())).encode()).hexdigest()
    sent = Sent(sender=sender, event_id=f"file:{job_id}:{line.number}", body_digest=digest)
    try:
        return nomination_from(intake.Nomination.model_validate(cells), sent)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            return Reason("field_missing", f"The cell {field} is empty.", field)
        return Reason("field_wrong", f"The cell {field} is wrong: {first['msg'][0].lower()}{first['msg'][1:]}.", field)
    except UnreadableError as error:
        return Reason("field_wrong", error.reason, error.field)
