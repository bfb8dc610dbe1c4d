"""A message from outside that can never be understood."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.use_cases.known import Sender

NO_EVENT_ID = "unknown"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What is known of such a message: its event id and the digest of its body only if its envelope could be read."""

    sender: Sender
    event_id: str | None
    body_digest: str | None
    reason: str
    field: str | None


class UnreadableReceipts(Protocol):
    """The receipts that were given for messages that could not be read."""

    async def unreadable_before(self, sender: Sender, body_digest: str) -> Receipt | None:
        """Return the first receipt that said so of this body."""

    async def keep_first(self, receipt: Receipt) -> None:
        """Keep a receipt unless its event id has one."""


async def answer_unreadable(message: Unreadable, *, receipts: UnreadableReceipts, now: datetime) -> Receipt:
    """Answer with the field and the rule it broke, or that the same was answered before.

    A message without a usable event id is answered under "unknown". Nothing is settled by it: once it can be read, it is welcome.
    """
    digest = message.body_digest
    earlier = None if digest is None else await receipts.unreadable_before(message.sender, digest)
    reason = Reason(UNREADABLE, message.reason, message.field)
    again = Reason("message_already_received", "The same message was received before.")
    receipt = Receipt(
        channel=message.sender.channel,
        organisation=message.sender.organisation,
        event_id=message.event_id or NO_EVENT_ID,
        sequence=1,
        status="duplicate" if earlier else "invalid",
        reasons=(again, reason) if earlier else (reason,),
        first_status=earlier.status if earlier else None,
        body_digest=digest,
        decided_at=now,
    )
    await receipts.keep_first(receipt)
    return receipt
