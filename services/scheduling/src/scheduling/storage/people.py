"""The names and emergency contacts on the registers."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.people import Person
from scheduling.domain.standing import Standing
from scheduling.storage import tables
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_STANDINGS = select(tables.standings).where(tables.standings.c.participant_id == any_(_IDS))
# Whoever was merged into somebody who was merged into another is that one now.
_SURVIVORS = text("""
    WITH RECURSIVE chain AS (
        SELECT participant_id, merged_into FROM standings
        WHERE participant_id = ANY (:ids) AND status = 'merged' AND merged_into IS NOT NULL
        UNION
        SELECT chain.participant_id, s.merged_into FROM chain JOIN standings s ON s.participant_id = chain.merged_into
        WHERE s.status = 'merged' AND s.merged_into IS NOT NULL
    )
    SELECT participant_id, merged_into FROM chain
    WHERE NOT EXISTS (
        SELECT FROM standings s WHERE s.participant_id = chain.merged_into AND s.status = 'merged' AND s.merged_into IS NOT NULL
    )
""").bindparams(_IDS)
_FORGET = (
    text("DELETE FROM people WHERE participant_id = ANY(:ids)").bindparams(_IDS),
    text("DELETE FROM held USING unnest(:ids) AS id WHERE held.nats_subject = 'people.v1.' || id").bindparams(_IDS),
)


class PersonRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep_newer(self, people: Sequence[Person]) -> None:
        """Store those that are newer than what is stored."""
        await rows.upsert(self._conn, tables.people, [_columns(person) for person in people], newer="sequence")

    async def standings(self, participant_ids: AbstractSet[UUID]) -> Mapping[UUID, Standing]:
        """Where these people stand of whom something was told."""
        found = await self._conn.execute(_STANDINGS, {"ids": list(participant_ids)})
        return {row["participant_id"]: Standing(**row) for row in found.mappings()}

    async def survivors(self, participant_ids: AbstractSet[UUID]) -> Mapping[UUID, UUID]:
        """Those of these people who were merged into somebody, with whom they are now."""
        found = await self._conn.execute(_SURVIVORS, {"ids": list(participant_ids)})
        return {row.participant_id: row.merged_into for row in found}

    async def keep_standings(self, standings: Sequence[Standing]) -> None:
        """Store those that are newer than what is stored."""
        await rows.upsert(self._conn, tables.standings, [_columns(one) for one in standings], newer="sequence")

    async def forget(self, participant_ids: Sequence[UUID]) -> None:
        """Delete the names of these people, and held copies of them."""
        if participant_ids:
            for statement in _FORGET:
                await self._conn.execute(statement, {"ids": list(participant_ids)})


def _columns(record: Person | Standing) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
