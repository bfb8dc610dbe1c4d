"""One transaction of a use case that needs several of them, or none for a while."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from scheduling.use_cases.changes import Changes
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction: what is stored, and telling what changed."""

    repositories: Repositories
    announce: Callable[[Changes], Awaitable[None]]


Transaction: TypeAlias = Callable[[], AbstractAsyncContextManager[Work]]
