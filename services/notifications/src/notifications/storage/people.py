"""Where people stand, and forgetting them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.person import Person
from notifications.storage.tables import PEOPLE
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_KNOWN = text(
    """
WITH RECURSIVE known AS (
  SELECT * FROM people WHERE participant_id = ANY(:ids)
  UNION SELECT p.* FROM known JOIN people p ON p.participant_id = known.merged_into
) SELECT * FROM known
"""
).bindparams(_IDS)
_MERGED = text(
    """
WITH RECURSIVE merged AS (
  SELECT participant_id, merged_into AS holder FROM people WHERE merged_into = ANY(:ids)
  UNION SELECT p.participant_id, merged.holder FROM merged JOIN people p ON p.merged_into = merged.participant_id
) SELECT participant_id, holder FROM merged
"""
).bindparams(_IDS)
_MINE = select(PEOPLE).where(PEOPLE.c.participant_id == any_(_IDS)).order_by(PEOPLE.c.participant_id).with_for_update()
# What was sent to a person is found by the message it belongs to. Held copies of how to reach them go as well.
_FORGET = (
    text("DELETE FROM mailbox USING messages m WHERE mailbox.reference = m.id::text AND m.participant_id = ANY(:ids)"),
    text("UPDATE replies SET phone = NULL, text = NULL WHERE participants && :ids"),
    text("DELETE FROM contacts WHERE participant_id = ANY(:ids)"),
    text("DELETE FROM wishes WHERE participant_id = ANY(:ids)"),
    text("DELETE FROM held USING unnest(:ids) AS id WHERE held.nats_subject = 'contacts.v1.' || id"),
)


class StoredPeople:
    """`People` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Person]:
        """What is known of these people, and of whomever they were merged into."""
        found = await self._conn.execute(_KNOWN, {"ids": list(participant_ids)})
        return {row["participant_id"]: Person(**row) for row in found.mappings()}

    async def merged_into(self, holders: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Everybody who was merged into one of these in the end, and into whom."""
        return {row.participant_id: row.holder for row in await self._conn.execute(_MERGED, {"ids": list(holders)})}

    async def mine(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Person]:
        """What is known of these people, locked to be changed."""
        found = await self._conn.execute(_MINE, {"ids": list(participant_ids)})
        return {row["participant_id"]: Person(**row) for row in found.mappings()}

    async def keep(self, people: Sequence[Person]) -> None:
        """Keep those that are newer than what is known."""
        kept = [{field.name: getattr(person, field.name) for field in fields(person)} for person in people]
        await rows.upsert(self._conn, PEOPLE, kept, newer="sequence")

    async def forget(self, participant_ids: Collection[UUID]) -> None:
        """Delete how these people could be reached, and every word that was sent to them."""
        for statement in _FORGET:
            await self._conn.execute(statement.bindparams(_IDS), {"ids": list(participant_ids)})
