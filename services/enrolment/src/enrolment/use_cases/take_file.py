"""A sender hands over a whole file of nominations, which is answered line by line."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from enrolment.domain.bulk import Line, read_file
from enrolment.domain.hearing import RECEIVED
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.use_cases.answer_nominations import NominationMessage
from enrolment.use_cases.known import Sender

PORTION = 500
_FINE = "The nomination was received."


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """What became of one line: `received`, or the code and the words of what is wrong with it."""

    line: int
    nomination_id: str | None
    code: str
    field: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file and how far it is."""

    id: UUID
    channel: str
    organisation: str
    total: int
    received: int
    refused: int
    begun_at: datetime
    finished_at: datetime | None

    @property
    def done(self) -> int:
        """How many lines are answered."""
        return self.received + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some lines of one file."""

    job_id: UUID
    sender: Sender
    lines: Sequence[Line]


class FileStore(Protocol):
    """The database, as far as files need it, within one transaction."""

    async def begin(self, *, job_id: UUID, sender: Sender, lines: Sequence[Line], now: datetime) -> None:
        """Store a file; lines that are wrong in themselves are answered with it."""

    async def next_portion(self, *, limit: int) -> Portion | None:
        """Lock the oldest unfinished file and return its next lines."""

    async def answer(self, job_id: UUID, answers: Sequence[LineAnswer], *, now: datetime) -> None:
        """Write what became of these lines, forget what they held, and count them."""

    async def job(self, job_id: UUID, *, sender: Sender) -> Job | None:
        """Return a file of this sender, or None if there is none."""

    async def answers(self, job_id: UUID, *, after: int = 0) -> list[LineAnswer]:
        """Return the next answers after a line, in the order of the file."""

    def all_answers(self, job_id: UUID) -> AsyncIterator[LineAnswer]:
        """Yield every answer that is there, in the order of the file."""


async def take_file(data: bytes, *, job_id: UUID, sender: Sender, store: FileStore, now: datetime) -> None:
    """Store the file's lines, to be done in portions; FileRefusedError if it can't be taken at all."""
    await store.begin(job_id=job_id, sender=sender, lines=read_file(data), now=now)


async def do_portion(
    *,
    store: FileStore,
    read: Callable[[UUID, Sender, Line], NominationMessage | Reason],
    answer: Callable[[Sequence[NominationMessage]], Awaitable[Sequence[Receipt]]],
    now: datetime,
) -> int:
    """Do the next lines of the oldest unfinished file, as if each were a message of its own; return how many."""
    portion = await store.next_portion(limit=PORTION)
    if portion is None:
        return 0
    read_lines = [(line, read(portion.job_id, portion.sender, line)) for line in portion.lines]
    messages = [message for _, message in read_lines if not isinstance(message, Reason)]
    receipts = iter(await answer(messages))
    answers: list[LineAnswer] = []
    for line, message in read_lines:
        name = line.cells.get("nomination_id", "")[:64] or None
        wrong = message if isinstance(message, Reason) else None
        if wrong is None:
            receipt = next(receipts)
            wrong = receipt.reasons[0] if receipt.reasons else None
        answers.append(
            LineAnswer(
                line=line.number,
                nomination_id=name,
                code=wrong.code if wrong else RECEIVED,
                field=wrong.field if wrong else None,
                words=wrong.text if wrong else _FINE,
            )
        )
    await store.answer(portion.job_id, answers, now=now)
    return len(answers)
