"""What others tell becomes commands."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.enrolment import EnrolmentChanged, LinkChanged, PersonChanged
from event_contracts.notifications import ReplyReceived
from event_contracts.people import Person as PersonFact
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.own_links import OWN_PAGE, OwnLink, hash_of_token
from scheduling.domain.people import Person
from scheduling.domain.standing import Standing
from scheduling.messaging.publish import announce
from scheduling.use_cases.answer_by_text import Reply, answer_by_text
from scheduling.use_cases.follow_enrolments import follow_enrolments
from scheduling.use_cases.follow_people import follow_people
from scheduling.use_cases.keep_people import keep_people
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.own_dates import keep_own_links
from scheduling.use_cases.repositories import Repositories
from service_kit.consumer import Consumer, Reaction, Received
from service_kit.envelope import Event, read_model
from service_kit.results import Done, Result


def consumers(*, repositories_in: Callable[[AsyncConnection], Repositories], offering: Offering) -> tuple[Consumer, ...]:
    """What scheduling hears: names first, so that a register that is opened at once has them."""

    async def people(conn: AsyncConnection, received: Sequence[Received[Person]], _: datetime) -> Sequence[Result]:
        await keep_people(people=[one.command for one in received], repositories=repositories_in(conn))
        return [Done() for _ in received]

    async def enrolments(conn: AsyncConnection, received: Sequence[Received[Enrolment]], now: datetime) -> Sequence[Result]:
        changes = await follow_enrolments(
            enrolments=[one.command for one in received], offering=offering, repositories=repositories_in(conn), now=now
        )
        await announce(conn, changes, because={one.command.enrolment_id: one.event for one in received})
        return [Done() for _ in received]

    async def links(conn: AsyncConnection, received: Sequence[Received[LinkChanged]], _: datetime) -> Sequence[Result]:
        own = [own_link(one.command) for one in received if one.command.purpose == OWN_PAGE]
        await keep_own_links(links=own, repositories=repositories_in(conn))
        return [Done() for _ in received]

    async def standings(conn: AsyncConnection, received: Sequence[Received[Standing]], now: datetime) -> Sequence[Result]:
        changes = await follow_people(
            people=[one.command for one in received], offering=offering, repositories=repositories_in(conn), now=now
        )
        await announce(conn, changes)
        return [Done() for _ in received]

    async def replies(conn: AsyncConnection, received: Sequence[Received[Reply]], now: datetime) -> Sequence[Result]:
        changes = await answer_by_text(
            replies=[one.command for one in received], offering=offering, repositories=repositories_in(conn), now=now
        )
        await announce(conn, changes)
        return [Done() for _ in received]

    return (
        Consumer(
            durable="scheduling_people",
            stream="PEOPLE",
            reactions=(
                Reaction(event_type="people.v1", read=read_person, key=lambda person: str(person.participant_id), handle=people),
            ),
        ),
        Consumer(
            durable="scheduling_enrolment",
            stream="ENROLMENT",
            reactions=(
                Reaction(
                    event_type="enrolment.enrolment.changed.v1",
                    read=read_enrolment,
                    key=lambda enrolment: str(enrolment.participant_id),
                    handle=enrolments,
                ),
                Reaction(
                    event_type="enrolment.link.changed.v1",
                    read=lambda event: read_model(event, LinkChanged),
                    key=lambda link: str(link.link_id),
                    handle=links,
                ),
                Reaction(
                    event_type="enrolment.person.changed.v1",
                    read=read_standing,
                    key=lambda standing: str(standing.participant_id),
                    handle=standings,
                ),
            ),
        ),
        Consumer(
            durable="scheduling_notifications",
            stream="NOTIFICATIONS",
            reactions=(
                Reaction(
                    event_type="notifications.reply.received.v1",
                    read=read_reply,
                    key=lambda reply: str(reply.participant_id),
                    handle=replies,
                ),
            ),
        ),
    )


def read_enrolment(event: Event) -> Enrolment:
    """Translate `enrolment.enrolment.changed.v1`. Raises UnreadableError."""
    fact = read_model(event, EnrolmentChanged)
    return Enrolment(
        enrolment_id=fact.enrolment_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        programme=fact.programme,
        status=fact.status,
        enrolled_at=fact.enrolled_at,
        close_attention=fact.close_attention,
        outward_code=fact.outward_code,
        preferred_site=fact.preferred_site,
        referred_at=fact.referred_at,
        language=fact.language,
        access_needs=tuple(fact.access_needs),
        available=tuple(fact.available),
        employer=fact.employer,
    )


def own_link(fact: LinkChanged) -> OwnLink:
    """Translate `enrolment.link.changed.v1` of a link to somebody's own page; its token is not kept."""
    return OwnLink(
        link_id=fact.link_id,
        sequence=fact.sequence,
        participant_id=fact.participant_id,
        token_hash=hash_of_token(fact.token) if fact.token else None,
        status=fact.status,
        expires_at=fact.expires_at,
    )


def read_standing(event: Event) -> Standing:
    """Translate `enrolment.person.changed.v1`. Raises UnreadableError."""
    fact = read_model(event, PersonChanged)
    return Standing(participant_id=fact.participant_id, sequence=fact.sequence, status=fact.status, merged_into=fact.merged_into)


def read_person(event: Event) -> Person:
    """Translate `people.v1`. Raises UnreadableError."""
    fact = read_model(event, PersonFact)
    return Person(
        participant_id=fact.participant_id,
        sequence=fact.sequence,
        display_name=fact.display_name,
        emergency_contact_name=fact.emergency_contact_name,
        emergency_contact_phone=fact.emergency_contact_phone,
    )


def read_reply(event: Event) -> Reply:
    """Translate `notifications.reply.received.v1`. Raises UnreadableError."""
    fact = read_model(event, ReplyReceived)
    return Reply(
        reply_id=fact.reply_id,
        participant_id=fact.participant_id,
        answer=fact.answer,
        place_id=fact.place_id,
        received_at=fact.received_at,
    )
