"""How many, for a nominator: rounded, and not shown where it would tell of few people."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.counts import FEWEST, Tally, month_began, shown
from enrolment.http.organisations import Organisations
from enrolment.use_cases.known import Sender

Tallies = Callable[[AsyncConnection, Sender, datetime], Awaitable[Mapping[str, Tally]]]


class ProgrammeCounts(BaseModel):
    """Of one programme. Null is “not shown”: fewer than five people, or a number from which such a one could be worked out."""

    programme: str
    completed: int | None
    place_found: int | None
    joined_by_poster: int | None


class Counts(BaseModel):
    """What had happened before `as_of`, the beginning of the month; numbers are rounded down to multiples of five."""

    as_of: datetime
    fewest_shown: int
    programmes: list[ProgrammeCounts]


def counts_router(
    *,
    channel: str,
    path: str,
    organisations: Organisations,
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
    tallies: Tallies,
    now: Callable[[], datetime],
) -> APIRouter:
    """`GET <path>` for the senders of one channel."""
    router = APIRouter(tags=[channel])

    @router.get(path)
    async def counts(sender: Annotated[Sender, Depends(organisations.allow(channel))]) -> Counts:
        """How many of those whom this organisation nominated said the rest, and how many got a place."""
        as_of = month_began(now())
        async with reading() as conn:
            found = await tallies(conn, sender, as_of)
        programmes = []
        for programme, tally in found.items():
            seen = shown(tally)
            programmes.append(
                ProgrammeCounts(
                    programme=programme,
                    completed=seen.completed,
                    place_found=seen.placed,
                    joined_by_poster=seen.by_poster,
                )
            )
        return Counts(as_of=as_of, fewest_shown=FEWEST, programmes=programmes)

    return router
