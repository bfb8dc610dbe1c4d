"""What scheduling knows of enrolments."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.enrolments import Enrolment
from scheduling.domain.week import availability
from scheduling.storage import tables
from service_kit import rows

_FIELDS = tuple(field.name for field in fields(Enrolment))
_IDS = bindparam("ids", type_=ARRAY(Uuid))
ENROLMENT_SEQUENCES = select(tables.enrolments.c.enrolment_id, tables.enrolments.c.sequence).where(
    tables.enrolments.c.enrolment_id == any_(_IDS)
)


OF_PEOPLE = (
    select(tables.enrolments)
    .where(tables.enrolments.c.participant_id == any_(_IDS))
    .order_by(tables.enrolments.c.enrolled_at, tables.enrolments.c.enrolment_id)
)


class EnrolmentRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of_people(self, participant_ids: Sequence[UUID]) -> list[Enrolment]:
        """The enrolments of these people, the earliest first."""
        found = (await self._conn.execute(OF_PEOPLE, {"ids": list(participant_ids)})).mappings()
        return [_enrolment(row) for row in found]

    async def keep_newer(self, enrolments: Sequence[Enrolment]) -> set[UUID]:
        """Store those that are newer than what is stored; return their ids. Placing must be locked for their programmes."""
        ids = [enrolment.enrolment_id for enrolment in enrolments]
        stored = {row.enrolment_id: row.sequence for row in await self._conn.execute(ENROLMENT_SEQUENCES, {"ids": ids})}
        newer = [one for one in enrolments if one.sequence > stored.get(one.enrolment_id, -1)]
        await rows.upsert(self._conn, tables.enrolments, [_columns(one) for one in newer], newer="sequence")
        return {one.enrolment_id for one in newer}


def _enrolment(row: RowMapping) -> Enrolment:
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    return Enrolment(**{**values, "access_needs": tuple(row["access_needs"]), "available": tuple(row["available"])})


def _columns(record: Enrolment) -> dict[str, Any]:
    columns = {name: getattr(record, name) for name in record.__slots__}
    lists = {"access_needs": list(record.access_needs), "available": list(record.available)}
    return columns | lists | {"times": availability(record.available)}
