"""Events become commands, and a group of commands becomes one call of a use case."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.enrolment import EnrolmentChanged, LinkChanged, PersonChanged
from event_contracts.notifications import MessageChanged
from event_contracts.people import Person as PersonTold
from event_contracts.scheduling import PlaceChanged, SiteChanged
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.own_links import OWN_PAGE, OwnLink, hash_of_token
from outcomes.domain.place import Place
from outcomes.domain.standing import Standing
from outcomes.messaging.publish import OutboxAnnouncer
from outcomes.use_cases import (
    ask_questionnaires,
    follow_people,
    keep_own_links,
    keep_person,
    keep_site,
    know_enrolment,
    note_first_contact,
)
from outcomes.use_cases.ask_questionnaires import PlaceTold, Plans
from outcomes.use_cases.follow_people import StandingTold
from outcomes.use_cases.keep_person import Person
from outcomes.use_cases.keep_site import Site
from outcomes.use_cases.know_enrolment import EnrolmentTold
from outcomes.use_cases.note_first_contact import MessageTold
from service_kit.consumer import Consumer, Reaction, Received
from service_kit.envelope import Event, read_model
from service_kit.results import Done, Result


class Records(
    keep_person.Records,
    keep_site.Records,
    know_enrolment.Records,
    ask_questionnaires.Records,
    follow_people.Records,
    note_first_contact.Records,
    keep_own_links.Records,
    Protocol,
):
    """All that the use cases load and store."""


def consumers(
    *,
    records: Callable[[AsyncConnection], Records],
    plans: Plans,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
) -> tuple[Consumer, ...]:
    """The service's durable consumers: enrolments, people and places."""

    async def people(conn: AsyncConnection, received: Sequence[Received[Person]], _: datetime) -> Sequence[Result]:
        await keep_person.keep_people([one.command for one in received], records=records(conn))
        return [Done()] * len(received)

    async def sites(conn: AsyncConnection, received: Sequence[Received[Site]], _: datetime) -> Sequence[Result]:
        await keep_site.keep_sites([one.command for one in received], records=records(conn))
        return [Done()] * len(received)

    async def enrolments(conn: AsyncConnection, received: Sequence[Received[Enrolment]], _: datetime) -> Sequence[Result]:
        told = [EnrolmentTold(enrolment=one.command, because=one.event) for one in received]
        await know_enrolment.know_enrolments(told, records=records(conn), announcer=OutboxAnnouncer(conn))
        return [Done()] * len(received)

    async def links(conn: AsyncConnection, received: Sequence[Received[LinkChanged]], _: datetime) -> Sequence[Result]:
        own = [own_link(one.command) for one in received if one.command.purpose == OWN_PAGE]
        await keep_own_links.keep_own_links(own, records=records(conn))
        return [Done()] * len(received)

    async def stand(conn: AsyncConnection, received: Sequence[Received[Standing]], now: datetime) -> Sequence[Result]:
        await follow_people.follow_people(
            [StandingTold(standing=one.command, because=one.event) for one in received],
            records=records(conn),
            announcer=OutboxAnnouncer(conn),
            schedule=plans.schedule,
            now=now,
            new_id=new_id,
            new_token=new_token,
        )
        return [Done()] * len(received)

    async def places(conn: AsyncConnection, received: Sequence[Received[Place]], now: datetime) -> Sequence[Result]:
        return await ask_questionnaires.ask_questionnaires(
            [PlaceTold(place=one.command, because=one.event) for one in received],
            records=records(conn),
            announcer=OutboxAnnouncer(conn),
            plans=plans,
            now=now,
            new_id=new_id,
            new_token=new_token,
        )

    async def messages(conn: AsyncConnection, received: Sequence[Received[MessageTold]], _: datetime) -> Sequence[Result]:
        await note_first_contact.note_first_contacts([one.command for one in received], records=records(conn))
        return [Done()] * len(received)

    return (
        Consumer(
            durable="outcomes_people",
            stream="PEOPLE",
            reactions=(
                Reaction(event_type="people.v1", read=read_person, key=lambda one: str(one.participant_id), handle=people),
            ),
        ),
        Consumer(
            durable="outcomes_enrolment",
            stream="ENROLMENT",
            reactions=(
                Reaction(
                    event_type="enrolment.enrolment.changed.v1",
                    read=read_enrolment,
                    key=lambda one: str(one.participant_id),
                    handle=enrolments,
                ),
                Reaction(
                    event_type="enrolment.link.changed.v1",
                    read=lambda event: read_model(event, LinkChanged),
                    key=lambda one: str(one.link_id),
                    handle=links,
                ),
                Reaction(
                    event_type="enrolment.person.changed.v1",
                    read=read_standing,
                    key=lambda one: str(one.participant_id),
                    handle=stand,
                ),
            ),
        ),
        Consumer(
            durable="outcomes_scheduling",
            stream="SCHEDULING",
            reactions=(
                Reaction(
                    event_type="scheduling.place.changed.v1",
                    read=read_place,
                    key=lambda one: str(one.participant_id),
                    handle=places,
                ),
                Reaction(event_type="scheduling.site.changed.v1", read=read_site, key=lambda one: one.site_id, handle=sites),
            ),
        ),
        Consumer(
            durable="outcomes_notifications",
            stream="NOTIFICATIONS",
            reactions=(
                Reaction(
                    event_type="notifications.message.changed.v1",
                    read=read_message,
                    key=lambda one: str(one.participant_id),
                    handle=messages,
                ),
            ),
        ),
    )


