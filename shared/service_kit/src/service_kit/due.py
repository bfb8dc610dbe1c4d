"""Work that falls due: rows with a due time in the service's own database, done by the active instance."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

_SOON = "limber: something may be due"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """One kind of work and how to do it, in domain time.

    `run` does a portion of what is due in its own transactions and says how much; it is called again at once while that is more
    than nothing. `next_due_at` is the earliest due time that waits.

    It is looked for every second, and at once after a transaction that called `soon`.
    """

    name: str
    run: Callable[[datetime], Awaitable[int]]
    next_due_at: Callable[[AsyncConnection], Awaitable[datetime | None]]


def soon(conn: AsyncConnection) -> None:
    """Say that this transaction writes something that may be due already, so that it is looked for when it has been committed."""
    conn.info[_SOON] = True


def said_soon(conn: AsyncConnection) -> bool:
    """Return whether `soon` was called in this transaction, and forget it: the connection is used again."""
    return bool(conn.info.pop(_SOON, False))
