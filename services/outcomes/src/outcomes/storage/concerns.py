"""Concerns and their trails."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.concerns import Concern
from outcomes.storage.standings import is_here
from outcomes.storage.tables import ASSESSMENTS, CONCERN_TRAIL, CONCERNS, KIT, PEOPLE, QUESTIONNAIRES
from outcomes.use_cases.views import ListedConcern, TrailEntry
from service_kit import rows

RAISED, ACKNOWLEDGED = 1, 2
BY_THE_SERVICE = "outcomes"

NEWEST_COMMENT = (
    select(ASSESSMENTS.c.comment)
    .where(ASSESSMENTS.c.questionnaire_id == CONCERNS.c.questionnaire_id)
    .order_by(ASSESSMENTS.c.sequence.desc())
    .limit(1)
    .scalar_subquery()
)
LISTED = (
    select(CONCERNS, PEOPLE.c.display_name, QUESTIONNAIRES.c.time_point, NEWEST_COMMENT.label("comment"))
    .join(QUESTIONNAIRES, QUESTIONNAIRES.c.questionnaire_id == CONCERNS.c.questionnaire_id)
    .outerjoin(PEOPLE, PEOPLE.c.participant_id == CONCERNS.c.participant_id)
)
NAMES = KIT.credentials
# What is open about somebody who has died or was erased is set aside; a death that was none brings it back.
SHOWN: Mapping[str, ColumnElement[bool]] = {
    "open": (CONCERNS.c.status == "open") & is_here(CONCERNS.c.participant_id),
    "set_aside": (CONCERNS.c.status == "open") & ~is_here(CONCERNS.c.participant_id),
    "acknowledged": CONCERNS.c.status == "acknowledged",
}


def row_of(concern: Concern) -> dict[str, Any]:
    """A concern as its row."""
    return {name: getattr(concern, name) for name in Concern.__dataclass_fields__}


async def add_new(conn: AsyncConnection, concerns: Sequence[Concern]) -> Sequence[UUID]:
    """Keep the concerns that were not raised before, begin their trails, and say which they are."""
    new = set(await rows.insert_new(conn, CONCERNS, [row_of(one) for one in concerns], returning="concern_id"))
    begun = [_entry(one, RAISED, "raised", BY_THE_SERVICE) for one in concerns if one.concern_id in new]
    await rows.insert(conn, CONCERN_TRAIL, begun)
    return sorted(new)


async def locked(conn: AsyncConnection, concern_id: UUID) -> Concern | None:
    """The concern, locked until the transaction ends."""
    query = select(CONCERNS).where(CONCERNS.c.concern_id == concern_id).with_for_update()
    row = (await conn.execute(query)).mappings().one_or_none()
    return None if row is None else Concern(**row)


async def save(conn: AsyncConnection, concern: Concern) -> None:
    """Keep what became of a concern, and add it to its trail."""
    await rows.update(conn, CONCERNS, [row_of(concern)])
    await rows.insert(conn, CONCERN_TRAIL, [_entry(concern, ACKNOWLEDGED, concern.status, concern.acknowledged_by or "")])


async def listed(conn: AsyncConnection, *, status: str, limit: int) -> tuple[Sequence[ListedConcern], int]:
    """Concerns of a list, the oldest first, and how many there are in all."""
    found = await conn.execute(LISTED.where(SHOWN[status]).order_by(CONCERNS.c.raised_at, CONCERNS.c.concern_id).limit(limit))
    total = await conn.execute(select(func.count()).select_from(CONCERNS).where(SHOWN[status]))
    return [_listed(dict(row)) for row in found.mappings()], total.scalar_one()


async def one(conn: AsyncConnection, concern_id: UUID) -> tuple[ListedConcern, Sequence[TrailEntry]] | None:
    """A concern and its trail."""
    row = (await conn.execute(LISTED.where(CONCERNS.c.concern_id == concern_id))).mappings().one_or_none()
    if row is None:
        return None
    trail = await conn.execute(
        select(CONCERN_TRAIL.c.happened_at, CONCERN_TRAIL.c.what, CONCERN_TRAIL.c.by, CONCERN_TRAIL.c.note, NAMES.c.name)
        .outerjoin(NAMES, cast(NAMES.c.id, Text) == CONCERN_TRAIL.c.by)
        .where(CONCERN_TRAIL.c.concern_id == concern_id)
        .order_by(CONCERN_TRAIL.c.number)
    )
    entries = [
        TrailEntry(happened_at=one.happened_at, what=one.what, by=one.name or one.by, note=one.note) for one in trail.all()
    ]
    return _listed(dict(row)), entries


def _listed(row: dict[str, Any]) -> ListedConcern:
    name, time_point, comment = row.pop("display_name"), row.pop("time_point"), row.pop("comment")
    concern = Concern(**row)
    return ListedConcern(
        concern=concern,
        display_name=name,
        time_point=time_point,
        comment=comment if concern.kind == "comment" else None,
    )


def _entry(concern: Concern, number: int, what: str, by: str) -> dict[str, Any]:
    return {
        "concern_id": concern.concern_id,
        "number": number,
        "happened_at": concern.acknowledged_at or concern.raised_at,
        "what": what,
        "by": by,
        "note": concern.note,
    }
