"""What staff see, in plain SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.allocation import Allocation, Seeker, waiting_reason
from scheduling.storage.repositories import CohortRows
from scheduling.use_cases.look_up import (
    Audit,
    CohortDetail,
    CohortSummary,
    ParticipantPlace,
    PlaceLine,
    RegisterLine,
    RegisterSheet,
    SessionLine,
    WaitingPerson,
)

_COHORT_COLUMNS = """
    c.cohort_id, c.site_id, s.name AS site_name, c.programme, c.status, c.capacity, c.close_attention_limit,
    c.first_session_at, c.last_session_at,
    count(p.seat) AS seats_taken,
    count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) AS close_attention
"""

COHORTS = text(f"""
    SELECT {_COHORT_COLUMNS}
    FROM cohorts c JOIN sites s USING (site_id) LEFT JOIN places p USING (cohort_id)
    WHERE (CAST(:status AS text) IS NULL OR c.status = :status) AND (cardinality(:sites) = 0 OR c.site_id = ANY (:sites))
    GROUP BY c.cohort_id, s.name
    ORDER BY c.first_session_at, c.cohort_id
""").bindparams(bindparam("sites", type_=ARRAY(Text)), bindparam("status", type_=Text))  # noqa: S608 - columns from above

COHORT = text(f"""
    SELECT {_COHORT_COLUMNS}
    FROM cohorts c JOIN sites s USING (site_id) LEFT JOIN places p USING (cohort_id)
    WHERE c.cohort_id = :cohort_id
    GROUP BY c.cohort_id, s.name
""")  # noqa: S608 - columns from above

SESSIONS_OF_COHORT = text("""
    SELECT session_id, number, starts_at, ends_at, status,
        CASE WHEN status = 'held' THEN (
            SELECT count(*) FROM attendance a WHERE a.session_id = sessions.session_id AND a.status = 'present'
        ) END AS present
    FROM sessions WHERE cohort_id = :cohort_id ORDER BY number
""")

PLACES_OF_COHORT = text("""
    SELECT place_id, participant_id, display_name, status, seat, close_attention, sessions_attended, sessions_run
    FROM places LEFT JOIN people USING (participant_id)
    WHERE cohort_id = :cohort_id ORDER BY seat NULLS LAST, place_id
""")

SESSION = text("""
    SELECT cohort_id, site_id, sites.name AS site_name, session_id, number, starts_at, ends_at, sessions.status
    FROM sessions JOIN cohorts USING (cohort_id) JOIN sites USING (site_id)
    WHERE session_id = :session_id
""")

REGISTER_LINES = text("""
    SELECT participant_id, display_name, emergency_contact_name, emergency_contact_phone, close_attention, a.status
    FROM places p LEFT JOIN people USING (participant_id)
    LEFT JOIN attendance a ON a.place_id = p.place_id AND a.session_id = :session_id
    WHERE p.cohort_id = :cohort_id AND p.status <> 'discontinued'
    ORDER BY display_name NULLS LAST, participant_id
""")

WAITING = text("""
    SELECT p.participant_id, display_name, p.programme, e.preferred_site, e.outward_code, p.close_attention, e.enrolled_at
    FROM places p JOIN enrolments e USING (enrolment_id) LEFT JOIN people ON people.participant_id = p.participant_id
    WHERE p.status = 'waiting' ORDER BY e.enrolled_at, e.enrolment_id
""")

PLACES_OF_PARTICIPANT = text("""
    SELECT place_id, p.programme, p.status, waiting_reason, cohort_id, site_id, sites.name AS site_name,
        first_session_at, last_session_at, sessions_attended, sessions_run,
        CASE WHEN p.seat IS NOT NULL THEN (
            SELECT min(starts_at) FROM sessions
            WHERE sessions.cohort_id = p.cohort_id AND sessions.status = 'planned' AND starts_at > :now
        ) END AS next_session_at
    FROM places p LEFT JOIN cohorts USING (cohort_id) LEFT JOIN sites USING (site_id)
    WHERE participant_id = :participant_id ORDER BY place_id
