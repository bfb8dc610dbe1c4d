"""What a sender hears about one event."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from enrolment.domain.reason import Reason

# How the event id of what came by one of our own forms begins: nobody outside waits for its answer.
BY_FORM = "form "


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to one event of one sender, kept to be given again when the event comes again.

    `settles_body`: the same body under another event id would be answered the same, so it is a duplicate. `sequence` grows when
    the answer changes, as after a review.
    """

    channel: str
    organisation: str
    event_id: str
    sequence: int
    status: str
    reasons: tuple[Reason, ...] = ()
    sender_referral_id: str | None = None
    referral_id: UUID | None = None
    participant_id: UUID | None = None
    enrolment_id: UUID | None = None
    linked_referral_ids: tuple[str, ...] = ()
    first_status: str | None = None
    body_digest: str | None = None
    settles_body: bool = False
    is_cancellation: bool = False
    decided_at: datetime

    @property
    def has_reader(self) -> bool:
        """Whether somebody outside waits for it."""
        return not self.event_id.startswith(BY_FORM)
