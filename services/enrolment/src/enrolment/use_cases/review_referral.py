"""A member of staff decides about a referral that waits for a look."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from enrolment.domain.audit import STAFF, Actor, Entry
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.hearing import hears_of_care
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import ALREADY_ENROLLED, Referral
from enrolment.domain.standing import DECEASED
from enrolment.use_cases.known import Changes, Known
from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.receive_referral import enrol

CLINICIAN = "clinician"
# The status of a receipt by which a sender is asked something.
QUESTION = "question"


class ReviewError(ValueError):
    """The decision can't be taken; the message says why in a sentence."""


class NoSuchReferralError(ReviewError):
    """There is no such referral."""

    def __init__(self) -> None:
        super().__init__("There is no such referral.")


class OnlyClinicianError(ReviewError):
    """A red flag is released by a clinician alone."""

    def __init__(self) -> None:
        super().__init__("This referral has a red flag: only a clinician can accept it.")


class ReasonMissingError(ReviewError):
    """A declined referral says why, because its sender and the person are told."""

    def __init__(self) -> None:
        super().__init__("Give the reason for declining: the sender is told it.")


class ToldDeadError(ReviewError):
    """Nobody is enrolled who was told to have died."""

    def __init__(self) -> None:
        super().__init__("We were told that this person has died. If that is wrong, take the notice of death back first.")


class NotWaitingError(ReviewError):
    """Somebody decided before, or the sender took the referral back."""

    def __init__(self, status: str) -> None:
        super().__init__(f"This referral is not waiting for a review: it is {status.replace('_', ' ')}.")


class QuestionMissingError(ReviewError):
    """Somebody asks nothing."""

    def __init__(self) -> None:
        super().__init__("Write what you would like to know.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Who decides, in which role."""

    name: str
    role: str


class ReviewStore(Protocol):
    """The database, as far as a review needs it, within one transaction."""

    async def load_for_review(self, referral_id: UUID) -> tuple[Known, Receipt | None]:
        """Lock the person of a referral; load what is known of them and the receipt that the sender has."""

    async def save(self, changes: Changes) -> None:
        """Write the changes."""


async def review_referral(
    referral_id: UUID,
    *,
    accept: bool,
    note: str,
    reviewer: Reviewer,
    store: ReviewStore,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Outcome:
    """Accept or decline a referral that needs review, and give its sender a new receipt. Raises ReviewError.

    Accepting one whose person is enrolled by now makes it a duplicate.
    """
    known, receipt = await store.load_for_review(referral_id)
    referral = known.referrals.get(referral_id)
    if referral is None or receipt is None:
        raise NoSuchReferralError
    if referral.status != "needs_review":
        raise NotWaitingError(referral.status)
    if accept and referral.has_red_flag and reviewer.role != CLINICIAN:
        raise OnlyClinicianError
    if accept and known.participants[referral.participant_id].status == DECEASED:
        raise ToldDeadError
    if not accept and not note.strip():
        raise ReasonMissingError
    enrolment: Enrolment | None = None
    if not accept:
        reason = Reason("declined_in_review", f"A member of staff reviewed the referral and declined it: {note.strip()}")
        decided = _decided(referral, "declined", reason, reviewer, note, now)
    elif (standing := known.enrolled_in(referral.participant_id, referral.programme)) is not None:
        decided = replace(_decided(referral, "duplicate", ALREADY_ENROLLED, reviewer, note, now), enrolment_id=standing.id)
    else:
        enrolment = enrol(referral, person=known.participants[referral.participant_id].person, now=now, enrolment_id=new_id())
        known.put_enrolment(enrolment)
        reason = Reason("accepted_in_review", "A member of staff reviewed the referral and accepted it.")
        decided = replace(_decided(referral, "accepted", reason, reviewer, note, now), enrolment_id=enrolment.id)
    known.put_referral(decided)
    answer = replace(
        receipt,
        sequence=receipt.sequence + 1,
        status=decided.status,
        reasons=decided.reasons,
        enrolment_id=decided.enrolment_id,
        decided_at=now,
    )
    known.put_receipt(answer)
    known.put_audit(
        Entry(
            at=now,
            actor=Actor(kind=STAFF, name=reviewer.name, role=reviewer.role),
            deed="referral_reviewed",
            participant_id=referral.participant_id,
            about=str(referral.id),
            details={"status": decided.status},
        )
    )
    await store.save(known.changes())
    people = (known.participants[referral.participant_id],) if enrolment else ()
    return Outcome(receipt=answer, people=people, referrals=(decided,), enrolments=(enrolment,) if enrolment else ())


def _decided(referral: Referral, status: str, reason: Reason, reviewer: Reviewer, note: str, now: datetime) -> Referral:
    by = f"{reviewer.name} ({reviewer.role})"
    return referral.become(status, now=now, reasons=(reason,), decided_by=by, note=note.strip() or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A referral about which more is wanted, and the receipt that asks its sender, where a sender may be asked."""

    referral: Referral
    receipt: Receipt | None


async def ask_for_more(referral_id: UUID, *, question: str, reviewer: Reviewer, store: ReviewStore, now: datetime) -> Asked:
    """Ask for what is missing about a referral that needs review; it goes on waiting. Raises ReviewError.

    A sender who cares for the person is asked by a receipt. In every other case staff ask the person, who is told to expect that.
    """
    known, receipt = await store.load_for_review(referral_id)
    referral = known.referrals.get(referral_id)
    if referral is None or receipt is None:
        raise NoSuchReferralError
    if referral.status != "needs_review":
        raise NotWaitingError(referral.status)
    if not question.strip():
        raise QuestionMissingError
    asked = replace(referral, sequence=referral.sequence + 1, note=question.strip(), asked_at=now)
    known.put_referral(asked)
    answer: Receipt | None = None
    if receipt.has_reader and hears_of_care(referral.channel):
        answer = replace(
            receipt,
            sequence=receipt.sequence + 1,
            status=QUESTION,
            reasons=(Reason("question", question.strip()), *referral.reasons),
            decided_at=now,
        )
        known.put_receipt(answer)
    known.put_audit(
        Entry(
            at=now,
            actor=Actor(kind=STAFF, name=reviewer.name, role=reviewer.role),
            deed="person_asked" if answer is None else "sender_asked",
            participant_id=referral.participant_id,
            about=str(referral.id),
        )
    )
    await store.save(known.changes())
    return Asked(referral=asked, receipt=answer)
