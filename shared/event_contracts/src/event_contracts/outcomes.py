"""What outcomes decides."""

from datetime import datetime
from uuid import UUID

from event_contracts.contract import Contract


class QuestionnaireChanged(Contract):
    """A questionnaire of one person at one time point. `token` opens it, for that person and time point alone.

    After `closes_at` answers are `late`, and from `late_until` none are taken. `reminders`: how often the person is to have been
    reminded so far. `answered_at`: when the person's answers first came.
    """

    questionnaire_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    time_point: str
    status: str
    due_at: datetime
    closes_at: datetime
    token: str | None = None
    late_until: datetime | None = None
    reminders: int = 0
    answered_at: datetime | None = None


class Score(Contract):
    """One scale of one instrument; `value` is null where too many items are missing; `least` and `most` are its range."""

    instrument: str
    version: str
    scale: str
    value: float | None
    missing: int = 0
    least: float | None = None
    most: float | None = None


class Change(Contract):
    """End minus baseline on one scale. `important` is null where no important change is agreed for the scale."""

    instrument: str
    scale: str
    change: float
    important: bool | None = None


class AssessmentScored(Contract):
    """The results of one questionnaire, and the change since baseline where there is one. `late`: given after it had closed."""

    assessment_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    time_point: str
    completed_at: datetime
    scores: list[Score]
    changes: list[Change] = []
    late: bool = False


class ConcernChanged(Contract):
    """Something in a person's answers that staff have to look at, and whether somebody has. What it was is for the staff's list.

    `about` is "instrument.scale", or "comment". `acknowledged_at`: when a member of staff wrote what was done.
    """

    concern_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    questionnaire_id: UUID
    kind: str
    about: str
    status: str
    raised_at: datetime
    acknowledged_at: datetime | None = None


class Signpost(Contract):
    """Something near that suits the person next."""

    code: str
    title: str
    url: str | None = None


class SignpostingIssued(Contract):
    """What a person is pointed to when the programme is over."""

    signposting_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    signposts: list[Signpost]
    issued_at: datetime
