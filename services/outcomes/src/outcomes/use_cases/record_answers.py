"""Answers came, from the person or keyed by staff: they are scored, compared with the baseline, and looked at for concerns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.assessment import Assessment, Given, assessed, compared_again
from outcomes.domain.concerns import Concern, concerns_of, findings_in
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.questionnaire import ANSWERED, NotOpenError, Questionnaire, answered, takes_answers
from outcomes.domain.signposting import Directory
from outcomes.use_cases.announcing import Announcement, Announcer
from outcomes.use_cases.issue_signposting import Ended, SignpostingRecords, issue_signposting

BY_PARTICIPANT = "participant"
COMPARED_AGAIN = "Compared again: the baseline was corrected."


class UnknownQuestionnaireError(LookupError):
    """There is no such questionnaire."""


class ReasonMissingError(ValueError):
    """A correction says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersGiven:
    """What was entered for a questionnaire; only staff may correct, and say why.

    `in_the_room`: measured by staff beside the person's own answers, which are still awaited.
    """

    enrolment_id: UUID
    questionnaire_id: UUID
    given: Given
    in_the_room: bool = False


class Records(SignpostingRecords, Protocol):
    """Where questionnaires, their results, concerns and signposting are kept."""

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

    async def add_new_concerns(self, concerns: Sequence[Concern]) -> Sequence[UUID]:
        """Keep the concerns that were not raised before, begin their trails, and say which (their `concern_id`)."""

    async def add_interests(self, enrolment_id: UUID, interests: Sequence[str], *, by: str, now: datetime) -> None:
        """Keep what the person is interested in, in the place of what they said before."""

    async def forget_draft(self, questionnaire_id: UUID) -> None:
        """Delete what was answered and is sent now."""


async def record_answers(
    told: AnswersGiven,
    *,
    records: Records,
    announcer: Announcer,
    directory: Directory,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Assessment:
    """Score answers and complete the questionnaire; scores that hang on a corrected baseline are compared again.

    UnknownQuestionnaireError, NotOpenError (not open, closed, or sent already), ReasonMissingError (a correction without one) or
    WrongAnswersError where they can't be taken.
    """
    enrolments = await records.locked_enrolments([told.enrolment_id])
    found = {one.questionnaire_id: one for one in await records.questionnaires([told.enrolment_id])}
    before = found.get(told.questionnaire_id)
    if before is None:
        raise UnknownQuestionnaireError("There is no such questionnaire.")
    after = _after(before, told, now=now)
    newest = await records.newest_assessments(told.enrolment_id)
    baseline = newest.get("baseline")
    results = assessed(
        after,
        given=told.given,
        earlier=newest.get(after.time_point),
        baseline=baseline.scores if baseline is not None and after.time_point != "baseline" else (),
        assessment_id=new_id(),
        now=now,
    )
    later = [] if after.time_point != "baseline" else [one for point, one in newest.items() if point != "baseline"]
    again = [
        replace(compared, entered_by=told.given.entered_by, reason=COMPARED_AGAIN)
        for one in later
        if (compared := compared_again(one, baseline=results.scores, now=now))
    ]
    if after is not before:
        await records.save_questionnaires([after])
    await records.add_assessments([results, *again])
    raised = [concern for one in (results, *again) for concern in _concerns(one, now=now, new_id=new_id)]
    new = set(await records.add_new_concerns(raised))
    if told.given.interests is not None:
        await records.add_interests(told.enrolment_id, told.given.interests, by=told.given.entered_by, now=now)
    if after.status in ANSWERED:
        await records.forget_draft(after.questionnaire_id)
    ended = [Ended(enrolment=enrolments[told.enrolment_id])] if after.time_point == "end" and after.status in ANSWERED else []
    issued = await issue_signposting(ended, records=records, directory=directory, now=now, new_id=new_id)
    concerns = [Announcement(thing=one) for one in raised if one.concern_id in new]
    completed = [Announcement(thing=after)] if after is not before else []
    await announcer.announce([*completed, *(Announcement(thing=one) for one in (results, *again)), *concerns, *issued])
    return results


def _after(before: Questionnaire, told: AnswersGiven, *, now: datetime) -> Questionnaire:
    corrects = before.status in ANSWERED
    if corrects and told.given.entered_by == BY_PARTICIPANT:
        raise NotOpenError(before.status)
    if corrects and not told.in_the_room and not (told.given.reason or "").strip():
        raise ReasonMissingError("This questionnaire was answered: say why the answers are corrected.")
    if told.in_the_room and not corrects and takes_answers(before, now=now):
        return before
    return answered(before, now=now)


def _concerns(results: Assessment, *, now: datetime, new_id: Callable[[], UUID]) -> tuple[Concern, ...]:
    return concerns_of(results, concern_ids=[new_id() for _ in findings_in(results)], now=now)