""")

FUNNEL = text("""
    SELECT
        (SELECT count(*) FROM enrolments) AS enrolled,
        (SELECT count(*) FROM enrolments WHERE status = 'withdrawn') AS withdrawn,
        count(*) FILTER (WHERE cohort_id IS NOT NULL) AS placed,
        count(*) FILTER (WHERE status = 'waiting') AS waiting,
        count(*) FILTER (WHERE sessions_attended > 0) AS started,
        count(*) FILTER (WHERE status IN ('placed', 'attending')) AS in_cohort,
        count(*) FILTER (WHERE status = 'completed') AS completed,
        count(*) FILTER (WHERE status = 'below_completion') AS below_completion,
        count(*) FILTER (WHERE status = 'never_started') AS never_started,
        count(*) FILTER (WHERE status = 'cut_short') AS cut_short,
        count(*) FILTER (WHERE status = 'discontinued') AS discontinued,
        (SELECT count(*) FROM cohorts) AS cohorts,
        (SELECT count(*) FROM sessions WHERE status = 'held') AS sessions_held,
        (SELECT count(*) FROM sessions WHERE status = 'planned' AND ends_at < :now) AS registers_missing
    FROM places
""")

# Each selects the sentences of what should never be. Not counted by the columns that the constraints are on, but by people.
PROBLEMS = text("""
    SELECT format('cohort %s has %s people in %s seats', c.cohort_id, count(*), c.capacity) AS problem
    FROM cohorts c JOIN places p USING (cohort_id) WHERE p.status <> 'discontinued'
    GROUP BY c.cohort_id HAVING count(*) > c.capacity
    UNION ALL
    SELECT format('session %s of cohort %s had %s people in %s seats', s.number, c.cohort_id, count(*), c.capacity)
    FROM sessions s JOIN cohorts c USING (cohort_id) JOIN attendance a USING (session_id) WHERE a.status = 'present'
    GROUP BY s.session_id, c.cohort_id HAVING count(*) > c.capacity
    UNION ALL
    SELECT format(
        'cohort %s has %s people who need close attention, its limit is %s', c.cohort_id, count(*), c.close_attention_limit
    )
    FROM cohorts c JOIN places p USING (cohort_id) WHERE p.status <> 'discontinued' AND p.close_attention
    GROUP BY c.cohort_id HAVING count(*) > c.close_attention_limit
    UNION ALL
    SELECT format('cohort %s counts %s seats and %s flagged people, it has %s and %s', c.cohort_id, c.seats_taken, c.flagged,
        count(p.seat), count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention))
    FROM cohorts c LEFT JOIN places p USING (cohort_id) GROUP BY c.cohort_id
    HAVING c.seats_taken <> count(p.seat)
        OR c.flagged <> count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention)
    UNION ALL
    SELECT format('place %s is %s without a cohort', place_id, status)
    FROM places WHERE cohort_id IS NULL AND status NOT IN ('waiting', 'discontinued')
    UNION ALL
    SELECT format('enrolment %s has %s live places', enrolment_id, count(*))
    FROM places WHERE status IN ('waiting', 'placed', 'attending') GROUP BY enrolment_id HAVING count(*) > 1
    UNION ALL
    SELECT format('enrolment %s has no place and does not wait', enrolment_id)
    FROM enrolments e WHERE status = 'enrolled' AND NOT EXISTS (SELECT FROM places p WHERE p.enrolment_id = e.enrolment_id)
    UNION ALL
    SELECT format('enrolment %s is withdrawn, its place %s is %s', enrolment_id, place_id, p.status)
    FROM enrolments e JOIN places p USING (enrolment_id)
    WHERE e.status = 'withdrawn' AND p.status IN ('waiting', 'placed', 'attending')
    UNION ALL
    SELECT format('place %s is %s in a cohort that is %s', place_id, p.status, c.status)
    FROM places p JOIN cohorts c USING (cohort_id)
    WHERE p.status IN ('placed', 'attending') AND c.status IN ('finished', 'cancelled')
