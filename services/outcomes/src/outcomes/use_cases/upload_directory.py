"""Staff upload entries of the directory as a spreadsheet: good lines go in, bad ones don't, and each is answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from outcomes.domain.directory_entries import Line, lines_of
from outcomes.domain.signposting import LocalService

What = Literal["added", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of one line of the spreadsheet; `problem` says in plain words why it was refused."""

    line: int
    code: str
    what: What
    problem: str | None = None


class Records(Protocol):
    """Where the directory's own entries are kept."""

    async def uploaded(self, codes: Collection[str]) -> Sequence[LocalService]:
        """The uploaded entries of these codes."""

    async def keep_uploaded(self, entries: Sequence[LocalService], *, by: str, now: datetime) -> None:
        """Add these entries, or put them in the place of those with the same code."""


async def upload_directory(text: str, *, records: Records, by: str, now: datetime) -> Sequence[Answered]:
    """Take a spreadsheet's good lines and answer every one; sent again it changes nothing. WrongEntryError: none can be read."""
    lines = lines_of(text)
    known = {one.code: one for one in await records.uploaded([line.code for line in lines if line.entry is not None])}
    new = [line.entry for line in lines if line.entry is not None and known.get(line.code) != line.entry]
    await records.keep_uploaded(new, by=by, now=now)
    return [_answered(line, known.get(line.code)) for line in lines]


def _answered(line: Line, before: LocalService | None) -> Answered:
    if line.entry is None:
        return Answered(line=line.number, code=line.code, what="refused", problem=line.problem)
    what: What = "added" if before is None else "unchanged" if before == line.entry else "changed"
    return Answered(line=line.number, code=line.code, what=what)
