"""Synthetic cohorts for reports, through the service's own readers of enrolments and places, its questionnaires and scoring."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.assessment import Given
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.place import Place
from outcomes.domain.signposting import Directory
from outcomes.domain.time_points import Schedule
from outcomes.storage.reports import ReportRecords
from outcomes.storage.repositories import Records
from outcomes.storage.time_points import read_time_points
from outcomes.use_cases.ask_questionnaires import PlaceTold, Plans, ask_questionnaires
from outcomes.use_cases.fold_reports import fold_reports
from outcomes.use_cases.know_enrolment import EnrolmentTold, know_enrolments
from outcomes.use_cases.open_due_questionnaires import open_due_questionnaires
from outcomes.use_cases.record_answers import BY_PARTICIPANT, AnswersGiven, record_answers
from service_kit.ids import new_id
from support.outcomes_memory import MemoryAnnouncer

BEGAN = datetime(2025, 1, 6, 10, tzinfo=UTC)
FIRST, LAST = BEGAN + timedelta(days=14), BEGAN + timedelta(days=56)
MOMENTS = {"baseline": FIRST, "end": LAST + timedelta(days=1), "followup_6m": LAST + timedelta(days=183)}
Answers = Mapping[str, Mapping[str, int]]


@dataclass(kw_only=True)
class Cohort:
    """People of one made-up site, and what each of them answers at each time point."""

    conn: AsyncConnection
    site: str
    people: list[tuple[Enrolment, UUID]] = field(default_factory=list)
    schedule: Schedule = field(default_factory=lambda: read_time_points(None))

    cohort_id: UUID = field(default_factory=new_id)

    async def enrol(self, number: int) -> None:
        """So many people are enrolled and have a place."""
        self.people = [(self._enrolment(), new_id()) for _ in range(number)]
        records, announcer = Records(self.conn), MemoryAnnouncer()
        await know_enrolments([EnrolmentTold(enrolment=one) for one, _ in self.people], records=records, announcer=announcer)
        await self._tell([self._place(one, place_id) for one, place_id in self.people], at=BEGAN)

    async def finish(self, *, completed: int | None = None) -> None:
        """The programme is over; `completed` of the people (all, if left out) came to at least 9 of the 12 sessions."""
        enough = len(self.people) if completed is None else completed
        finished = [self._place(one, place_id, done=place < enough) for place, (one, place_id) in enumerate(self.people)]
        await self._tell(finished, at=LAST)

    async def answer(self, point: str, answers: Mapping[int, Answers]) -> None:
        """The person of each number answers a time point's questionnaire when it is due."""
        now, records, announcer = MOMENTS[point], Records(self.conn), MemoryAnnouncer()
        while await open_due_questionnaires(records=records, announcer=announcer, now=now):
            pass
        asked = await records.questionnaires([one.enrolment_id for one, _ in self.people])
        questionnaires = {one.enrolment_id: one.questionnaire_id for one in asked if one.time_point == point}
        for number, given in answers.items():
            enrolment_id = self.people[number][0].enrolment_id
            told = AnswersGiven(
                enrolment_id=enrolment_id,
                questionnaire_id=questionnaires[enrolment_id],
                given=Given(answers=given, entered_by=BY_PARTICIPANT),
            )
            await record_answers(told, records=records, announcer=announcer, directory=Directory(), now=now, new_id=new_id)

    async def count(self) -> None:
        """Reports count everybody."""
        while await fold_reports(records=ReportRecords(self.conn), now=datetime.now(UTC)):
            pass

    async def _tell(self, places: list[Place], *, at: datetime) -> None:
        tokens = count()
        await ask_questionnaires(
            [PlaceTold(place=one) for one in places],
            records=Records(self.conn),
            announcer=MemoryAnnouncer(),
            plans=Plans(schedule=self.schedule, directory=Directory()),
            now=at,
            new_id=new_id,
            new_token=lambda: f"{new_id()}-{next(tokens):012}",
        )

    def _enrolment(self) -> Enrolment:
        return Enrolment(
            enrolment_id=new_id(),
            sequence=1,
            participant_id=new_id(),
            programme="escape-pain-knee-hip",
            status="enrolled",
            enrolled_at=BEGAN,
            referral_channel="gp",
            joints=("knee",),
        )

    def _place(self, of: Enrolment, place_id: UUID, *, done: bool | None = None) -> Place:
        ended: dict[str, Any] = {}
        if done is not None:
            ended = {"status": "completed" if done else "below_completion", "sessions_attended": 10 if done else 5}
        return Place(
            **{
                "place_id": place_id,
                "sequence": 1 if done is None else 2,
                "participant_id": of.participant_id,
                "enrolment_id": of.enrolment_id,
                "programme": of.programme,
                "status": "placed",
                "cohort_id": self.cohort_id,
                "site_id": self.site,
                "first_session_at": FIRST,
                "last_session_at": LAST,
                "sessions_run": 12,
                "changed_at": BEGAN,
                **ended,
            }
        )


def active(number: int, *, of: int) -> dict[int, Answers]:
    """So many of so many are active half an hour a week or more."""
    return {person: {"ACTIVITY": {"minutes": 45 if person < number else 10}} for person in range(of)}
