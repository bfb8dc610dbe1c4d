"""What one person has done in a cohort."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.register_contents import EXERCISE, GOALS, REVIEW
from scheduling.domain.register_entries import RegisterEntry
from scheduling.storage.register_sheets import latest, shown_exercise
from scheduling.storage.registers import entry_of
from scheduling.use_cases.look_up_register import PersonsProgress, ShownGoals, ShownReview

PERSON = text("""
    SELECT participant_id, display_name, cohort_id, site_id, sites.name AS site_name, cohorts.programme
    FROM places JOIN cohorts USING (cohort_id) JOIN sites USING (site_id) LEFT JOIN people USING (participant_id)
    WHERE cohort_id = :cohort_id AND participant_id = :participant_id LIMIT 1
""")

ENTRIES = text("""
    SELECT e.*, s.number, s.starts_at FROM register_entries e JOIN sessions s USING (session_id) JOIN places p USING (place_id)
    LEFT JOIN make_ups m ON m.session_id = s.session_id AND m.place_id = p.place_id
    WHERE (s.cohort_id = :cohort_id OR m.of_cohort_id = :cohort_id) AND p.participant_id = :participant_id
        AND e.standing = 'current'
        AND (e.kind IN ('goals', 'review') OR (e.kind = 'exercise' AND NOT (e.content ->> 'removed')::boolean))
    ORDER BY s.starts_at, e.position
""")


async def progress_of(conn: AsyncConnection, *, cohort_id: UUID, participant_id: UUID) -> PersonsProgress | None:
    """What somebody did in a cohort, in the order of the sessions; None where they never had a place there."""
    key = {"cohort_id": cohort_id, "participant_id": participant_id}
    person = (await conn.execute(PERSON, key)).mappings().one_or_none()
    if person is None:
        return None
    rows = (await conn.execute(ENTRIES, key)).mappings().all()
    made: dict[str, list[RegisterEntry]] = {}
    for row in rows:
        made.setdefault(row["kind"], []).append(entry_of(row))
    return PersonsProgress(
        **person,
        exercises=[
            (row["starts_at"], shown_exercise(entry_of(row), number=row["number"])) for row in rows if row["kind"] == EXERCISE
        ],
        goals=latest(ShownGoals, made.get(GOALS, [])),
        review=latest(ShownReview, made.get(REVIEW, [])),
    )
