"""The audit: rows that are added and never changed, which a trigger holds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.audit import Actor, Entry
from enrolment.storage.tables import AUDIT
from service_kit import rows
from service_kit.ids import new_id

_STAFF = text("SELECT id, name, role FROM credentials")


async def add(conn: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Write the entries in one statement, in the transaction of what they tell of."""
    await rows.insert(conn, AUDIT, audit_rows(entries))


def audit_rows(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the rows of `audit`, for whoever writes them together with others."""
    return [
        {
            "id": new_id(),
            "at": entry.at,
            "actor_kind": entry.actor.kind,
            "actor": entry.actor.name,
            "role": entry.actor.role,
            "deed": entry.deed,
            "participant_id": entry.participant_id,
            "about": entry.about,
            "details": dict(entry.details),
        }
        for entry in entries
    ]


async def of_participant(conn: AsyncConnection, participant_id: UUID) -> list[Entry]:
    """Return what was done to one person, the oldest first."""
    found = await conn.execute(select(AUDIT).where(AUDIT.c.participant_id == participant_id).order_by(AUDIT.c.id))
    return [_entry(row) for row in found.mappings()]


async def staff(conn: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Return the name and role of every member of staff, present or former, by id."""
    return {str(row.id): (row.name, row.role) for row in await conn.execute(_STAFF)}


def _entry(row: RowMapping) -> Entry:
    return Entry(
        at=row["at"],
        actor=Actor(kind=row["actor_kind"], name=row["actor"], role=row["role"]),
        deed=row["deed"],
        participant_id=row["participant_id"],
        about=row["about"],
        details=row["details"],
    )
