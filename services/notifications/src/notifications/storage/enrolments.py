"""Enrolments in the database."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.enrolment import WITHDRAWN, Enrolment
from notifications.storage.any_of import any_of
from notifications.storage.tables import ENROLMENTS, PLACES
from service_kit import rows


class StoredEnrolments:
    """`Enrolments` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep(self, enrolments: Sequence[Enrolment]) -> None:
        kept = [{field.name: getattr(enrolment, field.name) for field in fields(enrolment)} for enrolment in enrolments]
        await rows.upsert(self._conn, ENROLMENTS, kept, newer="sequence")

    async def withdrawn(self, *, enrolment_ids: Collection[UUID], place_ids: Collection[UUID]) -> frozenset[UUID]:
        joined = ENROLMENTS.outerjoin(PLACES, PLACES.c.enrolment_id == ENROLMENTS.c.id)
        query = (
            select(ENROLMENTS.c.id, PLACES.c.id)
            .select_from(joined)
            .where(ENROLMENTS.c.status == WITHDRAWN)
            .where(or_(ENROLMENTS.c.id == any_of(enrolment_ids), PLACES.c.id == any_of(place_ids)))
        )
        return frozenset(id_ for row in await self._conn.execute(query) for id_ in row if id_ is not None)
