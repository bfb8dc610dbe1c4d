"""A cohort and its dated sessions, as scheduling tells them, and what differs between two versions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from notifications.domain.quiet_hours import LOCAL_TIME
from notifications.domain.site import Site

_NEVER = datetime.max.replace(tzinfo=UTC)

PLANNED = "planned"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One dated session. Any status but `planned`, also one we don't know, means that nobody is reminded of it.

    `site_id` and `site_name` are there where it is elsewhere than its cohort; `site` where words are to be made of it.
    """

    id: UUID
    number: int
    starts_at: datetime
    status: str
    ends_at: datetime | None = None
    site_id: str | None = None
    site_name: str | None = None
    site: Site | None = None

    @property
    def is_planned(self) -> bool:
        """Whether it is still going to take place."""
        return self.status == PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A cohort with all its sessions; `sequence` is its version. A status we don't know changes nothing.

    `site` is there where words are to be made and scheduling has told of it.
    """

    id: UUID
    sequence: int
    site_name: str
    status: str
    sessions: tuple[Session, ...]
    site_id: str | None = None
    site: Site | None = None

    def site_of(self, session: Session) -> Site | None:
        """Where one of the sessions takes place, as far as it is known."""
        return session.site if session.site_id is not None else self.site

    def to_come(self, *, now: datetime) -> tuple[Session, ...]:
        """The planned sessions that have not begun, in their order; none of a cancelled cohort."""
        if self.status == CANCELLED:
            return ()
        return tuple(
            sorted(
                (session for session in self.sessions if session.is_planned and session.starts_at > now),
                key=lambda session: session.starts_at,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChange:
    """A session that people were told of has another time; with `now_at` None it is cancelled, with `was_at` None it is new."""

    session_id: UUID
    number: int
    was_at: datetime | None
    now_at: datetime | None

    @property
    def last_at(self) -> datetime | None:
        """The later of its times: until then it is of use to know of the change."""
        return max((one for one in (self.was_at, self.now_at) if one is not None), default=None)

    def cancels_today(self, *, now: datetime) -> bool:
        """Whether it cancels a session that people would set out to today, as the day is in Europe/London."""
        if self.now_at is not None or self.was_at is None:
            return False
        return self.was_at.astimezone(LOCAL_TIME).date() == now.astimezone(LOCAL_TIME).date()


def changes_between(*, before: Cohort, after: Cohort, now: datetime) -> tuple[SessionChange, ...]:
    """What people in the cohort must be told: of sessions still to come, those moved, cancelled or new, in their order."""
    afterwards = {} if after.status == CANCELLED else {session.id: session for session in after.sessions}
    found = []
    for session in before.to_come(now=now):
        new = afterwards.get(session.id)
        if new is None or new.status == CANCELLED:
            found.append(SessionChange(session_id=session.id, number=session.number, was_at=session.starts_at, now_at=None))
        elif new.is_planned and new.starts_at != session.starts_at:
            found.append(SessionChange(session_id=session.id, number=new.number, was_at=session.starts_at, now_at=new.starts_at))
    told = {session.id for session in before.sessions}
    found += [
        SessionChange(session_id=session.id, number=session.number, was_at=None, now_at=session.starts_at)
        for session in after.to_come(now=now)
        if session.id not in told
    ]
    return tuple(found)


def merged(*, earlier: tuple[SessionChange, ...], later: tuple[SessionChange, ...]) -> tuple[SessionChange, ...]:
    """Two changes told as one: from where people believe a session to be to where it is now; there and back is no change."""
    by_session = {change.session_id: change for change in earlier}
    for change in later:
        first = by_session.get(change.session_id)
        by_session[change.session_id] = (
            change
            if first is None
            else SessionChange(session_id=change.session_id, number=change.number, was_at=first.was_at, now_at=change.now_at)
        )
    return tuple(
        sorted(
            (change for change in by_session.values() if change.was_at != change.now_at),
            key=lambda change: (change.was_at or change.now_at or _NEVER, change.number),
        )
    )
