"""What a sender may hear of what became of a person. Whoever is not known to give care hears as little as an employer."""

from dataclasses import replace

from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt

# Senders who care for the person; all others are behind the wall.
CARE_CHANNELS = frozenset({"gp"})

RECEIVED, REMOVED, PLACE_FOUND, INVALID = "received", "removed", "place_found", "invalid"
# What is behind the wall may only ever be told one of these, with a reason only where the sender's own message is wrong.
_TOLD = frozenset({RECEIVED, REMOVED, PLACE_FOUND, INVALID})


def hears_of_care(channel: str) -> bool:
    """Whether senders of a channel may hear of decisions, places and results."""
    return channel in CARE_CHANNELS


def as_heard(receipt: Receipt) -> Receipt:
    """Return a receipt as its sender may hear it: behind the wall without ids, links and any word of another's referral."""
    if hears_of_care(receipt.channel):
        return receipt
    status = receipt.status
    if status == "duplicate":
        status = receipt.first_status or RECEIVED
    status = status if status in _TOLD else RECEIVED
    return replace(
        receipt,
        status=status,
        reasons=_own_mistakes(receipt) if status == INVALID else (),
        referral_id=None,
        participant_id=None,
        enrolment_id=None,
        linked_referral_ids=(),
        first_status=None,
    )


def _own_mistakes(receipt: Receipt) -> tuple[Reason, ...]:
    return tuple(reason for reason in receipt.reasons if reason.code != "message_already_received")
