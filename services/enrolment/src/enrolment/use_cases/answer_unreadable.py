"""A message from outside that can never be understood."""

from datetime import datetime

from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.use_cases.known import Sender

NO_EVENT_ID = "unknown"


def answer_unreadable(sender: Sender, *, event_id: str | None, reason: str, field: str | None, now: datetime) -> Receipt:
    """Answer with the field and the rule it broke; a message without a usable event id is answered under "unknown"."""
    return Receipt(
        channel=sender.channel,
        organisation=sender.organisation,
        event_id=event_id or NO_EVENT_ID,
        sequence=1,
        status="invalid",
        reasons=(Reason("unreadable", reason, field),),
        decided_at=now,
    )
