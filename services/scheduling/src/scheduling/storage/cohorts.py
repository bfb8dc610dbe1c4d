"""Cohorts with their sessions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    RowMapping,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.cohorts import OPEN, PLANNED, RUNNING, Cohort, Elsewhere, Session
from scheduling.storage import tables
from scheduling.storage.bookings import BookingRows, one_at_a_time
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_NOW = bindparam("now", type_=DateTime(timezone=True))
_LIMIT = bindparam("limit", type_=Integer)

# Written out, not bound: a plan for any value can't use the index of open cohorts.
_OPEN: ColumnElement[str] = literal_column(f"'{OPEN}'")

COHORT_OF_SESSION = select(tables.sessions.c.cohort_id).where(tables.sessions.c.session_id == bindparam("session_id", type_=Uuid))

_COHORT = (
    select(tables.cohorts, tables.sites.c.name.label("site_name"), tables.rooms.c.name.label("room_name"))
    .select_from(tables.cohorts)
    .join(tables.sites, tables.sites.c.site_id == tables.cohorts.c.site_id)
    .outerjoin(tables.rooms, tables.rooms.c.room_id == tables.cohorts.c.room_id)
)

FOUND_COHORT = _COHORT.where(tables.cohorts.c.cohort_id == bindparam("cohort_id", type_=Uuid))
LOCKED_COHORT = FOUND_COHORT.with_for_update(of=tables.cohorts)

LOCKED_UNFINISHED = (
    _COHORT.where(
        tables.cohorts.c.site_id == bindparam("site_id", type_=Text), tables.cohorts.c.status.in_([PLANNED, OPEN, RUNNING])
    )
    .order_by(tables.cohorts.c.cohort_id)
    .with_for_update(of=tables.cohorts)
)

LOCKED_TO_START = (
    _COHORT.where(tables.cohorts.c.status == _OPEN, tables.cohorts.c.first_session_at <= _NOW)
    .order_by(tables.cohorts.c.cohort_id)
    .limit(_LIMIT)
    .with_for_update(of=tables.cohorts, skip_locked=True)
)

SESSIONS = (
    select(
        tables.sessions,
        tables.rooms.c.name.label("room_name"),
        tables.sites.c.site_id,
        tables.sites.c.name.label("site_name"),
    )
    .outerjoin(tables.rooms, tables.rooms.c.room_id == tables.sessions.c.room_id)
    .outerjoin(tables.sites, tables.sites.c.site_id == tables.rooms.c.site_id)
    .where(tables.sessions.c.cohort_id == any_(_IDS))
    .order_by(tables.sessions.c.cohort_id, tables.sessions.c.number)
)

NEXT_START = select(func.min(tables.cohorts.c.first_session_at)).where(tables.cohorts.c.status == _OPEN)


async def next_cohort_start(conn: AsyncConnection) -> datetime | None:
    """When the next open cohort starts."""
    earliest: datetime | None = (await conn.execute(NEXT_START)).scalar_one()
    return earliest


class CohortRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def id_of_session(self, session_id: UUID) -> UUID | None:
        """The cohort that has this session."""
        found: UUID | None = (await self._conn.execute(COHORT_OF_SESSION, {"session_id": session_id})).scalar_one_or_none()
        return found

    async def locked(self, cohort_id: UUID) -> Cohort | None:
        """One cohort, locked."""
        found = (await self._conn.execute(LOCKED_COHORT, {"cohort_id": cohort_id})).mappings().all()
        return next(iter(await self._with_sessions(found)), None)

    async def found(self, cohort_id: UUID) -> Cohort | None:
        """One cohort, not locked."""
        found = (await self._conn.execute(FOUND_COHORT, {"cohort_id": cohort_id})).mappings().all()
        return next(iter(await self._with_sessions(found)), None)

    async def locked_unfinished_at(self, site_id: str) -> list[Cohort]:
        """The open and running cohorts at a site, locked in key order."""
        return await self._with_sessions((await self._conn.execute(LOCKED_UNFINISHED, {"site_id": site_id})).mappings().all())

    async def locked_to_start(self, *, now: datetime, limit: int) -> list[Cohort]:
        """Open cohorts whose first session has begun; those that another transaction holds are left out."""
        found = (await self._conn.execute(LOCKED_TO_START, {"now": now, "limit": limit})).mappings().all()
        return await self._with_sessions(found)

    async def add(self, cohort: Cohort) -> None:
        """Store a new cohort with its sessions, and book its room and people. Raises BrokenRuleError."""
        await rows.insert(self._conn, tables.cohorts, [_cohort_columns(cohort)])
        await rows.insert(self._conn, tables.sessions, _session_columns(cohort))
        await BookingRows(self._conn).book(cohort.cohort_id)

    async def add_session(self, cohort: Cohort, session: Session) -> None:
        """Store a cohort that is there already, with a session that isn't."""
        await rows.update(self._conn, tables.cohorts, [_cohort_columns(cohort)])
        new = [row for row in _session_columns(cohort) if row["session_id"] == session.session_id]
        await rows.insert(self._conn, tables.sessions, new)

    async def change(self, cohort: Cohort) -> None:
        """Store a cohort that is there already, with its sessions; bookings follow these. Raises BrokenRuleError."""
        await rows.update(self._conn, tables.cohorts, [_cohort_columns(cohort)])
        async with one_at_a_time():
            await rows.update(self._conn, tables.sessions, _session_columns(cohort))

    async def _with_sessions(self, found: Sequence[RowMapping]) -> list[Cohort]:
        if not found:
            return []
        sessions: dict[UUID, list[Session]] = defaultdict(list)
        for row in await self._conn.execute(SESSIONS, {"ids": [row["cohort_id"] for row in found]}):
            sessions[row.cohort_id].append(
                Session(
                    session_id=row.session_id,
                    number=row.number,
                    starts_at=row.starts_at,
                    ends_at=row.ends_at,
                    status=row.status,
                    themes=tuple(row.themes),
                    revision=row.revision,
                    elsewhere=_elsewhere(row),
                )
            )
        return [
            Cohort(
                cohort_id=row["cohort_id"],
                sequence=row["sequence"],
                programme=row["programme"],
                site_id=row["site_id"],
                site_name=row["site_name"],
                status=row["status"],
                capacity=row["capacity"],
                close_attention_limit=row["close_attention_limit"],
                language=row["language"],
                employer=row["employer"],
                sessions=tuple(sessions[row["cohort_id"]]),
                room_id=row["room_id"],
                room_name=row["room_name"],
                lead_id=row["lead_id"],
                cover_id=row["cover_id"],
            )
            for row in found
        ]