def own_link(told: LinkChanged) -> OwnLink:
    """A link to somebody's own page; its token is not kept."""
    return OwnLink(
        link_id=told.link_id,
        sequence=told.sequence,
        participant_id=told.participant_id,
        token_hash=hash_of_token(told.token) if told.token else None,
        status=told.status,
        expires_at=told.expires_at,
    )


def read_message(event: Event) -> MessageTold:
    """What became of a message; neither its words nor its address are told."""
    told = read_model(event, MessageChanged)
    return MessageTold(participant_id=told.participant_id, status=told.status, at=told.changed_at)


def read_person(event: Event) -> Person:
    """The person that an event tells of; only the name is kept."""
    told = read_model(event, PersonTold)
    return Person(participant_id=told.participant_id, sequence=told.sequence, display_name=told.display_name)


def read_standing(event: Event) -> Standing:
    """Where a person stands that an event tells of."""
    told = read_model(event, PersonChanged)
    return Standing(participant_id=told.participant_id, sequence=told.sequence, status=told.status, merged_into=told.merged_into)


def read_enrolment(event: Event) -> Enrolment:
    """The enrolment that an event tells of."""
    told = read_model(event, EnrolmentChanged)
    return Enrolment(
        enrolment_id=told.enrolment_id,
        sequence=told.sequence,
        participant_id=told.participant_id,
        programme=told.programme,
        status=told.status,
        enrolled_at=told.enrolled_at,
        referral_channel=told.referral_channel,
        joints=tuple(told.joints),
        outward_code=told.outward_code,
        language=told.language,
        access_needs=tuple(told.access_needs),
        referred_at=told.referred_at,
    )


def read_site(event: Event) -> Site:
    """The site that an event tells of; its name and kind are kept for reports."""
    told = read_model(event, SiteChanged)
    return Site(site_id=told.site_id, sequence=told.sequence, name=told.name, kind=told.kind, status=told.status)


def read_place(event: Event) -> Place:
    """The place that an event tells of."""
    told = read_model(event, PlaceChanged)
    return Place(
        place_id=told.place_id,
        sequence=told.sequence,
        participant_id=told.participant_id,
        enrolment_id=told.enrolment_id,
        programme=told.programme,
        status=told.status,
        cohort_id=told.cohort_id,
        first_session_at=told.first_session_at,
        last_session_at=told.last_session_at,
        sessions_attended=told.sessions_attended,
        sessions_run=told.sessions_run,
        changed_at=told.changed_at,
        site_id=told.site_id,
    )
