"""Decisions to events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from enrolment.domain.confirmations import Confirmation
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.hearing import as_heard, hears_of_care
from enrolment.domain.links import IssuedLink, Link
from enrolment.domain.nominations import Nomination
from enrolment.domain.person import Participant
from enrolment.domain.preferences import Preferences, Wishes
from enrolment.domain.progress import PLACED
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral
from enrolment.use_cases.change_preferences import Changed
from enrolment.use_cases.outcome import Outcome, StepTaken
from enrolment.use_cases.review_referral import Asked
from enrolment.use_cases.tell_progress import CareNews
from event_contracts.contacts import Contact
from event_contracts.enrolment import EnrolmentChanged, LinkChanged, PersonChanged, PreferencesChanged, ReferralDecided
from event_contracts.people import Person as PersonContract
from event_contracts.receipts import NominationReceipt, ReferralProgress
from event_contracts.receipts import Reason as ReasonContract
from event_contracts.receipts import Receipt as ReceiptContract
from service_kit.buckets import bucket_of
from service_kit.envelope import Event
from service_kit.outbox import Outgoing

CONTACT = "contacts.v1"
PERSON = "people.v1"


def events_of(outcome: Outcome, *, because: Event | None) -> Iterator[Outgoing]:
    """Yield what is to be told about one outcome: the answer, who is enrolled, how to reach whom, what was decided, who it is.

    Readers assume no order, but the place that somebody waits for comes sooner when the enrolment is told first.
    """
    if outcome.receipt.has_reader:
        yield receipt_event(outcome.receipt, because=because)
    for enrolment in outcome.enrolments:
        yield _enrolment_event(enrolment, because)
    for participant in outcome.contacts:
        yield _from_current_rows(CONTACT, participant, because)
    for referral in outcome.referrals:
        yield _referral_event(referral, because)
    for participant in outcome.people:
        yield _from_current_rows(PERSON, participant, because)
    for issued in outcome.links:
        yield link_issued(issued, because=because)


def events_of_question(asked: Asked) -> Iterator[Outgoing]:
    """Yield what is to be told after more was asked about a referral: the question to its sender, and that it was asked."""
    if asked.receipt is not None:
        yield receipt_event(asked.receipt, because=None)
    yield _referral_event(asked.referral, None)


def events_of_step(step: StepTaken, *, because: Event | None) -> Iterator[Outgoing]:
    """Yield what is to be told after staff, the person or another system changed where a person stands."""
    for participant in step.standings:
        yield _standing_event(participant, step.at, because)
    for enrolment in step.enrolments:
        yield _enrolment_event(enrolment, because)
    for participant in step.contacts:
        yield _from_current_rows(CONTACT, participant, because)
    for participant in step.people:
        yield _from_current_rows(PERSON, participant, because)
    for preferences in step.preferences:
        yield preferences_changed(preferences)


def receipt_event(receipt: Receipt, *, because: Event | None) -> Outgoing:
    """Return the event that tells a sender what it may hear."""
    heard = as_heard(receipt)
    reasons = [ReasonContract(code=reason.code, text=reason.text, field=reason.field) for reason in heard.reasons]
    body: ReceiptContract | NominationReceipt
    if hears_of_care(heard.channel):
        body = ReceiptContract(
            event_id=heard.event_id,
            organisation=heard.organisation,
            status=heard.status,
            reasons=reasons,
            referral_id=heard.sender_referral_id,
            participant_id=heard.participant_id,
            enrolment_id=heard.enrolment_id,
            linked_referral_ids=list(heard.linked_referral_ids),
            first_status=heard.first_status,
            decided_at=heard.decided_at,
        )
    else:
        body = NominationReceipt(
            event_id=heard.event_id,
            organisation=heard.organisation,
            status=heard.status,
            reasons=reasons,
            nomination_id=heard.sender_referral_id,
            decided_at=heard.decided_at,
        )
    return Outgoing(
        type=f"receipts.{heard.channel}.v1",
        nats_subject=f"receipts.{heard.channel}.{heard.organisation}",
        aggregate=heard.event_id,
        sequence=heard.sequence,
        body=body,
        because=because,
    )


def progress_event(news: CareNews, *, because: Event | None) -> Outgoing:
    """Return the event that tells a sender who cares for the person how it went on."""
    listener = news.listener
    kind = f"receipts.{listener.channel}.progress.v1"
    return Outgoing(
        type=kind,
        nats_subject=f"receipts.{listener.channel}.{listener.organisation}.progress",
        aggregate=f"{listener.event_id} {news.place.place_id}",
        sequence=news.place.sequence,
        body=_progress(news),
        because=because,
    )


def progress_data(news: CareNews) -> dict[str, Any]:
    """Return the same as plain data, for a webhook."""
    return _progress(news).model_dump(mode="json", exclude_none=True)


def _progress(news: CareNews) -> ReferralProgress:
    place, is_over = news.place, news.news != PLACED
    return ReferralProgress(
        event_id=news.listener.event_id,
        organisation=news.listener.organisation,
        referral_id=news.listener.sender_referral_id,
        sequence=place.sequence,
        programme=place.programme,
        status=news.news,
        first_session_at=place.first_session_at,
        sessions_attended=place.sessions_attended if is_over else None,
        sessions_run=place.sessions_run if is_over else None,
        changed_at=place.changed_at,
    )


def link_issued(issued: IssuedLink, *, because: Event | None = None) -> Outgoing:
    """Return the event of a new link: the only place where its token and code stand."""
    return _link_event(issued.link, because, token=issued.token, code=issued.code)


def link_ended(link: Link) -> Outgoing:
    """Return the event of a link that was used, revoked or has expired."""
    return _link_event(link, None, token=None, code=None)


def contact_of_stand_in(nomination: Nomination, *, because: Event | None) -> Outgoing:
    """Return the event by which somebody who was nominated can be written to before they are anybody."""
    return Outgoing(
        type=CONTACT,
        nats_subject=f"{CONTACT}.{nomination.participant_id}",
        aggregate=str(nomination.participant_id),
        sequence=nomination.sequence,
        body=None,
        because=because,
    )


def contacts_of_stand_ins(nominations: Sequence[Nomination]) -> dict[str, Contact]:
    """Return how to reach those who were nominated, by the id that stands in for them; nobody, once that is over."""
    found: dict[str, Contact] = {}
    for nomination in nominations:
        nominee = nomination.nominee
        found[str(nomination.participant_id)] = Contact(
            participant_id=nomination.participant_id,
            sequence=nomination.sequence,
            greeting_name=nominee.given_name if nominee else "",
            phone=nominee.phone if nominee else None,
            email=nominee.email if nominee else None,
            language=nominee.language if nominee else "en",
        )
    return found


def contacts_of(participants: Sequence[Participant], wishes: Mapping[UUID, Wishes] = MappingProxyType({})) -> dict[str, Contact]:
    """Return how to reach each participant, by id. Referrals bring the consent to messages about the programme with them."""
    return {
        str(participant.id): Contact(
            participant_id=participant.id,
            sequence=participant.sequence,
            greeting_name=participant.person.given_name,
            phone=participant.person.phone,
            email=participant.person.email,
            language=participant.person.language,
            preferred_channel=participant.person.preferred_channel,
            allows_sms=wishes[participant.id].allows_sms if participant.id in wishes else True,
            allows_email=wishes[participant.id].allows_email if participant.id in wishes else True,
        )
        for participant in participants
    }


def contacts_of_confirmations(confirmations: Sequence[Confirmation]) -> dict[str, Contact]:
    """Return how to reach whoever is at an address that is to be confirmed; nobody, once that is over."""
    return {
        str(confirmation.id): Contact(
            participant_id=confirmation.id,
            sequence=confirmation.sequence,
            greeting_name=confirmation.greeting_name,
            phone=confirmation.phone,
            email=confirmation.email,
            language=confirmation.language,
        )
        for confirmation in confirmations
    }


def contact_of_confirmation(confirmation: Confirmation) -> Outgoing:
    """Return the event that an address is to be confirmed, or no longer is."""
    return Outgoing(
        type=CONTACT,
        nats_subject=f"{CONTACT}.{confirmation.id}",
        aggregate=str(confirmation.id),
        sequence=confirmation.sequence,
        body=None,
    )


def contact_changed(participant: Participant) -> Outgoing:
    """Return the event that somebody is reached in another way."""
    return _from_current_rows(CONTACT, participant, None)


def events_of_wishes(changed: Changed) -> Iterator[Outgoing]:
    """Yield what is to be told after a person's wishes changed."""
    yield contact_changed(changed.participant)
    yield preferences_changed(changed.preferences)
    for enrolment in changed.enrolments:
        yield _enrolment_event(enrolment, None)


