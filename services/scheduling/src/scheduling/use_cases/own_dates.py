"""Somebody looks at their own dates, and says to which they cannot come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from scheduling.domain.cohorts import UnknownSessionError
from scheduling.domain.own_links import OwnLink
from scheduling.domain.tasks import CANNOT_COME, new_task
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """A session to come; `cannot_come`: the person said so. `elsewhere` names its site where that is another than usual."""

    session_id: UUID
    cohort_id: UUID
    number: int
    starts_at: datetime
    status: str
    cannot_come: bool
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDates:
    """What somebody sees of their place: its status, where, and the sessions to come, with another group too.

    No status: not heard of yet; no `site_name`: they are and were in no cohort. `cohort_id` stays when they are done there.
    """

    participant_id: UUID
    status: str | None
    site_name: str | None
    sessions: tuple[OwnSession, ...]
    cohort_id: UUID | None = None


class OwnDatesReads(Protocol):
    """What a link shows."""

    async def by_token(self, token: str, *, now: datetime) -> OwnDates | None:
        """What the person of a link sees, or None if it no longer opens."""


async def keep_own_links(*, links: Sequence[OwnLink], repositories: Repositories) -> None:
    """Keep the newest of each link to somebody's own page."""
    await repositories.own_links.keep_newer(links)


async def say_cannot_come(
    dates: OwnDates, session_id: UUID, *, repositories: Repositories, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Tell the staff of a session that somebody cannot come, once. UnknownSessionError unless it is theirs and to come."""
    session = next((each for each in dates.sessions if each.session_id == session_id and each.status == "planned"), None)
    if session is None:
        raise UnknownSessionError(session_id)
    if session.cannot_come:
        return
    task = new_task(
        task_id=new_id(),
        kind=CANNOT_COME,
        about=f"{session_id} {dates.participant_id}",
        cohort_id=session.cohort_id,
        session_id=session_id,
        participant_id=dates.participant_id,
        now=now,
    )
    await repositories.tasks.raise_([task])
