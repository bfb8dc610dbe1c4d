"""Everything that enrolment keeps of a person, for the person to see."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.audit import Entry
from enrolment.storage import audit
from enrolment.storage.metadata import METADATA
from service_kit.rows_about import About, rows_about

_ABOUT = About(
    metadata=METADATA,
    key="participant_id",
    through=("referral_id", "enrolment_id"),
    key_of={"participants": "id"},
    leaving_out=("token_hash", "code_hash", "match_family", "match_given", "match_number", "body_digest", "digest"),
)
_FAMILY = text(
    """
WITH RECURSIVE family AS (
  SELECT id, merged_into FROM participants WHERE id = :id
  UNION SELECT p.id, p.merged_into FROM family JOIN participants p ON p.id = family.merged_into OR p.merged_into = family.id
) SELECT id FROM family ORDER BY id
"""
).bindparams(bindparam("id", type_=Uuid))
_MERGES = text(
    "SELECT to_jsonb(m) FROM merges m WHERE m.survivor_id = ANY(:ids) OR m.merged_id = ANY(:ids) ORDER BY m.id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class ExportRepository:
    """`ExportStore` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def family(self, participant_id: UUID) -> list[UUID]:
        """Return the person, whoever they are now, and whoever was merged with them."""
        return list((await self._conn.execute(_FAMILY, {"id": participant_id})).scalars())

    async def own_rows(self, ids: Sequence[UUID]) -> Mapping[str, Any]:
        """Return this service's rows about them, by table."""
        found: dict[str, Any] = dict(await rows_about(self._conn, _ABOUT, ids))
        if merges := list((await self._conn.execute(_MERGES, {"ids": list(ids)})).scalars()):
            found["merges"] = merges
        return found

    async def write_down(self, entry: Entry) -> None:
        """Add to the audit."""
        await audit.add(self._conn, [entry])