def _elsewhere(row: Any) -> Elsewhere | None:
    if row.room_id is None:
        return None
    return Elsewhere(room_id=row.room_id, room_name=row.room_name, site_id=row.site_id, site_name=row.site_name)


def _cohort_columns(cohort: Cohort) -> dict[str, Any]:
    return {
        "cohort_id": cohort.cohort_id,
        "sequence": cohort.sequence,
        "programme": cohort.programme,
        "site_id": cohort.site_id,
        "status": cohort.status,
        "capacity": cohort.capacity,
        "close_attention_limit": cohort.close_attention_limit,
        "times": cohort.times,
        "language": cohort.language,
        "employer": cohort.employer,
        "first_session_at": cohort.span.first_session_at,
        "last_session_at": cohort.span.last_session_at,
        "room_id": cohort.room_id,
        "lead_id": cohort.lead_id,
        "cover_id": cohort.cover_id,
    }


def _session_columns(cohort: Cohort) -> list[dict[str, Any]]:
    return [
        {
            "session_id": session.session_id,
            "cohort_id": cohort.cohort_id,
            "number": session.number,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "status": session.status,
            "themes": list(session.themes),
            "revision": session.revision,
            "room_id": session.elsewhere.room_id if session.elsewhere else None,
        }
        for session in cohort.sessions
    ]
