"""Posters, each step in a transaction of its own."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.posters import Poster, PosterRefusedError, make_poster
from enrolment.domain.reason import Reason
from enrolment.storage import posters as storage


@dataclass(frozen=True, kw_only=True)
class PosterDesk:
    """Makes and ends codes for the employers that are known."""

    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    programmes: Mapping[str, object]
    now: Callable[[], datetime]

    async def all(self, conn: AsyncConnection) -> Sequence[Poster]:
        """Return every poster, the newest first."""
        return await storage.posters(conn)

    async def employers(self, conn: AsyncConnection) -> Sequence[tuple[str, str]]:
        """Return the code and the name of every employer."""
        return await storage.employers(conn)

    async def make(self, *, organisation: str, programme: str, days: int, made_by: str) -> Poster:
        """Make one. PosterRefusedError."""
        async with self.transaction() as conn:
            if organisation not in dict(await storage.employers(conn)):
                raise PosterRefusedError(Reason("unknown_employer", "Choose an employer that is known.", "organisation"))
            made = make_poster(
                channel=storage.WORKPLACE,
                organisation=organisation,
                programme=programme,
                programmes=tuple(self.programmes),
                days=days,
                made_by=made_by,
                now=self.now(),
                choose=secrets.choice,
            )
            await storage.keep_poster(conn, made)
        return made

    async def revoke(self, code: str) -> bool:
        """End one; False if there is none."""
        async with self.transaction() as conn:
            found = await storage.poster(conn, code)
            if found is None:
                return False
            await storage.keep_poster(conn, found.revoked(now=self.now()))
        return True
