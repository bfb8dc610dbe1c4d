"""A sender refers a person to a programme."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from enrolment.domain.audit import Actor
from enrolment.domain.eligibility import Answers
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.matching import Match
from enrolment.domain.near_matches import near_match
from enrolment.domain.person import Participant, Person, outward_code
from enrolment.domain.programmes import Programme
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral, birth_date_problem, decide
from enrolment.domain.standing import DECEASED
from enrolment.use_cases.known import Known, Sender, Sent
from enrolment.use_cases.outcome import Outcome

# A person's age and a referral's date are those of the place where the programme runs.
LOCAL_TIME = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReferral:
    """One referral. `field_names` gives the sender's names for our fields, where they differ, so that reasons point to theirs.

    One that is not `vouched_for` says who somebody claims to be: it never completes what is known of a person. `by` is who sent
    it, where that isn't an organisation.

    `named_by_message`: the id names the message rather than the referral, and senders use it again. Another message under it is
    another referral, which goes by the id of its event.
    """

    sent: Sent
    sender_referral_id: str
    programme: str
    person: Person
    answers: Answers
    service_request: str | None = None
    referred_on: date | None = None
    preferred_site: str | None = None
    access_needs: tuple[str, ...] = ()
    available: tuple[str, ...] = ()
    employer: str | None = None
    vouched_for: bool = True
    named_by_message: bool = False
    by: Actor | None = None
    field_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a decision is made by."""

    programmes: Mapping[str, Programme]
    in_production: bool


def receive_referral(
    command: ReceiveReferral, *, known: Known, rules: Rules, now: datetime, new_id: Callable[[], UUID]
) -> Outcome:
    """Decide about one referral and put everything that follows from it into `known`."""
    sender = command.sent.sender
    repeated = known.referral_named(sender, command.sender_referral_id)
    if repeated is not None and not command.named_by_message:
        return Outcome(receipt=_already_received(command, repeated, known, now))
    if repeated is not None:
        command = replace(command, sender_referral_id=command.sent.event_id)
    today = now.astimezone(LOCAL_TIME).date()
    programme = rules.programmes.get(command.programme)
    if programme is None:
        text = "This service doesn't run the programme that the referral names."
        return Outcome(receipt=_invalid(command, Reason("unknown_programme", text, "programme"), now, settles_body=False))
    problem = birth_date_problem(command.person.birth_date, today=today)
    if problem is not None:
        return Outcome(receipt=_invalid(command, problem, now, settles_body=True))

    identity = command.person.identity()
    match = known.match(identity)
    participant, changed = _participant(command, match, known, new_id)
    before = known.referrals_of([participant.id])
    enrolled = known.enrolled_in(participant.id, programme.code)
    decision = decide(
        programme=programme,
        person=command.person,
        match=match,
        answers=command.answers,
        already_enrolled=enrolled is not None,
        red_flag_waiting=any(
            other.status == "needs_review" and other.has_red_flag and other.programme == programme.code for other in before
        ),
        told_dead=participant.status == DECEASED,
        today=today,
        in_production=rules.in_production,
    )
    referral = Referral(
        id=new_id(),
        sequence=1,
        participant_id=participant.id,
        channel=sender.channel,
        organisation=sender.organisation,
        sender_referral_id=command.sender_referral_id,
        service_request=command.service_request,
        programme=programme.code,
        referred_on=command.referred_on,
        answers=command.answers,
        preferred_site=command.preferred_site,
        status=decision.status,
        reasons=decision.reasons,
        event_id=command.sent.event_id,
        enrolment_id=enrolled.id if enrolled and decision.status == "duplicate" else None,
        near_participant_ids=match.near,
        received_at=now,
        decided_at=now,
        access_needs=command.access_needs,
        available=command.available,
        employer=command.employer,
    )
    enrolments: tuple[Enrolment, ...] = ()
    if decision.status == "accepted":
        enrolment = enrol(referral, person=participant.person, now=now, enrolment_id=new_id())
        referral = replace(referral, enrolment_id=enrolment.id)
        known.put_enrolment(enrolment)
        enrolments = (enrolment,)
    known.put_referral(referral)
    for other in match.near:
        if known.near_match_of(participant.id, other) is None:
            known.put_near_match(near_match(participant.id, other, match_id=new_id(), now=now, referral_id=referral.id))
    alike = known.referrals_of([participant.id, *match.near])
    receipt = _answer(
        command,
        now,
        status=decision.status,
        reasons=decision.reasons,
        referral=referral,
        linked=tuple(other.sender_referral_id for other in alike if other.id != referral.id),
        settles_body=True,
    )
    met_by_staff = bool(enrolments) or (changed and known.is_enrolled(participant.id))
    return Outcome(
        receipt=receipt,
        contacts=(participant,) if changed else (),
        people=(participant,) if met_by_staff else (),
        referrals=(referral,),
        enrolments=enrolments,
    )


