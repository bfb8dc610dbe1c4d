"""The results of one answered questionnaire, kept with the answers they come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from outcomes.domain.change import Change, changes_since
from outcomes.domain.instruments.catalogue import score_all
from outcomes.domain.instruments.instrument import Answers, Score
from outcomes.domain.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One version of a questionnaire's results: a correction is a new one with a higher `sequence`, and the old one stays.

    `completed_at` is when the questionnaire was first answered, `entered_at` when this version was; `entered_by` is
    "participant" or the member of staff's id. `is_late`: it was first answered after the questionnaire had closed.
    `comment` is what the person wrote freely; `reason` is why staff corrected an earlier version.
    """

    assessment_id: UUID
    sequence: int
    questionnaire_id: UUID
    participant_id: UUID
    enrolment_id: UUID
    time_point: str
    completed_at: datetime
    entered_at: datetime
    entered_by: str
    answers: Mapping[str, Answers]
    scores: tuple[Score, ...]
    changes: tuple[Change, ...] = ()
    is_late: bool = False
    comment: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was entered: answers by instrument and item, by whom, what else the person wrote, and why if it corrects.

    `interests` are the kinds of things that the person would like to do next; None where that was not asked.
    """

    answers: Mapping[str, Answers]
    entered_by: str
    comment: str | None = None
    reason: str | None = None
    interests: tuple[str, ...] | None = None


def assessed(
    questionnaire: Questionnaire,
    *,
    given: Given,
    earlier: Assessment | None,
    baseline: Sequence[Score],
    assessment_id: UUID,
    now: datetime,
) -> Assessment:
    """Score answers; an instrument answered again replaces its earlier answers. WrongAnswersError if any is wrong."""
    score_all(given.answers, asked=questionnaire.instruments)
    merged = {**(earlier.answers if earlier else {}), **{code: items for code, items in given.answers.items() if items}}
    scores = score_all(merged, asked=questionnaire.instruments)
    return Assessment(
        assessment_id=earlier.assessment_id if earlier else assessment_id,
        sequence=earlier.sequence + 1 if earlier else 1,
        questionnaire_id=questionnaire.questionnaire_id,
        participant_id=questionnaire.participant_id,
        enrolment_id=questionnaire.enrolment_id,
        time_point=questionnaire.time_point,
        completed_at=earlier.completed_at if earlier else now,
        entered_at=now,
        entered_by=given.entered_by,
        answers=merged,
        scores=scores,
        changes=changes_since(baseline=baseline, later=scores),
        is_late=questionnaire.status == "late",
        comment=given.comment or (earlier.comment if earlier else None),
        reason=given.reason,
    )


def compared_again(assessment: Assessment, *, baseline: Sequence[Score], now: datetime) -> Assessment | None:
    """A new version of a later assessment after its baseline was corrected, or None where no change differs."""
    changes = changes_since(baseline=baseline, later=assessment.scores)
    if changes == assessment.changes:
        return None
    return replace(assessment, sequence=assessment.sequence + 1, entered_at=now, changes=changes)
