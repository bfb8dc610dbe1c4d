"""What people agreed to and wish, in the database."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.preferences import Preferences, Wishes
from enrolment.storage.form_tables import PREFERENCE_CHANGES, PREFERENCES
from service_kit import rows

_WISHES = ("language", "preferred_channel", "allows_sms", "allows_email", "shares_with_gp", "allows_marketing")


async def keep_preferences(conn: AsyncConnection, preferences: Preferences) -> None:
    """Write the preferences as they are, and add them to their history."""
    row = _row(preferences)
    await rows.upsert(conn, PREFERENCES, [row])
    await rows.insert(conn, PREFERENCE_CHANGES, [row])


async def preferences_of(conn: AsyncConnection, participant_id: UUID) -> Preferences | None:
    """Lock and return somebody's preferences; None if they were never asked."""
    query = select(PREFERENCES).where(PREFERENCES.c.participant_id == participant_id).with_for_update()
    row = (await conn.execute(query)).mappings().one_or_none()
    return None if row is None else _preferences(row)


async def wishes_of(conn: AsyncConnection, participant_ids: Sequence[UUID]) -> dict[UUID, Wishes]:
    """Return the wishes of those who were asked, by participant."""
    query = select(PREFERENCES).where(PREFERENCES.c.participant_id.in_(participant_ids))
    return {row["participant_id"]: _preferences(row).wishes for row in (await conn.execute(query)).mappings()}


def _preferences(row: Mapping[Any, Any]) -> Preferences:
    return Preferences(
        participant_id=row["participant_id"],
        sequence=row["sequence"],
        wishes=Wishes(**{name: row[name] for name in _WISHES}),
        source=row["source"],
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
    )


def _row(preferences: Preferences) -> dict[str, Any]:
    return {name: getattr(preferences.wishes, name) for name in _WISHES} | {
        "participant_id": preferences.participant_id,
        "sequence": preferences.sequence,
        "source": preferences.source,
        "changed_by": preferences.changed_by,
        "changed_at": preferences.changed_at,
    }
