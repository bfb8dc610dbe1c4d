"""A message that can be read but is nothing that this service does."""

from dataclasses import dataclass
from datetime import datetime

from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.use_cases.known import Sent
from enrolment.use_cases.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseMessage:
    """Say why. `settles_body` is false where the same message might be welcome another day, after a change of configuration."""

    sent: Sent
    reason: Reason
    sender_referral_id: str | None = None
    settles_body: bool = True


def refuse_message(command: RefuseMessage, *, now: datetime) -> Outcome:
    """Answer that the message is invalid; nothing else comes of it."""
    return Outcome(
        receipt=Receipt(
            channel=command.sent.sender.channel,
            organisation=command.sent.sender.organisation,
            event_id=command.sent.event_id,
            sequence=1,
            status="invalid",
            reasons=(command.reason,),
            sender_referral_id=command.sender_referral_id,
            body_digest=command.sent.body_digest,
            settles_body=command.settles_body,
            decided_at=now,
        )
    )
