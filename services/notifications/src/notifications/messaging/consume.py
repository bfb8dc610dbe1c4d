"""The events that notifications reads, each translated into the command of one use case."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.contacts import Contact as ContactFact
from event_contracts.enrolment import EnrolmentChanged, LinkChanged, PersonChanged, PreferencesChanged, ReferralDecided
from event_contracts.outcomes import QuestionnaireChanged, SignpostingIssued
from event_contracts.scheduling import CohortChanged, PlaceChanged, SiteChanged
from notifications.domain.cohort import Cohort, Session
from notifications.domain.contact import Contact
from notifications.domain.enrolment import Enrolment
from notifications.domain.person import Person
from notifications.domain.place import MakeUp, Offer, Place
from notifications.domain.site import Site
from notifications.domain.wishes import Wishes
from notifications.messaging.publish import publish_ended
from notifications.use_cases.book import Planned
from notifications.use_cases.desk import Desk
from notifications.use_cases.follow_people import follow_people
from notifications.use_cases.follow_withdrawals import follow_withdrawals
from notifications.use_cases.keep_cohort import keep_cohort
from notifications.use_cases.keep_contact import keep_contact
from notifications.use_cases.keep_site import keep_site
from notifications.use_cases.keep_wishes import keep_wishes
from notifications.use_cases.plan_message_about_link import ISSUED, LinkState, plan_message_about_link
from notifications.use_cases.plan_message_about_questionnaire import DUE, QuestionnaireState, plan_message_about_questionnaire
from notifications.use_cases.plan_message_about_signposting import Signposting, plan_message_about_signposting
from notifications.use_cases.plan_messages_about_place import plan_messages_about_place
from notifications.use_cases.plan_messages_about_referral import ReferralDecision, plan_messages_about_referral
from service_kit.consumer import Consumer, Reaction, Received
from service_kit.envelope import Event, UnreadableError, read_model
from service_kit.results import Result

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)


class _UseCase(Protocol[C_contra]):
    def __call__(self, commands: Sequence[C_contra], now: datetime, desk: Desk) -> Awaitable[Planned]: ...


def consumers(*, desk: Callable[[AsyncConnection], Desk], new_id: Callable[[], UUID]) -> tuple[Consumer, ...]:
    """The durable consumers, in the order in which a group of events is handled: a cohort before the places in it."""

    def reaction(
        event_type: str, read: Callable[[Event], C], key: Callable[[C], UUID | str], use_case: _UseCase[C]
    ) -> Reaction[C]:
        async def handle(conn: AsyncConnection, received: Sequence[Received[C]], now: datetime) -> Sequence[Result]:
            planned = await use_case([one.command for one in received], now, desk(conn))
            await publish_ended(conn, [(ended.message, received[ended.because].event) for ended in planned.ended])
            return planned.results

        return Reaction(event_type=event_type, read=read, key=lambda command: str(key(command)), handle=handle)

    return (
        Consumer(
            durable="notifications_contacts",
            stream="CONTACTS",
            reactions=(
                reaction(
                    "contacts.v1",
                    read_contact,
                    lambda contact: contact.participant_id,
                    lambda commands, now, desk: keep_contact(contacts=commands, now=now, new_id=new_id, desk=desk),
                ),
            ),
        ),
        Consumer(
            durable="notifications_enrolment",
            stream="ENROLMENT",
            reactions=(
                reaction(
                    "enrolment.referral.decided.v1",
                    read_referral,
                    lambda decision: decision.participant_id,
                    lambda commands, now, desk: plan_messages_about_referral(
                        decisions=commands, now=now, new_id=new_id, desk=desk
                    ),
                ),
                reaction(
                    "enrolment.person.changed.v1",
                    read_standing,
                    lambda person: person.participant_id,
                    lambda commands, now, desk: follow_people(people=commands, now=now, new_id=new_id, desk=desk),
                ),
                reaction(
                    "enrolment.enrolment.changed.v1",
                    read_enrolment,
                    lambda enrolment: enrolment.participant_id,
                    lambda commands, now, desk: follow_withdrawals(enrolments=commands, now=now, new_id=new_id, desk=desk),
                ),
                reaction(
                    "enrolment.preferences.changed.v1",
                    read_wishes,
                    lambda wishes: wishes.participant_id,
                    lambda commands, now, desk: keep_wishes(wishes=commands, now=now, desk=desk),
                ),
                reaction(
                    "enrolment.link.changed.v1",
                    read_link,
                    lambda link: link.participant_id,
                    lambda commands, now, desk: plan_message_about_link(links=commands, now=now, new_id=new_id, desk=desk),
                ),
            ),
        ),
        Consumer(
            durable="notifications_scheduling",
            stream="SCHEDULING",
            reactions=(
                reaction(
                    "scheduling.site.changed.v1",
                    read_site,
                    lambda site: site.id,
                    lambda commands, _, desk: keep_site(sites=commands, desk=desk),
                ),
                reaction(
                    "scheduling.cohort.changed.v1",
                    read_cohort,
                    lambda cohort: cohort.id,
                    lambda commands, now, desk: keep_cohort(cohorts=commands, now=now, new_id=new_id, desk=desk),
                ),
                reaction(
                    "scheduling.place.changed.v1",
                    read_place,
                    lambda place: place.participant_id,
                    lambda commands, now, desk: plan_messages_about_place(places=commands, now=now, new_id=new_id, desk=desk),
                ),
            ),
        ),
        Consumer(
            durable="notifications_outcomes",
            stream="OUTCOMES",
            reactions=(
                reaction(
                    "outcomes.questionnaire.changed.v1",
                    read_questionnaire,
                    lambda state: state.participant_id,
                    lambda commands, now, desk: plan_message_about_questionnaire(
                        questionnaires=commands, now=now, new_id=new_id, desk=desk
                    ),
                ),
                reaction(
                    "outcomes.signposting.issued.v1",
                    read_signposting,
                    lambda signposting: signposting.participant_id,
                    lambda commands, now, desk: plan_message_about_signposting(
                        signpostings=commands, now=now, new_id=new_id, desk=desk
                    ),
                ),
            ),
        ),
    )


def read_contact(event: Event) -> Contact:
    """Translate `contacts.v1`."""
    fact = read_model(event, ContactFact)
    return Contact(
        participant_id=fact.participant_id,
        sequence=fact.sequence,
        greeting_name=fact.greeting_name,
        phone=fact.phone,
        email=fact.email,
        language=fact.language,
        preferred_channel=fact.preferred_channel,
        allows_sms=fact.allows_sms,
        allows_email=fact.allows_email,
    )


def read_standing(event: Event) -> Person:
    """Translate `enrolment.person.changed.v1`."""
    fact = read_model(event, PersonChanged)
    return Person(participant_id=fact.participant_id, sequence=fact.sequence, status=fact.status, merged_into=fact.merged_into)


def read_enrolment(event: Event) -> Enrolment:
    """Translate `enrolment.enrolment.changed.v1`."""
    fact = read_model(event, EnrolmentChanged)
    return Enrolment(id=fact.enrolment_id, sequence=fact.sequence, participant_id=fact.participant_id, status=fact.status)


def read_wishes(event: Event) -> Wishes:
    """Translate `enrolment.preferences.changed.v1`; who else may hear of the person is not a message's matter."""
    fact = read_model(event, PreferencesChanged)
    return Wishes(
        participant_id=fact.participant_id,
        sequence=fact.sequence,
        language=fact.language,
        preferred_channel=fact.preferred_channel,
        allows_sms=fact.allows_sms,
        allows_email=fact.allows_email,
    )


