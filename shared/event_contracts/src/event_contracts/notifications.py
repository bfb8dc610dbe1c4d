"""What notifications did."""

from datetime import datetime
from uuid import UUID

from event_contracts.contract import Contract


class MessageChanged(Contract):
    """One message to one person, without its words or address. `about_id`: the session, questionnaire or referral."""

    message_id: UUID
    sequence: int
    participant_id: UUID
    kind: str
    about_id: str
    channel: str
    status: str
    reason: str | None = None
    changed_at: datetime


class ReplyReceived(Contract):
    """A person answered a text message in a word that we read; `place_id` is the place offered, where it answers an offer."""

    reply_id: UUID
    participant_id: UUID
    answer: str
    place_id: UUID | None = None
    received_at: datetime
