"""What staff see, in plain SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduling.domain.cohorts import CANCELLED
from scheduling.domain.offers import Offer
from scheduling.domain.programmes import Programme
from scheduling.storage.audit import audit
from scheduling.storage.day import day_of
from scheduling.storage.make_up_reads import make_up_sheet
from scheduling.storage.offers import OfferRows
from scheduling.storage.place_reads import offered_people, place_sheet, suggestions_for
from scheduling.storage.progress import progress_of
from scheduling.storage.register_sheets import register_history, register_sheet
from scheduling.storage.task_reads import task, tasks
from scheduling.storage.waiting_list import waiting_list
from scheduling.use_cases.look_up import (
    Audit,
    CohortDetail,
    CohortSummary,
    MakeUpSheet,
    OfferedPerson,
    OfferSheet,
    ParticipantPlace,
    PlaceLine,
    PlaceSheet,
    SessionLine,
    SuggestedCohort,
    WaitingPerson,
)
from scheduling.use_cases.look_up_day import Day
from scheduling.use_cases.look_up_register import HistoryLine, PersonsProgress, RegisterSheet
from scheduling.use_cases.look_up_tasks import ShownTask
from scheduling.use_cases.offering import Offering

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
    SELECT {_COHORT_COLUMNS}, rooms.name AS room, lead.name AS lead, cover.name AS cover, c.employer
    FROM cohorts c JOIN sites s USING (site_id) LEFT JOIN places p USING (cohort_id)
    LEFT JOIN rooms USING (room_id)
    LEFT JOIN facilitators lead ON lead.facilitator_id = c.lead_id
    LEFT JOIN facilitators cover ON cover.facilitator_id = c.cover_id
    WHERE c.cohort_id = :cohort_id
    GROUP BY c.cohort_id, s.name, rooms.name, lead.name, cover.name
""")  # noqa: S608 - columns from above

OWED_THEMES = text("""
    SELECT theme FROM sessions CROSS JOIN jsonb_array_elements_text(themes) AS theme
    WHERE cohort_id = :cohort_id GROUP BY theme HAVING bool_and(status = 'cancelled') ORDER BY min(number)
""")

SESSIONS_OF_COHORT = text("""
    SELECT session_id, number, starts_at, ends_at, sessions.status, themes, sites.name || ', ' || rooms.name AS elsewhere,
        CASE WHEN sessions.status = 'held' THEN (
            SELECT count(*) FROM attendance a WHERE a.session_id = sessions.session_id AND a.status = 'present'
        ) END AS present
    FROM sessions LEFT JOIN rooms USING (room_id) LEFT JOIN sites USING (site_id) WHERE cohort_id = :cohort_id ORDER BY number
""")