def read_referral(event: Event) -> ReferralDecision:
    """Translate `enrolment.referral.decided.v1`."""
    fact = read_model(event, ReferralDecided)
    return ReferralDecision(
        referral_id=fact.referral_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        status=fact.status,
        channel=fact.channel,
        asked=fact.asked,
        asked_at=_instant(fact.asked_at, "asked_at") if fact.asked_at else None,
    )


def read_link(event: Event) -> LinkState:
    """Translate `enrolment.link.changed.v1`; one that was issued needs the token that opens it."""
    fact = read_model(event, LinkChanged)
    if fact.status == ISSUED and not fact.token:
        raise UnreadableError("The field token is wrong: a link that is issued needs it.", field="token")
    return LinkState(
        link_id=fact.link_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        purpose=fact.purpose,
        status=fact.status,
        token=fact.token,
        code=fact.code,
        channel=fact.channel,
        expires_at=_instant(fact.expires_at, "expires_at"),
    )


def read_site(event: Event) -> Site:
    """Translate `scheduling.site.changed.v1`."""
    fact = read_model(event, SiteChanged)
    return Site(
        id=fact.site_id,
        sequence=fact.sequence,
        address=fact.address,
        what_to_bring=fact.what_to_bring,
        parking=fact.parking,
        access_features=tuple(fact.access_features),
    )


