"""Files of nominations in the database."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.bulk import Line
from enrolment.storage.nomination_tables import BULK_JOBS, BULK_LINES
from enrolment.use_cases.known import Sender
from enrolment.use_cases.take_file import Job, LineAnswer, Portion
from service_kit import rows

_WAITING = text("SELECT line, cells FROM bulk_lines WHERE job_id = :job_id AND code IS NULL ORDER BY line LIMIT :limit")
_OLDEST = text(
    "SELECT id, channel, organisation FROM bulk_jobs WHERE finished_at IS NULL ORDER BY begun_at, id LIMIT 1"
    " FOR UPDATE SKIP LOCKED"
)
_COUNT = text(
    "UPDATE bulk_jobs SET received = received + :received, refused = refused + :refused,"
    " finished_at = CASE WHEN received + refused + :received + :refused = total THEN CAST(:now AS timestamptz) END WHERE id = :id"
)
_JOB = text("SELECT * FROM bulk_jobs WHERE id = :id AND channel = :channel AND organisation = :organisation")
_ANSWERS = text(
    "SELECT line, nomination_id, code, field, words FROM bulk_lines"
    " WHERE job_id = :id AND line > :after AND code IS NOT NULL ORDER BY line LIMIT :limit"
)
_NEXT_DUE = text("SELECT min(begun_at) FROM bulk_jobs WHERE finished_at IS NULL")
_PAGE = 1_000


class BulkRepository:
    """Files within one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def begin(self, *, job_id: UUID, sender: Sender, lines: Sequence[Line], now: datetime) -> None:
        """Store a file; lines that are wrong in themselves are answered with it."""
        wrong = [line for line in lines if line.wrong is not None]
        job = {
            "id": job_id,
            "channel": sender.channel,
            "organisation": sender.organisation,
            "total": len(lines),
            "received": 0,
            "refused": len(wrong),
            "begun_at": now,
            "finished_at": now if len(wrong) == len(lines) else None,
        }
        await rows.insert(self._conn, BULK_JOBS, [job])
        stored = [
            {
                "job_id": job_id,
                "line": line.number,
                "cells": line.cells if line.wrong is None else None,
                "nomination_id": None,
                "code": line.wrong.code if line.wrong else None,
                "field": line.wrong.field if line.wrong else None,
                "words": line.wrong.text if line.wrong else None,
            }
            for line in lines
        ]
        await rows.insert(self._conn, BULK_LINES, stored)

    async def next_portion(self, *, limit: int) -> Portion | None:
        """Lock the oldest unfinished file and return its next lines."""
        job = (await self._conn.execute(_OLDEST)).one_or_none()
        if job is None:
            return None
        found = await self._conn.execute(_WAITING, {"job_id": job.id, "limit": limit})
        lines = [Line(number=row.line, cells=row.cells) for row in found]
        return Portion(job_id=job.id, sender=Sender(job.channel, job.organisation), lines=lines)

    async def answer(self, job_id: UUID, answers: Sequence[LineAnswer], *, now: datetime) -> None:
        """Write what became of these lines, forget what they held, and count them."""
        stored = [
            {
                "job_id": job_id,
                "line": each.line,
                "cells": None,
                "nomination_id": each.nomination_id,
                "code": each.code,
                "field": each.field,
                "words": each.words,
            }
            for each in answers
        ]
        await rows.update(self._conn, BULK_LINES, stored)
        received = sum(each.code == "received" for each in answers)
        await self._conn.execute(_COUNT, {"id": job_id, "received": received, "refused": len(answers) - received, "now": now})

    async def job(self, job_id: UUID, *, sender: Sender) -> Job | None:
        """Return a file of this sender, or None if there is none."""
        row = (
            (await self._conn.execute(_JOB, {"id": job_id, "channel": sender.channel, "organisation": sender.organisation}))
            .mappings()
            .one_or_none()
        )
        return None if row is None else Job(**row)

    async def answers(self, job_id: UUID, *, after: int = 0, limit: int = _PAGE) -> list[LineAnswer]:
        """Return the next answers after a line, in the order of the file."""
        found = await self._conn.execute(_ANSWERS, {"id": job_id, "after": after, "limit": limit})
        return [LineAnswer(**row) for row in found.mappings()]

    async def all_answers(self, job_id: UUID) -> AsyncIterator[LineAnswer]:
        """Yield every answer that is there, in the order of the file."""
        after = 0
        while page := await self.answers(job_id, after=after):
            for each in page:
                yield each
            after = page[-1].line


async def next_unfinished_at(conn: AsyncConnection) -> datetime | None:
    """Return when the oldest unfinished file was begun."""
    found: datetime | None = (await conn.execute(_NEXT_DUE)).scalar_one()
    return found
