"""Tasks for staff."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Text, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.tasks import UNFINISHED, Step, Task
from scheduling.storage import tables
from service_kit import rows

UNFINISHED_ABOUT = (
    select(tables.tasks)
    .where(
        tables.tasks.c.kind == bindparam("kind", type_=Text),
        tables.tasks.c.about == any_(bindparam("about", type_=ARRAY(Text))),
        tables.tasks.c.status.in_(UNFINISHED),
    )
    .order_by(tables.tasks.c.task_id)
    .with_for_update()
)

LOCKED_TASK = select(tables.tasks).where(tables.tasks.c.task_id == bindparam("task_id", type_=Uuid)).with_for_update()


OF_PLACES = text("""
    SELECT t.*, p.place_id FROM places p JOIN tasks t
        ON t.about = p.place_id::text
        OR t.about IN (SELECT offer_id::text FROM offers o WHERE o.place_id = p.place_id)
        OR t.about IN (SELECT entry_id::text FROM register_entries e WHERE e.place_id = p.place_id AND e.kind = 'incident')
        OR (t.kind = 'cannot_come' AND t.participant_id = p.participant_id AND t.cohort_id = p.cohort_id)
    WHERE p.place_id = ANY (:ids) ORDER BY t.task_id FOR UPDATE OF t
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class TaskRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def raise_(self, tasks: Sequence[Task]) -> None:
        """Store new tasks, except where an unfinished one is about the same thing."""
        await rows.insert_new(self._conn, tables.tasks, [_columns(task) for task in tasks], returning="task_id")

    async def unfinished(self, kind: str, about: Sequence[str]) -> list[Task]:
        """The unfinished tasks of a kind about these things, locked."""
        found = (await self._conn.execute(UNFINISHED_ABOUT, {"kind": kind, "about": list(about)})).mappings()
        return [task_of(row) for row in found]

    async def of_places(self, place_ids: Sequence[UUID]) -> Mapping[UUID, list[Task]]:
        """The tasks about these places, finished ones too, locked; by place."""
        found: dict[UUID, list[Task]] = defaultdict(list)
        if place_ids:
            for row in (await self._conn.execute(OF_PLACES, {"ids": list(place_ids)})).mappings():
                found[row["place_id"]].append(task_of(row))
        return found

    async def locked(self, task_id: UUID) -> Task | None:
        """One task, locked."""
        row = (await self._conn.execute(LOCKED_TASK, {"task_id": task_id})).mappings().one_or_none()
        return task_of(row) if row else None

    async def change(self, tasks: Sequence[Task]) -> None:
        """Store tasks that are there already."""
        await rows.update(self._conn, tables.tasks, [_columns(task) for task in tasks])


def task_of(row: RowMapping) -> Task:
    """A task from a row of `tasks`."""
    return Task(
        task_id=row["task_id"],
        kind=row["kind"],
        about=row["about"],
        status=row["status"],
        cohort_id=row["cohort_id"],
        session_id=row["session_id"],
        participant_id=row["participant_id"],
        raised_at=row["raised_at"],
        due_at=row["due_at"],
        acknowledged=_step(row, "acknowledged"),
        finished=_step(row, "finished"),
        outcome=row["outcome"],
    )


def _step(row: RowMapping, name: str) -> Step | None:
    if row[f"{name}_by"] is None:
        return None
    return Step(by=row[f"{name}_by"], name=row[f"{name}_by_name"], at=row[f"{name}_at"])


def _columns(task: Task) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(task, name) for name in task.__slots__ if name not in ("acknowledged", "finished")}
    for name, step in (("acknowledged", task.acknowledged), ("finished", task.finished)):
        columns |= {
            f"{name}_by": step.by if step else None,
            f"{name}_by_name": step.name if step else None,
            f"{name}_at": step.at if step else None,
        }
    return columns
