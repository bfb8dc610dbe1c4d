"""What the registers say: the entries as they were made, and what counts of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.make_ups import Attended
from scheduling.domain.register_contents import content_from
from scheduling.domain.register_entries import Made, RegisterEntry
from scheduling.storage import tables
from service_kit import rows

ENTRIES = (
    select(tables.register_entries)
    .where(tables.register_entries.c.session_id == bindparam("session_id", type_=Uuid))
    .order_by(tables.register_entries.c.position)
)

ATTENDED = text("""
    SELECT a.place_id, s.starts_at, s.themes, a.status, s.cohort_id = p.cohort_id AS is_own,
        coalesce(m.status = 'coming' AND m.of_cohort_id = p.cohort_id, false) AS makes_up
    FROM attendance a JOIN sessions s USING (session_id) JOIN places p USING (place_id)
    LEFT JOIN make_ups m USING (session_id, place_id)
    WHERE a.place_id = ANY (:ids) ORDER BY s.starts_at
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

# What was written about somebody in free words goes; that they were there, and what they did, stays as the care record has it.
FORGET_WORDS = text("""
    UPDATE register_entries SET
        content = content || CASE kind
            WHEN 'attendance' THEN '{"excuse": ""}'
            WHEN 'exercise' THEN '{"level": "", "note": ""}'
            WHEN 'goals' THEN '{"goals": "erased", "action_plan": ""}'
            WHEN 'review' THEN '{"review": ""}'
            WHEN 'incident' THEN '{"what": "erased", "done": ""}'
            ELSE '{}' END::jsonb,
        reason = CASE WHEN reason = '' THEN '' ELSE 'erased' END
    WHERE place_id IN (SELECT place_id FROM places WHERE participant_id = ANY (:ids))
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

FORGET_OUTCOMES = text("UPDATE tasks SET outcome = 'erased' WHERE participant_id = ANY (:ids) AND outcome <> ''").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)


class RegisterRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def entries_of(self, session_id: UUID) -> list[RegisterEntry]:
        """Every entry of the session's register, in the order in which they arrived."""
        found = (await self._conn.execute(ENTRIES, {"session_id": session_id})).mappings()
        return [entry_of(row) for row in found]

    async def keep_entries(self, added: Sequence[RegisterEntry], *, changed: Sequence[RegisterEntry]) -> None:
        """Store new entries, and how others stand now."""
        # What stood steps down first: of each slot the database lets one entry stand.
        await rows.update(
            self._conn,
            tables.register_entries,
            [{"entry_id": entry.entry_id, "standing": entry.standing} for entry in changed],
        )
        await rows.insert(self._conn, tables.register_entries, [_columns(entry) for entry in added])

    async def forget_words(self, participant_ids: Sequence[UUID]) -> None:
        """Forget what was written about these people in free words: excuses, notes, goals, incidents, how tasks ended."""
        await self._conn.execute(FORGET_WORDS, {"ids": list(participant_ids)})
        await self._conn.execute(FORGET_OUTCOMES, {"ids": list(participant_ids)})

    async def keep(self, session_id: UUID, statuses: Mapping[UUID, str], *, recorded_by: UUID, now: datetime) -> None:
        """Store by place what counts; what was stored for these places is replaced."""
        await rows.upsert(
            self._conn,
            tables.attendance,
            [
                {
                    "session_id": session_id,
                    "place_id": place_id,
                    "status": status,
                    "recorded_by": recorded_by,
                    "recorded_at": now,
                }
                for place_id, status in statuses.items()
            ],
        )

    async def attended(self, place_ids: Sequence[UUID]) -> Mapping[UUID, list[Attended]]:
        """The sessions with these places on their registers, by place."""
        of_places: dict[UUID, list[Attended]] = defaultdict(list)
        for row in await self._conn.execute(ATTENDED, {"ids": list(place_ids)}):
            one = Attended(
                starts_at=row.starts_at,
                themes=tuple(row.themes),
                status=row.status,
                is_own=bool(row.is_own),
                makes_up=row.makes_up,
            )
            of_places[row.place_id].append(one)
        return of_places


def entry_of(row: RowMapping) -> RegisterEntry:
    """An entry from a row of `register_entries`."""
    return RegisterEntry(
        entry_id=row["entry_id"],
        session_id=row["session_id"],
        place_id=row["place_id"],
        kind=row["kind"],
        slot=row["slot"],
        content=content_from(row["kind"], row["content"]),
        replaces=row["replaces"],
        made=Made(
            by=row["made_by"], name=row["made_by_name"], at=row["made_at"], received_at=row["received_at"], reason=row["reason"]
        ),
        standing=row["standing"],
    )


def _columns(entry: RegisterEntry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "session_id": entry.session_id,
        "place_id": entry.place_id,
        "kind": entry.kind,
        "slot": entry.slot,
        "content": asdict(entry.content),
        "replaces": entry.replaces,
        "reason": entry.made.reason,
        "made_by": entry.made.by,
        "made_by_name": entry.made.name,
        "made_at": entry.made.at,
        "received_at": entry.made.received_at,
        "standing": entry.standing,
    }
