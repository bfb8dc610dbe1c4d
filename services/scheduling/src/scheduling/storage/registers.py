"""What the registers say."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.registers import PRESENT
from scheduling.storage import tables
from service_kit import rows

REGISTER = select(tables.attendance.c.place_id, tables.attendance.c.status).where(
    tables.attendance.c.session_id == bindparam("session_id", type_=Uuid)
)

ATTENDED = (
    select(tables.attendance.c.place_id, func.count().label("sessions"))
    .join(tables.sessions, tables.sessions.c.session_id == tables.attendance.c.session_id)
    .where(tables.sessions.c.cohort_id == bindparam("cohort_id", type_=Uuid), tables.attendance.c.status == PRESENT)
    .group_by(tables.attendance.c.place_id)
)


class RegisterRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of_session(self, session_id: UUID) -> Mapping[UUID, str]:
        """The statuses by place."""
        return {row.place_id: row.status for row in await self._conn.execute(REGISTER, {"session_id": session_id})}

    async def keep(self, session_id: UUID, statuses: Mapping[UUID, str], *, recorded_by: UUID, now: datetime) -> None:
        """Store the register; what is recorded already for these places is replaced."""
        await rows.upsert(
            self._conn,
            tables.attendance,
            [
                {
                    "session_id": session_id,
                    "place_id": place_id,
                    "status": status,
                    "recorded_by": recorded_by,
                    "recorded_at": now,
                }
                for place_id, status in statuses.items()
            ],
        )

    async def attended(self, cohort_id: UUID) -> Mapping[UUID, int]:
        """How many of the cohort's sessions each place was present at."""
        return {row.place_id: row.sessions for row in await self._conn.execute(ATTENDED, {"cohort_id": cohort_id})}
