"""What in somebody's answers a member of staff has to look at, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from outcomes.domain.assessment import Assessment
from outcomes.domain.change import is_better
from outcomes.domain.instruments.hads import CODE as HADS
from outcomes.domain.instruments.hads import CONCERN_FROM

Kind = Literal["raised_score", "large_worsening", "comment"]
Status = Literal["open", "acknowledged"]
LONGEST_NOTE = 2000


class NothingToAcknowledgeError(ValueError):
    """The concern was acknowledged before, or the note says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at: `about` is "instrument.scale", or "comment"; `value` is the score, or the change since baseline."""

    kind: Kind
    about: str
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A finding that waits until a member of staff says that they saw to it; one for each questionnaire and finding."""

    concern_id: UUID
    participant_id: UUID
    enrolment_id: UUID
    questionnaire_id: UUID
    kind: Kind
    about: str
    value: float | None
    status: Status
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    note: str | None = None

    @property
    def sequence(self) -> int:
        """Its version: it is raised, and then acknowledged."""
        return 1 if self.status == "open" else 2


def findings_in(assessment: Assessment) -> tuple[Finding, ...]:
    """A HADS score of 11 or more, a worsening that reaches the important change, and whatever the person wrote freely."""
    raised = tuple(
        Finding(kind="raised_score", about=f"{one.instrument}.{one.scale}", value=one.value)
        for one in assessment.scores
        if one.instrument == HADS and one.value is not None and one.value >= CONCERN_FROM
    )
    worse = tuple(
        Finding(kind="large_worsening", about=f"{one.instrument}.{one.scale}", value=one.change)
        for one in assessment.changes
        if one.important and is_better(instrument=one.instrument, scale=one.scale, change=one.change) is False
    )
    written = (Finding(kind="comment", about="comment"),) if assessment.comment else ()
    return raised + worse + written


def concerns_of(assessment: Assessment, *, concern_ids: Sequence[UUID], now: datetime) -> tuple[Concern, ...]:
    """The concerns that these results raise; `concern_ids` are at least as many as the findings."""
    return tuple(
        Concern(
            concern_id=concern_id,
            participant_id=assessment.participant_id,
            enrolment_id=assessment.enrolment_id,
            questionnaire_id=assessment.questionnaire_id,
            kind=finding.kind,
            about=finding.about,
            value=finding.value,
            status="open",
            raised_at=now,
        )
        for finding, concern_id in zip(findings_in(assessment), concern_ids, strict=False)
    )


def acknowledged(concern: Concern, *, by: str, note: str, now: datetime) -> Concern:
    """The concern after a member of staff saw to it and wrote what was done; NothingToAcknowledgeError if it can't be."""
    words = note.strip()
    if concern.status != "open":
        raise NothingToAcknowledgeError("Somebody has acknowledged this concern already.")
    if not words or len(words) > LONGEST_NOTE:
        raise NothingToAcknowledgeError(f"The note must say what was done, in {LONGEST_NOTE:,} characters at most.")
    return replace(concern, status="acknowledged", acknowledged_at=now, acknowledged_by=by, note=words)