def preferences_changed(preferences: Preferences) -> Outgoing:
    """Return the event of what a person agreed to and wishes."""
    kind = "enrolment.preferences.changed.v1"
    wishes = preferences.wishes
    return Outgoing(
        type=kind,
        nats_subject=f"{kind}.{bucket_of(preferences.participant_id)}",
        aggregate=str(preferences.participant_id),
        sequence=preferences.sequence,
        body=PreferencesChanged(
            participant_id=preferences.participant_id,
            sequence=preferences.sequence,
            language=wishes.language,
            preferred_channel=wishes.preferred_channel,
            allows_sms=wishes.allows_sms,
            allows_email=wishes.allows_email,
            shares_with_gp=wishes.shares_with_gp,
            allows_marketing=wishes.allows_marketing,
            source=preferences.source,
            changed_at=preferences.changed_at,
        ),
    )


def people_of(participants: Sequence[Participant]) -> dict[str, PersonContract]:
    """Return who each participant is to the staff in the room, by id."""
    return {
        str(participant.id): PersonContract(
            participant_id=participant.id,
            sequence=participant.sequence,
            display_name=f"{participant.person.given_name} {participant.person.family_name}",
            emergency_contact_name=participant.person.emergency_contact_name,
            emergency_contact_phone=participant.person.emergency_contact_phone,
        )
        for participant in participants
    }


