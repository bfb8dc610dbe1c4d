"""Referrals that senders promised are fetched, or wait where staff see them.

No transaction is open while somebody outside is asked. First the promises that are due are taken for a while, in a transaction of
their own; then they are fetched; then what came of it is written. Whoever is killed in between leaves them due again later.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from enrolment.domain.promises import AllowedHost, Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was found: its content type, one that referrals come in, and the bytes."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFetched:
    """Why nothing was: one of the problems that `domain.promises` has words for."""

    problem: str


Taken = tuple[Promise, Sequence[AllowedHost]]


class PromiseDesk(Protocol):
    """The database, as far as fetching needs it, within one transaction."""

    async def take_due(self, *, real_now: datetime, until: datetime, limit: int) -> Sequence[Taken]:
        """Take promises that are due, so that nobody else does before `until`; each with the hosts its sender may name."""

    async def settle(self, promise: Promise, found: Fetched | NotFetched, *, now: datetime, real_now: datetime) -> None:
        """Write what came of one, decide about the referral, and tell its sender; unless somebody else has meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """What fetching works with: `portion` promises at a time, each taken for `lease`."""

    open_desk: Callable[[], AbstractAsyncContextManager[PromiseDesk]]
    fetch: Callable[[Promise, Sequence[AllowedHost]], Awaitable[Fetched | NotFetched]]
    real_now: Callable[[], datetime]
    lease: timedelta = timedelta(minutes=2)
    portion: int = 8


async def fetch_promised(fetching: Fetching, *, now: datetime) -> int:
    """Try one portion of what is due, one after the other, and return how many there were. `now` is domain time."""
    real_now = fetching.real_now()
    async with fetching.open_desk() as desk:
        taken = await desk.take_due(real_now=real_now, until=real_now + fetching.lease, limit=fetching.portion)
    for promise, allowed in taken:
        found = await fetching.fetch(promise, allowed)
        async with fetching.open_desk() as desk:
            await desk.settle(promise, found, now=now, real_now=fetching.real_now())
    return len(taken)