def enrol(referral: Referral, *, person: Person, now: datetime, enrolment_id: UUID) -> Enrolment:
    """Enrol the person of an accepted referral in its programme."""
    return Enrolment(
        id=enrolment_id,
        sequence=1,
        participant_id=referral.participant_id,
        programme=referral.programme,
        status="enrolled",
        enrolled_at=now,
        changed_at=now,
        referral_channel=referral.channel,
        joints=referral.answers.joints,
        close_attention=referral.answers.close_attention is True,
        outward_code=outward_code(person.postcode),
        preferred_site=referral.preferred_site,
        referred_at=_referred_at(referral),
        language=person.language,
        access_needs=referral.access_needs,
        available=referral.available,
        employer=referral.employer,
    )


def _referred_at(referral: Referral) -> datetime:
    """Return when the person was referred: the sender's date, if it is before the day on which the referral came."""
    received = referral.received_at
    if referral.referred_on is None or referral.referred_on >= received.astimezone(LOCAL_TIME).date():
        return received
    return datetime.combine(referral.referred_on, time(), LOCAL_TIME).astimezone(UTC)


def _participant(command: ReceiveReferral, match: Match, known: Known, new_id: Callable[[], UUID]) -> tuple[Participant, bool]:
    if match.same is None:
        participant = Participant(id=new_id(), sequence=1, person=command.person)
    else:
        before = known.participants[match.same]
        completed = before.person.completed_by(command.person) if command.vouched_for else before.person
        if completed == before.person:
            return before, False
        participant = replace(before, sequence=before.sequence + 1, person=completed)
    known.put_participant(participant)
    return participant, True


def _already_received(command: ReceiveReferral, earlier: Referral, known: Known, now: datetime) -> Receipt:
    linked = (other.sender_referral_id for other in known.referrals_of([earlier.participant_id]) if other.id != earlier.id)
    return _answer(
        command,
        now,
        status="duplicate",
        reasons=(Reason("referral_already_received", "A referral with this id was received before.", "referral_id"),),
        referral=earlier,
        linked=tuple(linked),
        first_status=earlier.status,
        settles_body=False,
    )


def _invalid(command: ReceiveReferral, reason: Reason, now: datetime, *, settles_body: bool) -> Receipt:
    return _answer(command, now, status="invalid", reasons=(reason,), settles_body=settles_body)


def _answer(
    command: ReceiveReferral,
    now: datetime,
    *,
    status: str,
    reasons: tuple[Reason, ...],
    settles_body: bool,
    referral: Referral | None = None,
    linked: tuple[str, ...] = (),
    first_status: str | None = None,
) -> Receipt:
    return Receipt(
        channel=command.sent.sender.channel,
        organisation=command.sent.sender.organisation,
        event_id=command.sent.event_id,
        sequence=1,
        status=status,
        reasons=tuple(in_senders_words(reason, command.field_names) for reason in reasons),
        sender_referral_id=command.sender_referral_id,
        referral_id=referral.id if referral else None,
        participant_id=referral.participant_id if referral else None,
        enrolment_id=referral.enrolment_id if referral else None,
        linked_referral_ids=linked,
        first_status=first_status,
        body_digest=command.sent.body_digest,
        settles_body=settles_body,
        decided_at=now,
    )


def in_senders_words(reason: Reason, field_names: Mapping[str, str]) -> Reason:
    """Name the field as the sender's own message does."""
    if reason.field is None:
        return reason
    return replace(reason, field=field_names.get(reason.field, reason.field))


def sender_of(referral: Referral) -> Sender:
    """Return who sent a referral."""
    return Sender(referral.channel, referral.organisation)