def _from_current_rows(kind: str, participant: Participant, because: Event | None) -> Outgoing:
    return Outgoing(
        type=kind,
        nats_subject=f"{kind}.{participant.id}",
        aggregate=str(participant.id),
        sequence=participant.sequence,
        body=None,
        because=because,
    )


def _referral_event(referral: Referral, because: Event | None) -> Outgoing:
    return _fact(
        "enrolment.referral.decided.v1",
        referral.participant_id,
        ReferralDecided(
            referral_id=referral.id,
            sequence=referral.sequence,
            participant_id=referral.participant_id,
            organisation=referral.organisation,
            channel=referral.channel,
            programme=referral.programme,
            status=referral.status,
            reason_codes=[reason.code for reason in referral.reasons],
            enrolment_id=referral.enrolment_id,
            decided_at=referral.decided_at,
            asked=_asked_of(referral),
            asked_at=referral.asked_at,
        ),
        because,
    )


def _asked_of(referral: Referral) -> str | None:
    if referral.asked_at is None or referral.status != "needs_review":
        return None
    return "sender" if hears_of_care(referral.channel) else "person"


def _enrolment_event(enrolment: Enrolment, because: Event | None) -> Outgoing:
    return _fact(
        "enrolment.enrolment.changed.v1",
        enrolment.participant_id,
        EnrolmentChanged(
            enrolment_id=enrolment.id,
            sequence=enrolment.sequence,
            participant_id=enrolment.participant_id,
            programme=enrolment.programme,
            status=enrolment.status,
            enrolled_at=enrolment.enrolled_at,
            referral_channel=enrolment.referral_channel,
            joints=list(enrolment.joints),
            close_attention=enrolment.close_attention,
            outward_code=enrolment.outward_code,
            preferred_site=enrolment.preferred_site,
            referred_at=enrolment.referred_at,
            language=enrolment.language,
            access_needs=list(enrolment.access_needs),
            available=list(enrolment.available),
            employer=enrolment.employer,
        ),
        because,
    )


def _link_event(link: Link, because: Event | None, *, token: str | None, code: str | None) -> Outgoing:
    kind = "enrolment.link.changed.v1"
    return Outgoing(
        type=kind,
        nats_subject=f"{kind}.{bucket_of(link.participant_id)}",
        aggregate=str(link.id),
        sequence=link.sequence,
        body=LinkChanged(
            link_id=link.id,
            sequence=link.sequence,
            participant_id=link.participant_id,
            purpose=link.purpose,
            token=token,
            code=code,
            channel=link.channel,
            status=link.status,
            expires_at=link.expires_at,
            changed_at=link.changed_at,
        ),
        because=because,
    )


def _standing_event(participant: Participant, changed_at: datetime, because: Event | None) -> Outgoing:
    return _fact(
        "enrolment.person.changed.v1",
        participant.id,
        PersonChanged(
            participant_id=participant.id,
            sequence=participant.sequence,
            status=participant.status,
            merged_into=participant.merged_into,
            changed_at=changed_at,
        ),
        because,
    )


def _fact(
    kind: str, participant_id: UUID, body: ReferralDecided | EnrolmentChanged | PersonChanged, because: Event | None
) -> Outgoing:
    return Outgoing(
        type=kind,
        nats_subject=f"{kind}.{bucket_of(participant_id)}",
        aggregate=str(participant_id),
        sequence=body.sequence,
        body=body,
        because=because,
    )
