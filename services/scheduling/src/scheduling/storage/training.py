"""Training days with their trainees."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.training import Trainee, TrainingDay
from scheduling.storage import tables
from service_kit import rows

_OWN = [one.name for one in fields(TrainingDay) if one.name != "trainees"]


class TrainingRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def locked(self, training_day_id: UUID) -> TrainingDay | None:
        """One training day, locked."""
        query = select(tables.training_days).where(tables.training_days.c.training_day_id == training_day_id).with_for_update()
        found = (await self._conn.execute(query)).mappings().one_or_none()
        return None if found is None else _day(found, await trainees_of(self._conn, [training_day_id]))

    async def keep(self, day: TrainingDay) -> None:
        """Store the day and its trainees as they are now."""
        await rows.upsert(self._conn, tables.training_days, [{name: getattr(day, name) for name in _OWN}])
        await rows.upsert(
            self._conn,
            tables.trainees,
            [
                {
                    "training_day_id": day.training_day_id,
                    "facilitator_id": one.facilitator_id,
                    "day_places": day.places,
                    "place": one.place,
                    "prerequisites": list(one.prerequisites),
                    "attendance": one.attendance,
                }
                for one in day.trainees
            ],
        )


class StoredTraining:
    """Answers on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def all(self) -> list[TrainingDay]:
        """Every training day, the latest first."""
        days = tables.training_days.c
        async with self._engine.connect() as conn:
            query = select(tables.training_days).order_by(days.held_on.desc(), days.training_day_id)
            found = (await conn.execute(query)).mappings().all()
            trainees = await trainees_of(conn, [row["training_day_id"] for row in found])
        return [_day(row, trainees) for row in found]


def _day(row: Mapping[Any, Any], trainees: Mapping[UUID, list[Trainee]]) -> TrainingDay:
    return TrainingDay(**{name: row[name] for name in _OWN}, trainees=tuple(trainees.get(row["training_day_id"], ())))


async def trainees_of(conn: AsyncConnection, training_day_ids: list[UUID]) -> Mapping[UUID, list[Trainee]]:
    """The trainees of these days, by day."""
    query = (
        select(tables.trainees).where(tables.trainees.c.training_day_id.in_(training_day_ids)).order_by(tables.trainees.c.place)
    )
    found: dict[UUID, list[Trainee]] = defaultdict(list)
    for row in await conn.execute(query):
        found[row.training_day_id].append(
            Trainee(
                facilitator_id=row.facilitator_id,
                place=row.place,
                prerequisites=tuple(row.prerequisites),
                attendance=row.attendance,
            )
        )
    return found
