"""What a sender hears back, on RECEIPTS, at least once."""

from datetime import datetime
from uuid import UUID

from event_contracts.contract import Contract


class Reason(Contract):
    """Why, as a code for machines and a sentence for people; `field` names the part of the message it is about."""

    code: str
    text: str
    field: str | None = None


class Receipt(Contract):
    """The answer to one event of one sender. It, not the broker's acknowledgement, says that Limber has the event."""

    event_id: str
    organisation: str
    status: str
    reasons: list[Reason] = []
    referral_id: str | None = None
    participant_id: UUID | None = None
    enrolment_id: UUID | None = None
    linked_referral_ids: list[str] = []
    first_status: str | None = None
    decided_at: datetime


class ReferralProgress(Contract):
    """What became of a person later, to the sender who referred them, as far as the person agrees.

    `event_id` is that of the message that brought the referral, `referral_id` the sender's own. The sessions are the summary
    when it is over.
    """

    event_id: str
    organisation: str
    referral_id: str
    sequence: int
    programme: str
    status: str
    first_session_at: datetime | None = None
    sessions_attended: int | None = None
    sessions_run: int | None = None
    changed_at: datetime


class NominationReceipt(Contract):
    """The answer to an employer or a leisure centre. It has no room for what they may not learn of a person."""

    event_id: str
    organisation: str
    status: str
    reasons: list[Reason] = []
    nomination_id: str | None = None
    decided_at: datetime
