"""Tasks as staff see them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.tasks import KINDS
from scheduling.use_cases.look_up_tasks import ShownTask

MOST_SHOWN = 500

_SHOWN = """
    SELECT t.task_id, t.kind, t.status, t.kind = ANY (:urgent) AS urgent, c.site_id, sites.name AS site_name, t.cohort_id,
        t.session_id, s.number AS session_number, t.participant_id, display_name, e.content AS incident, t.raised_at, t.due_at,
        t.acknowledged_by_name, t.acknowledged_at, t.finished_by_name, t.finished_at, t.outcome
    FROM tasks t JOIN cohorts c USING (cohort_id) JOIN sites USING (site_id)
    LEFT JOIN sessions s ON s.session_id = t.session_id
    LEFT JOIN people USING (participant_id)
    LEFT JOIN register_entries e ON e.entry_id = CASE WHEN t.kind = 'incident' THEN CAST(t.about AS uuid) END
"""  # What tasks of other kinds are about is no id of an entry, and not always an id.
# Who has died or was erased needs nothing of what is about them alone; what happened in the room stays to be looked into.
_SET_ASIDE = """
    (t.kind <> 'incident' AND EXISTS (
        SELECT FROM standings gone WHERE gone.participant_id = t.participant_id AND gone.status IN ('deceased', 'erased')))
"""
_URGENT = bindparam("urgent", type_=ARRAY(Text))

TASKS = text(f"""
    {_SHOWN}
    WHERE (t.status IN ('open', 'acknowledged')) = :unfinished AND (NOT :unfinished OR {_SET_ASIDE} = :set_aside)
        AND (cardinality(:sites) = 0 OR c.site_id = ANY (:sites)) AND t.kind = ANY (:kinds)
    ORDER BY CASE WHEN :unfinished THEN t.kind = ANY (:urgent) END DESC, CASE WHEN :unfinished THEN t.due_at END,
        t.raised_at DESC, t.task_id
    LIMIT {MOST_SHOWN}
""").bindparams(
    _URGENT,
    bindparam("sites", type_=ARRAY(Text)),
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("unfinished", type_=Boolean),
    bindparam("set_aside", type_=Boolean),
)

TASK = text(f"{_SHOWN} WHERE t.task_id = :task_id").bindparams(_URGENT, bindparam("task_id", type_=Uuid))

_URGENT_KINDS = [code for code, kind in KINDS.items() if kind.urgent]


async def tasks(
    conn: AsyncConnection, *, unfinished: bool, kinds: Sequence[str], sites: Sequence[str], set_aside: bool = False
) -> list[ShownTask]:
    """Tasks of these kinds at these sites (none: all): the unfinished, urgent and earliest due first, or the latest others.

    Of the unfinished, those that are about somebody who has died or was erased are set aside, and listed when asked for.
    """
    wanted = {
        "unfinished": unfinished,
        "set_aside": set_aside,
        "kinds": list(kinds),
        "sites": list(sites),
        "urgent": _URGENT_KINDS,
    }
    return [ShownTask(**row) for row in (await conn.execute(TASKS, wanted)).mappings()]


async def task(conn: AsyncConnection, task_id: UUID) -> ShownTask | None:
    """One task."""
    row = (await conn.execute(TASK, {"task_id": task_id, "urgent": _URGENT_KINDS})).mappings().one_or_none()
    return ShownTask(**row) if row else None
