"""A cohort and its sessions: how it opens, starts, changes and finishes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.fitting import EVERYBODYS_LANGUAGE
from scheduling.domain.programmes import Programme
from scheduling.domain.sites import Room
from scheduling.domain.week import as_bits, time_of_week

OPEN = "open"
RUNNING = "running"
FINISHED = "finished"
CANCELLED = "cancelled"

PLANNED = "planned"
HELD = "held"


class UnknownCohortError(LookupError):
    """There is no such cohort."""


class UnknownSessionError(LookupError):
    """There is no such session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The room in which a session is that is not in its cohort's own, and the site of that room."""

    room_id: UUID
    room_name: str
    site_id: str
    site_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One dated session; times are UTC instants. Held means that it has a register.

    `themes` are the codes of what is talked about. `revision` counts the changes of when, where or whether it is. Without
    `elsewhere` it is where its cohort is.
    """

    session_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    status: str = PLANNED
    themes: tuple[str, ...] = ()
    revision: int = 0
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a cohort's first and last session start, and at which site it is."""

    first_session_at: datetime
    last_session_at: datetime
    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """People who start and finish a programme together. `sequence` counts the changes.

    A planned cohort takes nobody until it opens. Its room, lead and cover are booked for each session. A cohort with an
    `employer` is for those who work there; one in another `language` than everybody's for who asked for it.
    """

    cohort_id: UUID
    sequence: int
    programme: str
    site_id: str
    site_name: str
    status: str
    capacity: int
    close_attention_limit: int
    sessions: tuple[Session, ...]
    language: str = EVERYBODYS_LANGUAGE
    room_id: UUID | None = None
    room_name: str | None = None
    lead_id: UUID | None = None
    cover_id: UUID | None = None
    employer: str | None = None

    @property
    def span(self) -> Span:
        """From the first to the last session that isn't cancelled (of a cancelled cohort, those that were planned)."""
        starts = [session.starts_at for session in self.sessions if session.status != CANCELLED]
        starts = starts or [session.starts_at for session in self.sessions]
        return Span(first_session_at=min(starts), last_session_at=max(starts), site_id=self.site_id)

    @property
    def times(self) -> int:
        """The times of the week of the sessions that aren't cancelled, as bits."""
        return as_bits(time_of_week(session.starts_at) for session in self.sessions if session.status != CANCELLED)

    @property
    def sessions_run(self) -> int:
        """How many sessions have a register."""
        return sum(session.status == HELD for session in self.sessions)

    @property
    def covered_themes(self) -> frozenset[str]:
        """The themes of the sessions that aren't cancelled: held, or still to come."""
        return frozenset(code for session in self.sessions if session.status != CANCELLED for code in session.themes)

    def opened(self, *, now: datetime) -> "Cohort":
        """A planned cohort after it opened; an open one stays as it is. Raises BrokenRuleError."""
        if self.status == OPEN:
            return self
        if self.status != PLANNED:
            raise BrokenRuleError("cohort_id", f"cohort_id must be a planned cohort to be opened: it is {self.status}.")
        if self.lead_id is None:
            raise BrokenRuleError("lead_id", "lead_id must be given: a cohort can't open without a lead.")
        if self.span.first_session_at <= now:
            raise BrokenRuleError("cohort_id", "cohort_id must be a cohort whose first session is still to come.")
        return replace(self, sequence=self.sequence + 1, status=OPEN)

    def with_team(self, *, room: Room, lead_id: UUID | None, cover_id: UUID | None) -> "Cohort":
        """The cohort in another room or with other people for the sessions still to come. Raises BrokenRuleError."""
        if self.status in {FINISHED, CANCELLED}:
            raise BrokenRuleError("cohort_id", f"cohort_id must be a cohort with sessions still to come: it is {self.status}.")
        if lead_id is None and self.status != PLANNED:
            raise BrokenRuleError("lead_id", "lead_id must be given: a cohort that is open has a lead.")
        if (room.room_id, lead_id, cover_id) == (self.room_id, self.lead_id, self.cover_id):
            return self
        moved = room.room_id != self.room_id
        sessions = tuple(
            replace(one, revision=one.revision + 1) if moved and one.status == PLANNED and not one.elsewhere else one
            for one in self.sessions
        )
        return replace(
            self,
            sequence=self.sequence + 1,
            sessions=sessions,
            room_id=room.room_id,
            room_name=room.name,
            lead_id=lead_id,
            cover_id=cover_id,
        )

    def session(self, session_id: UUID) -> Session:
        """Return one session. Raises UnknownSessionError."""
        for session in self.sessions:
            if session.session_id == session_id:
                return session
        raise UnknownSessionError

    def site_of(self, session: Session) -> str:
        """The code of the site at which one of its sessions is."""
        return session.elsewhere.site_id if session.elsewhere else self.site_id

    def room_of(self, session: Session) -> UUID | None:
        """The room in which one of its sessions is."""
        return session.elsewhere.room_id if session.elsewhere else self.room_id

    def begun_session(self, session_id: UUID, *, now: datetime) -> Session:
        """Return a session that can have a register. Raises BrokenRuleError and UnknownSessionError."""
        session = self.session(session_id)
        if session.status == CANCELLED:
            raise BrokenRuleError("session_id", f"session_id must not be a cancelled session: number {session.number} was.")
        if session.starts_at > now:
            raise BrokenRuleError("session_id", f"session_id must be a session that has begun: number {session.number} has not.")
        return session

    def started(self, *, now: datetime) -> "Cohort":
        """The cohort once its first session has begun: closed to new people."""
        if self.status != OPEN or self.span.first_session_at > now:
            return self
        return replace(self, sequence=self.sequence + 1, status=RUNNING)

    def at_renamed_site(self, name: str) -> "Cohort":
        """The cohort after its site got another name: a newer fact about the same cohort."""
        return replace(self, sequence=self.sequence + 1, site_name=name)

    def with_register(self, session_id: UUID, *, now: datetime) -> "Cohort":
        """The cohort after a register; that of the last session finishes it. Raises BrokenRuleError."""
        session = self.begun_session(session_id, now=now)
        if self.status == PLANNED:
            raise BrokenRuleError("session_id", "session_id must be of a cohort that has opened: this one is only planned.")
        if session.status == HELD:
            return self
        return self._with(replace(session, status=HELD))

    def with_moved_session(self, session_id: UUID, *, starts_at: datetime, now: datetime) -> "Cohort":
        """The cohort with one session at another time, as long as before. Raises BrokenRuleError."""
        session = self.session(session_id)
        self._refuse_unless_planned(session, "moved")
        if session.starts_at == starts_at:
            return self
        if starts_at <= now:
            raise BrokenRuleError("starts_on", "starts_on must not be in the past.")
        moved = replace(
            session,
            starts_at=starts_at,
            ends_at=starts_at + (session.ends_at - session.starts_at),
            revision=session.revision + 1,
        )
        for other in self.sessions:
            if other.status == CANCELLED or other.session_id == session_id:
                continue
            if moved.starts_at < other.ends_at and other.starts_at < moved.ends_at:
                raise BrokenRuleError(
                    "starts_at", f"starts_at must not overlap another session: it would overlap number {other.number}."
                )
        return self._with(moved)

    def with_cancelled_session(self, session_id: UUID) -> "Cohort":
        """The cohort with one session cancelled; cancelled again, it stays as it is. Raises BrokenRuleError."""
        session = self.session(session_id)
        if session.status == CANCELLED:
            return self
        self._refuse_unless_planned(session, "cancelled")
        return self._with(replace(session, status=CANCELLED, revision=session.revision + 1))

    def cancelled(self) -> "Cohort":
        """The cohort without the sessions that weren't held; one that has none left stays as it is."""
        if all(session.status != PLANNED for session in self.sessions):
            return self
        sessions = tuple(
            replace(session, status=CANCELLED, revision=session.revision + 1) if session.status == PLANNED else session
            for session in self.sessions
        )
        status = FINISHED if any(session.status == HELD for session in sessions) else CANCELLED
        return replace(self, sequence=self.sequence + 1, sessions=sessions, status=status)

    def moved(self, *, starts: Sequence[datetime], now: datetime) -> "Cohort":
        """The cohort with the sessions that aren't cancelled at these instants, in their order. Raises BrokenRuleError."""
        if self.status not in (PLANNED, OPEN) or self.span.first_session_at <= now:
            raise BrokenRuleError("cohort_id", "cohort_id must be a cohort that hasn't begun: move its sessions one by one.")
        if starts[0] <= now:
            raise BrokenRuleError(
                "starts_on", f"starts_on must not be in the past: the first session would be {starts[0]:%Y-%m-%d}."
            )
        new = iter(starts)
        sessions = tuple(
            session if session.status == CANCELLED else _at(session, starts_at=next(new)) for session in self.sessions
        )
        return self if sessions == self.sessions else replace(self, sequence=self.sequence + 1, sessions=sessions)

    def with_another_session(
        self,
        *,
        session_id: UUID,
        starts_at: datetime,
        themes: tuple[str, ...],
        programme: Programme,
        now: datetime,
        elsewhere: Elsewhere | None = None,
    ) -> "Cohort":
        """The cohort with one more session, after the others or between them. Raises BrokenRuleError."""
        if self.status not in (PLANNED, OPEN, RUNNING):
            raise BrokenRuleError("cohort_id", f"cohort_id must be a cohort with sessions still to come: it is {self.status}.")
        there = [session for session in self.sessions if session.status != CANCELLED]
        if len(there) >= programme.most_sessions:
            raise BrokenRuleError(
                "cohort_id", f"cohort_id must be a cohort with fewer than {programme.most_sessions} sessions for this programme."
            )
        if starts_at <= now:
            raise BrokenRuleError("starts_on", "starts_on must not be in the past.")
        ends_at = starts_at + timedelta(minutes=programme.session_minutes)
        for other in there:
            if starts_at < other.ends_at and other.starts_at < ends_at:
                raise BrokenRuleError(
                    "starts_at", f"starts_at must not overlap another session: it would overlap number {other.number}."
                )
        number = max(session.number for session in self.sessions) + 1
        added = Session(
            session_id=session_id, number=number, starts_at=starts_at, ends_at=ends_at, themes=themes, elsewhere=elsewhere
        )
        return replace(self, sequence=self.sequence + 1, sessions=(*self.sessions, added))

    def _refuse_unless_planned(self, session: Session, done: str) -> None:
        if session.status != PLANNED:
            raise BrokenRuleError(
                "session_id", f"session_id must be a planned session to be {done}: number {session.number} is {session.status}."
            )

    def _with(self, changed: Session) -> "Cohort":
        sessions = tuple(changed if session.session_id == changed.session_id else session for session in self.sessions)
        statuses = {session.status for session in sessions}
        if PLANNED in statuses:
            status = RUNNING if HELD in statuses else self.status
        else:
            status = FINISHED if HELD in statuses else CANCELLED
        return replace(self, sequence=self.sequence + 1, sessions=sessions, status=status)


def _at(session: Session, *, starts_at: datetime) -> Session:
    if session.starts_at == starts_at:
        return session
    length = session.ends_at - session.starts_at
    return replace(session, starts_at=starts_at, ends_at=starts_at + length, revision=session.revision + 1)


def sessions_at(
    *, starts: list[datetime], ids: list[UUID], minutes: int, themes: Sequence[tuple[str, ...]] = ()
) -> tuple[Session, ...]:
    """Number the sessions that start at these instants, in order; `themes` are those of each."""
    return tuple(
        Session(session_id=session_id, number=number, starts_at=start, ends_at=start + timedelta(minutes=minutes), themes=of_it)
        for number, (session_id, start, of_it) in enumerate(zip(ids, starts, themes or [()] * len(starts), strict=True), start=1)
    )