""")


class StoredReads:
    """Answers on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def cohorts(self, *, status: str | None, sites: Sequence[str]) -> list[CohortSummary]:
        """The cohorts, earliest first."""
        async with self._engine.connect() as conn:
            found = (await conn.execute(COHORTS, {"status": status, "sites": list(sites)})).mappings()
            return [CohortSummary(**row) for row in found]

    async def cohort(self, cohort_id: UUID) -> CohortDetail | None:
        """One cohort with its sessions and people."""
        key = {"cohort_id": cohort_id}
        async with self._engine.connect() as conn:
            found = (await conn.execute(COHORT, key)).mappings().one_or_none()
            if found is None:
                return None
            return CohortDetail(
                **found,
                sessions=[SessionLine(**row) for row in (await conn.execute(SESSIONS_OF_COHORT, key)).mappings()],
                places=[PlaceLine(**row) for row in (await conn.execute(PLACES_OF_COHORT, key)).mappings()],
            )

    async def register(self, session_id: UUID) -> RegisterSheet | None:
        """The register of one session, recorded or still to be."""
        async with self._engine.connect() as conn:
            found = (await conn.execute(SESSION, {"session_id": session_id})).mappings().one_or_none()
            if found is None:
                return None
            key = {"session_id": session_id, "cohort_id": found["cohort_id"]}
            lines = [RegisterLine(**row) for row in (await conn.execute(REGISTER_LINES, key)).mappings()]
            return RegisterSheet(**found, lines=lines)

    async def waiting(self, *, now: datetime) -> list[WaitingPerson]:
        """The waiting list, longest enrolled first, each with the reason as it is now."""
        async with self._engine.connect() as conn:
            found = (await conn.execute(WAITING)).mappings().all()
            programmes = sorted({row["programme"] for row in found})
            wishes_met = await CohortRows(conn).wishes_met(programmes, now=now)
            left = Allocation(await CohortRows(conn).all_with_room(programmes, now=now))
        return [
            WaitingPerson(**row, reason=waiting_reason(seeker, wishes_met=wishes_met, has_room=left.has_room(seeker)))
            for row in found
            for seeker in [_seeker(row)]
        ]

    async def places_of(self, participant_id: UUID, *, now: datetime) -> list[ParticipantPlace]:
        """Where one person stands, the latest place last."""
        async with self._engine.connect() as conn:
            found = (await conn.execute(PLACES_OF_PARTICIPANT, {"participant_id": participant_id, "now": now})).mappings()
            return [ParticipantPlace(**row) for row in found]

    async def audit(self, *, now: datetime) -> Audit:
        """Counts of the journey so far, and what should never be."""
        async with self._engine.connect() as conn:
            # One snapshot, so that what changes meanwhile can't look like a contradiction.
            await conn.execution_options(isolation_level="REPEATABLE READ")
            funnel = (await conn.execute(FUNNEL, {"now": now})).mappings().one()
            problems = list((await conn.execute(PROBLEMS)).scalars())
            problems += await _waiting_beside_free_seats(conn, now)
        return Audit(funnel=dict(funnel), problems=problems)


async def _waiting_beside_free_seats(conn: AsyncConnection, now: datetime) -> list[str]:
    found = (await conn.execute(WAITING)).mappings().all()
    cohorts = await CohortRows(conn).all_with_room(sorted({row["programme"] for row in found}), now=now)
    left = Allocation(cohorts)
    return [
        f"participant {row['participant_id']} waits although cohort {cohort_id} has a seat"
        for row in found
        if (cohort_id := left.cohort_for(_seeker(row)))
    ]


def _seeker(row: Any) -> Seeker:
    return Seeker(
        programme=row["programme"],
        preferred_site=row["preferred_site"],
        outward_code=row["outward_code"],
        close_attention=row["close_attention"],
    )