def read_cohort(event: Event) -> Cohort:
    """Translate `scheduling.cohort.changed.v1`."""
    fact = read_model(event, CohortChanged)
    return Cohort(
        id=fact.cohort_id,
        sequence=fact.sequence,
        site_id=fact.site_id,
        site_name=fact.site_name,
        status=fact.status,
        sessions=tuple(
            Session(
                id=session.session_id,
                number=session.number,
                starts_at=_instant(session.starts_at, "sessions.starts_at"),
                ends_at=_instant(session.ends_at, "sessions.ends_at"),
                status=session.status,
                site_id=session.site_id,
                site_name=session.site_name,
            )
            for session in fact.sessions
        ),
    )


def read_place(event: Event) -> Place:
    """Translate `scheduling.place.changed.v1`."""
    fact = read_model(event, PlaceChanged)
    return Place(
        id=fact.place_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        status=fact.status,
        cohort_id=fact.cohort_id,
        missed_in_a_row=fact.missed_in_a_row,
        offer=_offer(fact),
        waiting_reason=fact.waiting_reason,
        enrolment_id=fact.enrolment_id,
        make_ups=tuple(
            MakeUp(
                session_id=one.session_id,
                cohort_id=one.cohort_id,
                site_id=one.site_id,
                site_name=one.site_name,
                starts_at=_instant(one.starts_at, "make_ups.starts_at"),
                ends_at=_instant(one.ends_at, "make_ups.ends_at"),
                status=one.status,
            )
            for one in fact.make_ups
        ),
    )


def _offer(fact: PlaceChanged) -> Offer | None:
    if fact.offered_until is None or not fact.offer_token:
        return None
    return Offer(until=_instant(fact.offered_until, "offered_until"), token=fact.offer_token)


def read_questionnaire(event: Event) -> QuestionnaireState:
    """Translate `outcomes.questionnaire.changed.v1`; one that is due needs the token that opens it."""
    fact = read_model(event, QuestionnaireChanged)
    if fact.status == DUE and not fact.token:
        raise UnreadableError("The field token is wrong: a questionnaire that is due needs it.", field="token")
    return QuestionnaireState(
        questionnaire_id=fact.questionnaire_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        status=fact.status,
        due_at=_instant(fact.due_at, "due_at"),
        closes_at=_instant(fact.closes_at, "closes_at"),
        token=fact.token,
        reminders=fact.reminders,
        time_point=fact.time_point,
        enrolment_id=fact.enrolment_id,
    )


def read_signposting(event: Event) -> Signposting:
    """Translate `outcomes.signposting.issued.v1`."""
    fact = read_model(event, SignpostingIssued)
    return Signposting(
        signposting_id=fact.signposting_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        signposts=tuple({"title": signpost.title, "url": signpost.url} for signpost in fact.signposts),
    )


def _instant(value: datetime, field: str) -> datetime:
    if value.tzinfo is None:
        raise UnreadableError(f"The field {field} is wrong: a time needs an offset from UTC.", field=field)
    return value
