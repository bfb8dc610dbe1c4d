"""What pages, programs and the audit read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, and_, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from outcomes.domain.assessment import Assessment
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.statistics_of_sums import Sums
from outcomes.storage import concerns, drafts, reports
from outcomes.storage.repositories import NEWEST_ASSESSMENTS, assessment_from, questionnaire_from, signposting_from
from outcomes.storage.standings import is_here
from outcomes.storage.tables import (
    ASSESSMENTS,
    ENROLMENTS,
    FIRST_ENTRIES,
    KIT,
    PEOPLE,
    PLACES,
    QUESTIONNAIRES,
    SIGNPOSTING,
    TAKEN_UP,
)
from outcomes.use_cases.save_draft import Draft
from outcomes.use_cases.views import (
    Audit,
    Listed,
    ListedConcern,
    Measured,
    ParticipantResults,
    ReportFilter,
    TrailEntry,
    Version,
    WorkList,
)

IN_THE_ROOM = ("CHAIR-STAND", "ACTIVITY")

FUNNEL = """
SELECT
    count(*) FILTER (WHERE status = 'due') AS questionnaires_due,
    count(*) FILTER (WHERE status IN ('due', 'completed', 'missed', 'late')) AS questionnaires_asked,
    count(*) FILTER (WHERE status = 'completed' AND time_point = 'baseline') AS baseline_completed,
    count(*) FILTER (WHERE status = 'completed' AND time_point = 'end') AS end_completed,
    (SELECT count(*) FROM questionnaires AS baseline JOIN questionnaires AS later USING (enrolment_id)
     WHERE baseline.time_point = 'baseline' AND baseline.status = 'completed'
       AND later.time_point = 'end' AND later.status = 'completed') AS assessed,
    count(*) FILTER (WHERE status = 'missed') AS missed,
    count(*) FILTER (WHERE status = 'late') AS late,
    sum(reminded) AS reminders,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
    (SELECT count(*) FROM signposting) AS signposted
