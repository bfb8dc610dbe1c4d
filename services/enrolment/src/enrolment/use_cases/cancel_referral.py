"""A sender takes a referral back."""

from dataclasses import dataclass
from datetime import datetime

from enrolment.domain.enrolments import Enrolment
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral
from enrolment.use_cases.known import Known, Sent
from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.withdraw_enrolment import end_enrolment

CANCELLED_BY_SENDER = Reason("cancelled_by_sender", "The sender took the referral back.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReferral:
    """Take back whatever this sender referred under one ServiceRequest, which may be known by several names.

    `person_key` is a match key of the person, if named.
    """

    sent: Sent
    service_requests: tuple[str, ...]
    person_key: str | None = None


def cancel_referral(command: CancelReferral, *, known: Known, now: datetime) -> Outcome:
    """Cancel the referrals of a ServiceRequest; an enrolment ends unless another referral that stands led to it as well."""
    held = known.referrals_of_service_request(command.sent.sender, command.service_requests)
    if not held:
        reason = Reason("unknown_referral", "No referral with this ServiceRequest came from this sender.", "ServiceRequest")
        return Outcome(receipt=_answer(command, now, status="invalid", reasons=(reason,)))
    to_cancel = [referral for referral in held if referral.is_open]
    if not to_cancel:
        return Outcome(receipt=_nothing_open(command, held[-1], now))
    cancelled = tuple(referral.become("cancelled", now=now, reasons=(CANCELLED_BY_SENDER,)) for referral in to_cancel)
    for referral in cancelled:
        known.put_referral(referral)
    withdrawn: list[Enrolment] = []
    reasons = [CANCELLED_BY_SENDER]
    for enrolment_id in dict.fromkeys(referral.enrolment_id for referral in cancelled if referral.enrolment_id):
        enrolment = known.enrolments[enrolment_id]
        if any(referral.status in {"accepted", "duplicate"} for referral in known.referrals_of_enrolment(enrolment)):
            reasons.append(Reason("stays_enrolled", "The person stays enrolled because of another referral."))
        elif enrolment.status == "enrolled":
            withdrawn += end_enrolment(enrolment, known=known, now=now)
    last = cancelled[-1]
    others = tuple(referral.sender_referral_id for referral in cancelled if referral.id != last.id)
    receipt = _answer(command, now, status="cancelled", reasons=tuple(reasons), about=last, linked=others)
    return Outcome(receipt=receipt, referrals=cancelled, enrolments=tuple(withdrawn))


def _nothing_open(command: CancelReferral, referral: Referral, now: datetime) -> Receipt:
    if referral.status == "cancelled":
        reason = Reason("already_cancelled", "The referral was cancelled before.")
        return _answer(command, now, status="duplicate", reasons=(reason,), about=referral, first_status="cancelled")
    reason = Reason(
        "referral_closed", f"The referral was {referral.status} already: there is nothing to cancel.", "ServiceRequest"
    )
    return _answer(command, now, status="invalid", reasons=(reason,), about=referral)


def _answer(
    command: CancelReferral,
    now: datetime,
    *,
    status: str,
    reasons: tuple[Reason, ...],
    about: Referral | None = None,
    linked: tuple[str, ...] = (),
    first_status: str | None = None,
) -> Receipt:
    return Receipt(
        channel=command.sent.sender.channel,
        organisation=command.sent.sender.organisation,
        event_id=command.sent.event_id,
        sequence=1,
        status=status,
        reasons=reasons,
        sender_referral_id=about.sender_referral_id if about else None,
        referral_id=about.id if about else None,
        participant_id=about.participant_id if about else None,
        enrolment_id=about.enrolment_id if about else None,
        linked_referral_ids=linked,
        first_status=first_status,
        body_digest=command.sent.body_digest,
        is_cancellation=True,
        decided_at=now,
    )
