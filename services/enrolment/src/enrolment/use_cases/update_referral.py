"""A sender says something new about a referral that it sent before."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from enrolment.domain.enrolments import Enrolment
from enrolment.domain.matching import Match, find_match
from enrolment.domain.person import Participant
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral, decide
from enrolment.domain.standing import ACTIVE, DECEASED
from enrolment.use_cases.known import Known, Sent
from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.receive_referral import LOCAL_TIME, ReceiveReferral, Rules, enrol, in_senders_words

UPDATED = Reason("referral_updated", "The referral was brought up to date.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReferral:
    """The referral as it is to be from now on, and the names of the ServiceRequest under which it was sent before."""

    referral: ReceiveReferral
    service_requests: tuple[str, ...]

    @property
    def sent(self) -> Sent:
        """How the message came."""
        return self.referral.sent


def update_referral(command: UpdateReferral, *, known: Known, rules: Rules, now: datetime, new_id: Callable[[], UUID]) -> Outcome:
    """Bring a held referral up to date: how to reach the person always, the answers while nobody has decided by them.

    A referral that waits for review is decided anew. One of another person, one that is closed, and new answers to one that was
    decided are refused: staff have to look, and the sender hears so.
    """
    held = known.referrals_of_service_request(command.sent.sender, command.service_requests)
    if not held:
        reason = Reason("unknown_referral", "No referral with this ServiceRequest came from this sender.", "ServiceRequest")
        return Outcome(receipt=_answer(command, now, status="invalid", reasons=(reason,)))
    referral = next((each for each in reversed(held) if each.is_open), None)
    if referral is None:
        text = f"The referral was {held[-1].status} already: there is nothing to bring up to date."
        return _refused(command, Reason("referral_closed", text, "ServiceRequest"), held[-1], now)
    before = known.participants[referral.participant_id]
    if before.status not in {ACTIVE, DECEASED}:
        reason = Reason("referral_closed", "The person's record was closed: ring the staff instead.", "patient")
        return _refused(command, reason, referral, now)
    who = find_match(command.referral.person.identity(), known=[(before.id, before.person.identity())])
    if who.same is None:
        reason = Reason("another_person", "The update describes another person than the referral did.", "patient")
        return _refused(command, reason, referral, now)
    decided = referral.status != "needs_review"
    if decided and command.referral.answers != referral.answers:
        text = "The referral was decided already: send what is new about the person's health to the staff instead."
        return _refused(command, Reason("already_decided", text, "clinical"), referral, now)
    participant = replace(before, person=before.person.brought_up_to_date_by(command.referral.person))
    changed = participant != before
    if changed:
        participant = replace(participant, sequence=before.sequence + 1)
        known.put_participant(participant)
    updated, enrolment = (referral, None) if decided else _decided_anew(referral, participant, command, known, rules, now, new_id)
    reasons = updated.reasons if updated is not referral else (UPDATED,)
    met_by_staff = enrolment is not None or (changed and known.is_enrolled(participant.id))
    return Outcome(
        receipt=_answer(command, now, status=updated.status, reasons=reasons, about=updated),
        contacts=(participant,) if changed else (),
        people=(participant,) if met_by_staff else (),
        referrals=() if updated is referral else (updated,),
        enrolments=(enrolment,) if enrolment else (),
    )


def _decided_anew(
    referral: Referral,
    participant: Participant,
    command: UpdateReferral,
    known: Known,
    rules: Rules,
    now: datetime,
    new_id: Callable[[], UUID],
) -> tuple[Referral, Enrolment | None]:
    # A red flag that was named stays until a clinician releases it.
    flags = tuple(dict.fromkeys([*(referral.answers.red_flags or ()), *(command.referral.answers.red_flags or ())]))
    answers = replace(command.referral.answers, red_flags=flags or command.referral.answers.red_flags)
    enrolled = known.enrolled_in(participant.id, referral.programme)
    others = [other for other in known.referrals_of([participant.id]) if other.id != referral.id]
    decision = decide(
        programme=rules.programmes[referral.programme],
        person=command.referral.person,
        match=Match(same=participant.id, near=referral.near_participant_ids),
        answers=answers,
        already_enrolled=enrolled is not None,
        red_flag_waiting=any(
            other.status == "needs_review" and other.has_red_flag and other.programme == referral.programme for other in others
        ),
        told_dead=participant.status == DECEASED,
        today=now.astimezone(LOCAL_TIME).date(),
        in_production=rules.in_production,
    )
    updated = replace(referral, answers=answers)
    if decision.status == referral.status:
        updated = replace(updated, sequence=referral.sequence + 1, reasons=decision.reasons, decided_at=now)
    else:
        standing = enrolled.id if enrolled and decision.status == "duplicate" else None
        updated = updated.become(decision.status, now=now, reasons=decision.reasons, enrolment_id=standing)
    enrolment = None
    if decision.status == "accepted":
        enrolment = enrol(updated, person=participant.person, now=now, enrolment_id=new_id())
        updated = replace(updated, enrolment_id=enrolment.id)
        known.put_enrolment(enrolment)
    known.put_referral(updated)
    return updated, enrolment


def _refused(command: UpdateReferral, reason: Reason, referral: Referral, now: datetime) -> Outcome:
    return Outcome(receipt=_answer(command, now, status="invalid", reasons=(reason,), about=referral))


def _answer(
    command: UpdateReferral, now: datetime, *, status: str, reasons: tuple[Reason, ...], about: Referral | None = None
) -> Receipt:
    return Receipt(
        channel=command.sent.sender.channel,
        organisation=command.sent.sender.organisation,
        event_id=command.sent.event_id,
        sequence=1,
        status=status,
        reasons=tuple(in_senders_words(reason, command.referral.field_names) for reason in reasons),
        sender_referral_id=about.sender_referral_id if about else command.referral.sender_referral_id,
        referral_id=about.id if about else None,
        participant_id=about.participant_id if about else None,
        enrolment_id=about.enrolment_id if about else None,
        body_digest=command.sent.body_digest,
        settles_body=False,
        decided_at=now,
    )
