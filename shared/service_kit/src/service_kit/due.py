"""Work that falls due: rows with a due time in the service's own database, done by the active instance."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """One kind of work and how to do it, in domain time.

    `run` does a portion of what is due in its own transactions and says how much; it is called again at once while that is more
    than nothing. `next_due_at` is the earliest due time that waits.

    It is looked for every second, and `at_once` after every commit of the service too.
    """

    name: str
    run: Callable[[datetime], Awaitable[int]]
    next_due_at: Callable[[AsyncConnection], Awaitable[datetime | None]]
    at_once: bool = False
