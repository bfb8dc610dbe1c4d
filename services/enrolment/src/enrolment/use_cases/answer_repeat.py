"""An event id comes a second time from one sender."""

from datetime import datetime
from typing import Protocol

from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.use_cases.known import Sender


class Receipts(Protocol):
    """The receipts that were given."""

    async def given(self, sender: Sender, event_id: str) -> Receipt | None:
        """Return the receipt of one event, or None if it has none yet."""


async def answer_repeat(sender: Sender, *, event_id: str, same_body: bool, receipts: Receipts, now: datetime) -> Receipt | None:
    """Give the stored receipt again; another body under a known id is refused. None while the first one has no answer yet."""
    if same_body:
        return await receipts.given(sender, event_id)
    return Receipt(
        channel=sender.channel,
        organisation=sender.organisation,
        event_id=event_id,
        sequence=1,
        status="invalid",
        reasons=(Reason("event_id_reused", "Another message came under this event id before; this one changed nothing.", "id"),),
        decided_at=now,
    )
