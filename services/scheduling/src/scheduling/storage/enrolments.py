"""What scheduling knows of enrolments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.enrolments import Enrolment
from scheduling.domain.week import availability
from scheduling.storage import tables
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
ENROLMENT_SEQUENCES = select(tables.enrolments.c.enrolment_id, tables.enrolments.c.sequence).where(
    tables.enrolments.c.enrolment_id == any_(_IDS)
)


class EnrolmentRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep_newer(self, enrolments: Sequence[Enrolment]) -> set[UUID]:
        """Store those that are newer than what is stored; return their ids. Placing must be locked for their programmes."""
        ids = [enrolment.enrolment_id for enrolment in enrolments]
        stored = {row.enrolment_id: row.sequence for row in await self._conn.execute(ENROLMENT_SEQUENCES, {"ids": ids})}
        newer = [one for one in enrolments if one.sequence > stored.get(one.enrolment_id, -1)]
        await rows.upsert(self._conn, tables.enrolments, [_columns(one) for one in newer], newer="sequence")
        return {one.enrolment_id for one in newer}


def _columns(record: Enrolment) -> dict[str, Any]:
    columns = {name: getattr(record, name) for name in record.__slots__}
    lists = {"access_needs": list(record.access_needs), "available": list(record.available)}
    return columns | lists | {"times": availability(record.available)}
