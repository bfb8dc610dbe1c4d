"""What the routes need from the rest of the service; `main` provides it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.assessment import Assessment
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import Questionnaire
from outcomes.use_cases.views import Audit, ParticipantResults, WorkList

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

    async def audit(self, *, now: datetime) -> Audit:
        """The funnel, and every contradiction."""


Reading = Callable[[], AbstractAsyncContextManager[Reads]]


class Answer(Protocol):
    """Records answers in a transaction of its own; raises what `record_answers` raises."""

    async def __call__(self, questionnaire: Questionnaire, answers: Mapping[str, Answers], *, entered_by: str) -> Assessment:
        """Record the answers and return the results."""