PLACES_OF_COHORT = text("""
    SELECT place_id, participant_id, display_name, status, seat, close_attention, sessions_attended, sessions_run
    FROM places LEFT JOIN people USING (participant_id)
    WHERE cohort_id = :cohort_id ORDER BY seat NULLS LAST, place_id
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


OFFERED_SESSIONS = text("""
    SELECT site_id, sites.name AS site_name, starts_at, sessions.status
    FROM cohorts JOIN sites USING (site_id) JOIN sessions USING (cohort_id)
    WHERE cohort_id = :cohort_id ORDER BY starts_at
""")


class StoredReads:
    """Answers on connections of its own."""

    def __init__(self, engine: AsyncEngine, *, offering: Offering) -> None:
        self._engine = engine
        self._offering = offering

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
                owed=list((await conn.execute(OWED_THEMES, key)).scalars()),
                sessions=[SessionLine(**row) for row in (await conn.execute(SESSIONS_OF_COHORT, key)).mappings()],
                places=[PlaceLine(**row) for row in (await conn.execute(PLACES_OF_COHORT, key)).mappings()],
            )

    async def register(self, session_id: UUID, *, programmes: Mapping[str, Programme], now: datetime) -> RegisterSheet | None:
        """The register of one session, entered or still to be."""
        async with self._engine.connect() as conn:
            return await register_sheet(conn, session_id, programmes=programmes, now=now)

    async def register_history(self, session_id: UUID) -> Sequence[HistoryLine]:
        """Every entry of a session's register, whatever became of it."""
        async with self._engine.connect() as conn:
            return await register_history(conn, session_id)

    async def progress(self, *, cohort_id: UUID, participant_id: UUID) -> PersonsProgress | None:
        """What one person has done in a cohort."""
        async with self._engine.connect() as conn:
            return await progress_of(conn, cohort_id=cohort_id, participant_id=participant_id)

    async def day(self, *, member_id: UUID, sites: Sequence[str], now: datetime) -> Day:
        """The day of a member of staff."""
        async with self._engine.connect() as conn:
            return await day_of(conn, member_id=member_id, sites=sites, now=now)

    async def tasks(
        self, *, unfinished: bool, kinds: Sequence[str], sites: Sequence[str], set_aside: bool = False
    ) -> list[ShownTask]:
        """Tasks of these kinds: the unfinished, urgent and earliest due first, or the latest others."""
        async with self._engine.connect() as conn:
            return await tasks(conn, unfinished=unfinished, kinds=kinds, sites=sites, set_aside=set_aside)

    async def task(self, task_id: UUID) -> ShownTask | None:
        """One task."""
        async with self._engine.connect() as conn:
            return await task(conn, task_id)

    async def waiting(self, *, now: datetime) -> list[WaitingPerson]:
        """The waiting list, longest waiting first, each with the reason as it is now."""
        async with self._engine.connect() as conn:
            return await waiting_list(conn, reach=self._offering.reach, now=now)

    async def places_of(self, participant_id: UUID, *, now: datetime) -> list[ParticipantPlace]:
        """Where one person stands, the latest place last."""
        async with self._engine.connect() as conn:
            found = (await conn.execute(PLACES_OF_PARTICIPANT, {"participant_id": participant_id, "now": now})).mappings()
            return [ParticipantPlace(**row) for row in found]

    async def offered(self) -> list[OfferedPerson]:
        """Everybody who has an offer that stands, the first to end first."""
        async with self._engine.connect() as conn:
            return await offered_people(conn)

    async def place(self, place_id: UUID, *, sites: Sequence[str], now: datetime) -> PlaceSheet | None:
        """One place and what can be done about it."""
        async with self._engine.connect() as conn:
            return await place_sheet(conn, place_id, sites=sites, offering=self._offering, now=now)

    async def make_ups(self, place_id: UUID, *, sites: Sequence[str], now: datetime) -> MakeUpSheet | None:
        """What somebody is owed, and the sessions elsewhere that make up for it or could."""
        async with self._engine.connect() as conn:
            return await make_up_sheet(conn, place_id, sites=sites, offering=self._offering, now=now)

    async def suggestions(self, programme: str, *, most: int, now: datetime) -> list[SuggestedCohort]:
        """Where and when the next cohorts of a programme should open."""
        async with self._engine.connect() as conn:
            return await suggestions_for(conn, programme, most=most, offering=self._offering, now=now)

    async def offer(self, token: str) -> OfferSheet | None:
        """The offer that a token opens."""
        async with self._engine.connect() as conn:
            return await _sheet(conn, await OfferRows(conn).by_token(token))

    async def offer_of_place(self, place_id: UUID) -> OfferSheet | None:
        """The latest offer of a place."""
        async with self._engine.connect() as conn:
            return await _sheet(conn, await OfferRows(conn).of_place(place_id))

    async def audit(self, *, now: datetime) -> Audit:
        """Counts of the journey so far, and what should never be."""
        async with self._engine.connect() as conn:
            # One snapshot, so that what changes meanwhile can't look like a contradiction.
            await conn.execution_options(isolation_level="REPEATABLE READ")
            return await audit(conn, offering=self._offering, now=now)


async def _sheet(conn: AsyncConnection, offer: Offer | None) -> OfferSheet | None:
    if offer is None:
        return None
    rows = (await conn.execute(OFFERED_SESSIONS, {"cohort_id": offer.cohort_id})).all()
    return OfferSheet(
        offer=offer,
        site_id=rows[0].site_id,
        site_name=rows[0].site_name,
        sessions=[row.starts_at for row in rows if row.status != CANCELLED],
    )
