"""Decisions become events, as the contracts shape them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.outcomes import (
    AssessmentScored,
    Change,
    ConcernChanged,
    QuestionnaireChanged,
    Score,
    Signpost,
    SignpostingIssued,
)
from outcomes.domain.assessment import Assessment
from outcomes.domain.concerns import Concern
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import Signposting
from outcomes.use_cases.announcing import Announcement
from service_kit import outbox
from service_kit.buckets import bucket_of
from service_kit.envelope import Event
from service_kit.outbox import Outgoing

QUESTIONNAIRE_CHANGED = "outcomes.questionnaire.changed.v1"
ASSESSMENT_SCORED = "outcomes.assessment.scored.v1"
CONCERN_CHANGED = "outcomes.concern.changed.v1"
SIGNPOSTING_ISSUED = "outcomes.signposting.issued.v1"


class OutboxAnnouncer:
    """Writes announcements into the outbox of one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def announce(self, announcements: Sequence[Announcement]) -> None:
        """Announce each, in order. A participant's events share an aggregate, so that they leave in order too."""
        await outbox.add(self._conn, [outgoing(announcement) for announcement in announcements])


def outgoing(announcement: Announcement) -> Outgoing:
    """One announcement as the event to publish."""
    because = announcement.because if isinstance(announcement.because, Event) else None
    thing = announcement.thing
    event_type, body = _typed_body(thing)
    return Outgoing(
        type=event_type,
        nats_subject=f"{event_type}.{bucket_of(thing.participant_id)}",
        aggregate=str(thing.participant_id),
        sequence=thing.sequence,
        body=body,
        because=because,
    )


def _typed_body(
    thing: Questionnaire | Assessment | Concern | Signposting,
) -> tuple[str, QuestionnaireChanged | AssessmentScored | ConcernChanged | SignpostingIssued]:
    match thing:
        case Questionnaire():
            return QUESTIONNAIRE_CHANGED, QuestionnaireChanged(
                questionnaire_id=thing.questionnaire_id,
                sequence=thing.sequence,
                participant_id=thing.participant_id,
                enrolment_id=thing.enrolment_id,
                time_point=thing.time_point,
                status=thing.status,
                due_at=thing.due_at,
                closes_at=thing.closes_at,
                token=thing.token if thing.status == "due" else None,
                late_until=thing.late_until,
                reminders=thing.reminded,
                answered_at=thing.answered_at,
            )
        case Assessment():
            return ASSESSMENT_SCORED, AssessmentScored(
                assessment_id=thing.assessment_id,
                sequence=thing.sequence,
                participant_id=thing.participant_id,
                enrolment_id=thing.enrolment_id,
                time_point=thing.time_point,
                completed_at=thing.completed_at,
                late=thing.is_late,
                scores=[Score(**asdict(score)) for score in thing.scores],
                changes=[Change(**asdict(change)) for change in thing.changes],
            )
        case Concern():
            return CONCERN_CHANGED, ConcernChanged(
                concern_id=thing.concern_id,
                sequence=thing.sequence,
                participant_id=thing.participant_id,
                enrolment_id=thing.enrolment_id,
                questionnaire_id=thing.questionnaire_id,
                kind=thing.kind,
                about=thing.about,
                status=thing.status,
                raised_at=thing.raised_at,
                acknowledged_at=thing.acknowledged_at,
            )
        case Signposting():
            return SIGNPOSTING_ISSUED, SignpostingIssued(
                signposting_id=thing.signposting_id,
                sequence=thing.sequence,
                participant_id=thing.participant_id,
                enrolment_id=thing.enrolment_id,
                signposts=[Signpost(**asdict(signpost)) for signpost in thing.signposts],
                issued_at=thing.issued_at,
            )
