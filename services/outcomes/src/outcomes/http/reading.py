"""What the routes need from the rest of the service; `main` provides it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.assessment import Assessment, Given
from outcomes.domain.concerns import Concern
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import Signposting
from outcomes.domain.statistics_of_sums import Sums
from outcomes.use_cases.acknowledge_concern import Acknowledgement
from outcomes.use_cases.record_taken_up import TakenUp
from outcomes.use_cases.save_draft import Draft
from outcomes.use_cases.views import (
    Audit,
    ListedConcern,
    Measured,
    ParticipantResults,
    ReportFilter,
    TrailEntry,
    Version,
    WorkList,
)

STAFF = ("facilitator", "coordinator", "clinician")


class Reads(Protocol):
    """Reading on one connection."""

    async def by_token(self, token: str) -> Questionnaire | None:
        """The questionnaire that a token opens."""

    async def by_id(self, questionnaire_id: UUID) -> Questionnaire | None:
        """The questionnaire of this id."""

    async def work_list(
        self, *, status: str | None, participant_id: UUID | None, time_point: str | None, limit: int, offset: int
    ) -> WorkList:
        """One page of the work list."""

    async def name_of(self, participant_id: UUID) -> str | None:
        """A person's name, where it is known."""

    async def newest_answers(self, questionnaire_id: UUID) -> Assessment | None:
        """The newest results of one questionnaire."""

    async def participant(self, participant_id: UUID) -> ParticipantResults:
        """All that is known of one participant."""

    async def draft(self, questionnaire_id: UUID) -> Draft:
        """What was answered and not sent yet."""

    async def language_of(self, enrolment_id: UUID) -> str:
        """The language that the person asked for."""

    async def concerns(self, *, status: str, limit: int) -> tuple[Sequence[ListedConcern], int]:
        """Concerns of a status, the oldest first, and how many there are in all."""

    async def concern(self, concern_id: UUID) -> tuple[ListedConcern, Sequence[TrailEntry]] | None:
        """A concern and its trail."""

    async def history(self, questionnaire_id: UUID) -> Sequence[Version]:
        """Every version of a questionnaire's results, the newest first."""

    async def first_entry(self, questionnaire_id: UUID) -> Mapping[str, Answers] | None:
        """The first of two entries of a paper form, that waits for its second."""

    async def measured(self, cohort_id: UUID, *, time_point: str) -> Sequence[Measured]:
        """The people of a cohort who are asked at a time point, with what was measured."""

    async def report_sums(self, wanted: ReportFilter) -> Mapping[str, Mapping[str, Sums]]:
        """The sums that a report is worked out from, by the group that is asked for."""

    async def audit(self, *, now: datetime) -> Audit:
        """The funnel, and every contradiction."""


Reading = Callable[[], AbstractAsyncContextManager[Reads]]


class Desk(Protocol):
    """What the routes read and do, each deed in a transaction of its own; it raises what its use case raises."""

    def reading(self) -> AbstractAsyncContextManager[Reads]:
        """Reading on one connection."""

    async def answer(self, questionnaire: Questionnaire, given: Given, *, in_the_room: bool = False) -> Assessment:
        """Record what was given, and return the results."""

    async def save(self, questionnaire_id: UUID, draft: Draft) -> None:
        """Add to what was answered and not sent yet."""

    async def keep_first_entry(self, questionnaire_id: UUID, answers: Mapping[str, Answers], *, entered_by: str) -> None:
        """Keep the first of two entries of a paper form."""

    async def take_up(self, told: TakenUp) -> Signposting:
        """Record that a signpost was taken up."""

    async def acknowledge(self, told: Acknowledgement) -> Concern:
        """Acknowledge a concern."""

    async def change_link(self, questionnaire_id: UUID, *, revoke: bool) -> Questionnaire | None:
        """Take a questionnaire's link back, or make a new one."""
