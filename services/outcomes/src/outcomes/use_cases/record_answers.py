"""Answers came, from the person or keyed by staff: they are scored, and compared with the baseline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.assessment import Assessment, assessed, compared_again
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import ANSWERED, NotOpenError, Questionnaire, answered
from outcomes.domain.signposting import Signposting
from outcomes.use_cases.announcing import Announcement, Announcer
from outcomes.use_cases.issue_signposting import Directory, Ended, issue_signposting

BY_PARTICIPANT = "participant"


class UnknownQuestionnaireError(LookupError):
    """There is no such questionnaire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersGiven:
    """Answers by instrument and item. `entered_by` is "participant" or a member of staff's id; only staff may correct."""

    enrolment_id: UUID
    questionnaire_id: UUID
    answers: Mapping[str, Answers]
    entered_by: str


class Records(Protocol):
    """Where questionnaires, their results and signposting are kept."""

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        """The enrolments that are known, locked until the transaction ends."""

    async def questionnaires(self, enrolment_ids: Sequence[UUID]) -> Sequence[Questionnaire]:
        """All questionnaires of these enrolments."""

    async def newest_assessments(self, enrolment_id: UUID) -> Mapping[str, Assessment]:
        """The newest results of one enrolment, by time point."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""

    async def add_assessments(self, assessments: Sequence[Assessment]) -> None:
        """Keep new versions of results; the old ones stay."""

    async def add_new_signposting(self, signposting: Sequence[Signposting]) -> Sequence[UUID]:
        """Keep those whose enrolment has none yet, and say which (their `signposting_id`)."""


async def record_answers(
    given: AnswersGiven,
    *,
    records: Records,
    announcer: Announcer,
    directory: Directory,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Assessment:
    """Score answers and complete the questionnaire; scores that hang on a corrected baseline are compared again.

    UnknownQuestionnaireError, NotOpenError (not open, closed, or sent already) or WrongAnswersError where they can't be taken.
    """
    enrolments = await records.locked_enrolments([given.enrolment_id])
    found = {one.questionnaire_id: one for one in await records.questionnaires([given.enrolment_id])}
    before = found.get(given.questionnaire_id)
    if before is None:
        raise UnknownQuestionnaireError("There is no such questionnaire.")
    if before.status in ANSWERED and given.entered_by == BY_PARTICIPANT:
        raise NotOpenError(before.status)
    after = answered(before, now=now)
    newest = await records.newest_assessments(given.enrolment_id)
    baseline = newest.get("baseline")
    results = assessed(
        after,
        answers=given.answers,
        earlier=newest.get(after.time_point),
        baseline=baseline.scores if baseline is not None and after.time_point != "baseline" else (),
        assessment_id=new_id(),
        entered_by=given.entered_by,
        now=now,
    )
    later = [] if after.time_point != "baseline" else [one for point, one in newest.items() if point != "baseline"]
    again = [compared for one in later if (compared := compared_again(one, baseline=results.scores, now=now))]
    if after is not before:
        await records.save_questionnaires([after])
    await records.add_assessments([results, *again])
    ended = [Ended(enrolment=enrolments[given.enrolment_id])] if after.time_point == "end" else []
    issued = await issue_signposting(ended, records=records, directory=directory, now=now, new_id=new_id)
    completed = [Announcement(thing=after)] if after is not before else []
    await announcer.announce([*completed, *(Announcement(thing=one) for one in (results, *again)), *issued])
    return results