FROM questionnaires
"""

PROBLEMS = (
    (
        "SELECT 'Questionnaire ' || questionnaire_id || ' is completed but has no score.' FROM questionnaires"
        " WHERE status IN ('completed', 'late') AND NOT EXISTS"
        " (SELECT FROM assessments WHERE assessments.questionnaire_id = questionnaires.questionnaire_id)"
    ),
    (
        "SELECT DISTINCT 'Assessment ' || assessment_id || ' belongs to a questionnaire that was not asked.'"
        " FROM assessments JOIN questionnaires USING (questionnaire_id) WHERE status = 'planned' AND due_at > entered_at"
    ),
    (
        "SELECT 'Enrolment ' || enrolment_id || ' has ' || count(*) || ' questionnaires for the time point ' || time_point || '.'"
        " FROM questionnaires GROUP BY enrolment_id, time_point HAVING count(*) > 1"
    ),
    (
        "SELECT 'Questionnaire ' || questionnaire_id || ' should have been closed at ' || closes_at || '.' FROM questionnaires"
        " WHERE status IN ('planned', 'due') AND closes_at <= :now"
    ),
    (
        "SELECT 'Questionnaire ' || questionnaire_id || ' should have been opened at ' || due_at || '.' FROM questionnaires"
        " WHERE status = 'planned' AND due_at <= :now AND closes_at > :now"
    ),
    (
        "SELECT 'Enrolment ' || enrolment_id || ' has an end assessment but no signposting.' FROM questionnaires"
        " WHERE status = 'completed' AND time_point = 'end' AND NOT EXISTS"
        " (SELECT FROM signposting WHERE signposting.enrolment_id = questionnaires.enrolment_id)"
    ),
    (
        "SELECT 'Enrolment ' || enrolment_id || ' is withdrawn but questionnaire ' || questionnaire_id || ' is ' "
        " || questionnaires.status || '.' FROM questionnaires JOIN enrolments USING (enrolment_id)"
        " WHERE enrolments.status = 'withdrawn' AND questionnaires.status IN ('planned', 'due')"
    ),
)


async def next_opening(conn: AsyncConnection) -> datetime | None:
    """When the next planned questionnaire is due."""
    due_at = select(func.min(QUESTIONNAIRES.c.due_at)).where(QUESTIONNAIRES.c.status == "planned")
    soonest: datetime | None = (await conn.execute(due_at)).scalar_one()
    return soonest


async def next_reminder(conn: AsyncConnection) -> datetime | None:
    """When the next reminder is due."""
    soonest: datetime | None = (await conn.execute(select(func.min(QUESTIONNAIRES.c.next_reminder_at)))).scalar_one()
    return soonest


async def next_closing(conn: AsyncConnection) -> datetime | None:
    """When the next open questionnaire closes."""
    closes_at = select(func.min(QUESTIONNAIRES.c.closes_at)).where(QUESTIONNAIRES.c.status.in_(("planned", "due")))
    soonest: datetime | None = (await conn.execute(closes_at)).scalar_one()
    return soonest


class Reads:
    """Reading on one connection; nothing is locked."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def by_token(self, token: str) -> Questionnaire | None:
        """The questionnaire that a token opens."""
        return await self._one(select(QUESTIONNAIRES).where(QUESTIONNAIRES.c.token == token))

    async def by_id(self, questionnaire_id: UUID) -> Questionnaire | None:
        """The questionnaire of this id."""
        return await self._one(select(QUESTIONNAIRES).where(QUESTIONNAIRES.c.questionnaire_id == questionnaire_id))

    async def work_list(
        self, *, status: str | None, participant_id: UUID | None, time_point: str | None, limit: int, offset: int
    ) -> WorkList:
        """Questionnaires, the one that closes first at the top; planned ones only if asked for by status."""
        conditions = [
            _in_list(status),
            # Who asks for one person sees all of theirs; on the list of what is to be done the dead and the erased don't stand.
            QUESTIONNAIRES.c.participant_id == participant_id if participant_id else is_here(QUESTIONNAIRES.c.participant_id),
            *([QUESTIONNAIRES.c.time_point == time_point] if time_point else []),
        ]
        found = await self._conn.execute(
            select(QUESTIONNAIRES, PEOPLE.c.display_name)
            .outerjoin(PEOPLE, PEOPLE.c.participant_id == QUESTIONNAIRES.c.participant_id)
            .where(and_(*conditions))
            .order_by(QUESTIONNAIRES.c.closes_at, QUESTIONNAIRES.c.questionnaire_id)
            .limit(limit)
            .offset(offset)
        )
        total = (await self._conn.execute(select(func.count()).select_from(QUESTIONNAIRES).where(and_(*conditions)))).scalar_one()
        return WorkList(listed=tuple(_listed(dict(row)) for row in found.mappings()), total=total)

    async def name_of(self, participant_id: UUID) -> str | None:
        """A person's name, where it is known."""
        query = select(PEOPLE.c.display_name).where(PEOPLE.c.participant_id == participant_id)
        return (await self._conn.execute(query)).scalar_one_or_none()

    async def newest_answers(self, questionnaire_id: UUID) -> Assessment | None:
        """The newest results of one questionnaire."""
        query = NEWEST_ASSESSMENTS.where(ASSESSMENTS.c.questionnaire_id == questionnaire_id)
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else assessment_from(dict(row))

    async def draft(self, questionnaire_id: UUID) -> Draft:
        """What was answered and not sent yet."""
        return await drafts.of(self._conn, questionnaire_id)

    async def language_of(self, enrolment_id: UUID) -> str:
        """The language that the person asked for."""
        query = select(ENROLMENTS.c.language).where(ENROLMENTS.c.enrolment_id == enrolment_id)
        return (await self._conn.execute(query)).scalar_one_or_none() or "en"

    async def concerns(self, *, status: str, limit: int) -> tuple[Sequence[ListedConcern], int]:
        """Concerns of a status, the oldest first, and how many there are in all."""
        return await concerns.listed(self._conn, status=status, limit=limit)

    async def concern(self, concern_id: UUID) -> tuple[ListedConcern, Sequence[TrailEntry]] | None:
        """A concern and its trail."""
        return await concerns.one(self._conn, concern_id)

    async def history(self, questionnaire_id: UUID) -> Sequence[Version]:
        """Every version of a questionnaire's results, the newest first, with who entered it."""
        found = await self._conn.execute(
            select(ASSESSMENTS, KIT.credentials.c.name)
            .outerjoin(KIT.credentials, cast(KIT.credentials.c.id, Text) == ASSESSMENTS.c.entered_by)
            .where(ASSESSMENTS.c.questionnaire_id == questionnaire_id)
            .order_by(ASSESSMENTS.c.sequence.desc())
        )
        return [_version(dict(row)) for row in found.mappings()]

    async def first_entry(self, questionnaire_id: UUID) -> Mapping[str, Answers] | None:
        """The first of two entries of a paper form, that waits for its second."""
        query = select(FIRST_ENTRIES.c.answers).where(FIRST_ENTRIES.c.questionnaire_id == questionnaire_id)
        found: Mapping[str, Answers] | None = (await self._conn.execute(query)).scalar_one_or_none()
        return found

    async def measured(self, cohort_id: UUID, *, time_point: str) -> Sequence[Measured]:
        """The people of a cohort who are asked at a time point, with what was measured, by name."""
        newest = NEWEST_ASSESSMENTS.subquery()
        found = await self._conn.execute(
            select(QUESTIONNAIRES, PEOPLE.c.display_name, newest.c.answers)
            .join(PLACES, PLACES.c.enrolment_id == QUESTIONNAIRES.c.enrolment_id)
            .outerjoin(PEOPLE, PEOPLE.c.participant_id == QUESTIONNAIRES.c.participant_id)
            .outerjoin(newest, newest.c.questionnaire_id == QUESTIONNAIRES.c.questionnaire_id)
            .where(
                PLACES.c.cohort_id == cohort_id,
                QUESTIONNAIRES.c.time_point == time_point,
                QUESTIONNAIRES.c.status != "cancelled",
                is_here(QUESTIONNAIRES.c.participant_id),
            )
            .order_by(PEOPLE.c.display_name, QUESTIONNAIRES.c.questionnaire_id)
        )
        return [_measured(dict(row)) for row in found.mappings()]

    async def report_sums(self, wanted: ReportFilter) -> Mapping[str, Mapping[str, Sums]]:
        """The sums that a report is worked out from, by the group that is asked for."""
        return await reports.sums_of(self._conn, wanted)

    async def participant(self, participant_id: UUID) -> ParticipantResults:
        """All that is known of one participant; empty where nothing is."""
        mine = QUESTIONNAIRES.c.participant_id == participant_id
        questionnaires = await self._rows(select(QUESTIONNAIRES).where(mine).order_by(QUESTIONNAIRES.c.due_at))
        newest = await self._rows(NEWEST_ASSESSMENTS.where(ASSESSMENTS.c.participant_id == participant_id))
        issued = await self._rows(select(SIGNPOSTING).where(SIGNPOSTING.c.participant_id == participant_id))
        ids = [row["signposting_id"] for row in issued]
        taken = await self._rows(select(TAKEN_UP).where(TAKEN_UP.c.signposting_id.in_(ids)))
        by_enrolment: dict[UUID, dict[str, Assessment]] = {}
        for row in newest:
            by_enrolment.setdefault(row["enrolment_id"], {})[row["time_point"]] = assessment_from(row)
        return ParticipantResults(
            questionnaires=tuple(questionnaire_from(row) for row in questionnaires),
            newest=by_enrolment,
            signposting={row["enrolment_id"]: signposting_from(row) for row in issued},
            taken_up=frozenset((row["signposting_id"], row["code"]) for row in taken),
        )

    async def audit(self, *, now: datetime) -> Audit:
        """The funnel, and every contradiction that the tables hold."""
        funnel: Mapping[str, int] = dict((await self._conn.execute(text(FUNNEL))).mappings().one())
        problems: list[str] = []
        for query in PROBLEMS:
            parameters = {"now": now} if ":now" in query else {}
            problems.extend((await self._conn.execute(text(query), parameters)).scalars())
        return Audit(funnel=funnel, problems=tuple(problems))

    async def _one(self, query: Select[Any]) -> Questionnaire | None:
        found = await self._rows(query)
        return questionnaire_from(found[0]) if found else None

    async def _rows(self, query: Select[Any]) -> Sequence[dict[str, Any]]:
        return [dict(row) for row in (await self._conn.execute(query)).mappings()]


def _in_list(status: str | None) -> ColumnElement[bool]:
    if status == "reminded":
        return and_(QUESTIONNAIRES.c.status == "due", QUESTIONNAIRES.c.reminded > 0)
    return QUESTIONNAIRES.c.status == status if status else QUESTIONNAIRES.c.status != "planned"


def _measured(row: dict[str, Any]) -> Measured:
    name, answers = row.pop("display_name"), row.pop("answers") or {}
    taken = {code: given for code, given in answers.items() if code in IN_THE_ROOM}
    return Measured(questionnaire=questionnaire_from(row), display_name=name, measured=taken)


def _version(row: dict[str, Any]) -> Version:
    name = row.pop("name")
    assessment = assessment_from(row)
    return Version(assessment=assessment, entered_by=name or assessment.entered_by)


def _listed(row: dict[str, Any]) -> Listed:
    name = row.pop("display_name")
    return Listed(questionnaire=questionnaire_from(row), display_name=name)
