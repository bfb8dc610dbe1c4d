"""What a desk promises, whichever it is: run on the fake in the unit tests and on PostgreSQL in the integration tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notifications.domain.cohort import Cohort, Session
from notifications.domain.contact import Contact
from notifications.domain.enrolment import Enrolment
from notifications.domain.message import Channel, Kind, Message, Reason
from notifications.domain.person import Person
from notifications.domain.place import Place
from notifications.domain.site import Site
from notifications.domain.wishes import Wishes
from notifications.use_cases.desk import Desk
from service_kit.ids import new_id

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
REAL = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_message(**changes: object) -> Message:
    plain = Message(
        id=new_id(),
        participant_id=new_id(),
        kind=Kind.SESSION_REMINDER,
        about_id=str(new_id()),
        facts={"token": "t", "changes": [{"was_at": None}]},
        due_at=NOW,
        useful_until=NOW + timedelta(days=1),
        planned_at=NOW,
        changed_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's choice of fields


async def every_message_comes_back_as_it_was_kept(desk: Desk) -> None:
    planned = a_message()
    taken = a_message().claim(channel=Channel.SMS, provider="fake", until=REAL, now=NOW)
    waiting = a_message().defer(reason=Reason.QUIET_HOURS, until=NOW, now=NOW)
    await desk.messages.add([planned, taken, waiting])
    assert await desk.messages.by_id([waiting.id, planned.id, taken.id]) == [planned, taken, waiting]
    sent = taken.sent(now=NOW)
    await desk.messages.change([sent])
    assert await desk.messages.of_participants([taken.participant_id]) == [sent]
    assert await desk.messages.open_of_participants([taken.participant_id, planned.participant_id]) == [planned]


async def one_message_for_each_person_kind_and_thing(desk: Desk) -> None:
    first = a_message()
    again = replace(first, id=new_id())
    other = replace(first, id=new_id(), kind=Kind.PLACE_FOUND)
    await desk.messages.add([first])
    await desk.messages.add([again, other])
    assert {message.id for message in await desk.messages.of_participants([first.participant_id])} == {first.id, other.id}


async def what_is_due_comes_oldest_first_and_what_was_put_back_waits_for_real_time(desk: Desk) -> None:
    later, sooner, future = a_message(), a_message(due_at=NOW - timedelta(hours=1)), a_message(due_at=NOW + timedelta(seconds=1))
    put_back = (
        a_message()
        .claim(channel=Channel.SMS, provider="fake", until=REAL, now=NOW)
        .put_back(reason=Reason.INTERRUPTED, retry_at=REAL, now=NOW)
    )
    await desk.messages.add([later, sooner, future, put_back])
    assert await desk.messages.due(now=NOW, real_now=REAL - timedelta(seconds=1), limit=10) == [sooner, later]
    assert await desk.messages.due(now=NOW, real_now=REAL, limit=10) == [sooner, later, put_back]
    assert await desk.messages.due(now=NOW, real_now=REAL, limit=1) == [sooner]


async def what_nobody_spoke_for_in_time_is_overdue(desk: Desk) -> None:
    taken = a_message().claim(channel=Channel.SMS, provider="fake", until=REAL, now=NOW)
    await desk.messages.add([taken])
    assert await desk.messages.overdue_in_sending(real_now=REAL - timedelta(seconds=1), limit=10) == []
    assert await desk.messages.overdue_in_sending(real_now=REAL, limit=10) == [taken]


async def only_what_is_newer_is_kept(desk: Desk) -> None:
    contact = Contact(
        participant_id=new_id(),
        sequence=2,
        greeting_name="Mary",
        phone="07700 900123",
        email=None,
        language="en",
        preferred_channel=None,
        allows_sms=True,
        allows_email=False,
    )
    await desk.contacts.keep([contact], at=NOW)
    await desk.contacts.keep([replace(contact, sequence=1, greeting_name="Old")], at=NOW)
    assert await desk.contacts.of([contact.participant_id, new_id()]) == {contact.participant_id: contact}
    place = Place(id=new_id(), sequence=2, participant_id=new_id(), status="placed", cohort_id=new_id())
    await desk.places.keep([place, replace(place, sequence=1, status="waiting")])
    assert await desk.places.of([place.id]) == {place.id: place}
    assert place.cohort_id is not None
    assert await desk.places.in_cohorts([place.cohort_id]) == [place]
    session = Session(id=new_id(), number=1, starts_at=NOW, status="planned")
    cohort = Cohort(id=new_id(), sequence=3, site_name="Tŷ Gwyn", status="open", sessions=(session,))
    await desk.cohorts.keep([cohort])
    await desk.cohorts.keep([replace(cohort, sequence=2, sessions=())])
    for read in (desk.cohorts.of, desk.cohorts.steady, desk.cohorts.mine):
        assert await read([cohort.id]) == {cohort.id: cohort}
    thing: UUID = new_id()
    await desk.heard.keep("referral", {thing: 2})
    await desk.heard.keep("referral", {thing: 1})
    assert await desk.heard.versions("referral", [thing]) == {thing: 2}
    assert await desk.heard.versions("questionnaire", [thing]) == {}


async def a_cohort_comes_with_what_is_known_of_its_site(desk: Desk) -> None:
    site = Site(
        id=str(new_id()), sequence=2, address="1 Example Road", what_to_bring=None, parking=None, access_features=("lift",)
    )
    cohort = Cohort(id=new_id(), sequence=1, site_name="Tŷ Gwyn", status="open", sessions=(), site_id=site.id)
    await desk.cohorts.keep([cohort])
    assert await desk.cohorts.of([cohort.id]) == {cohort.id: cohort}
    await desk.sites.keep([site])
    await desk.sites.keep([replace(site, sequence=1, address=None)])
    assert await desk.cohorts.of([cohort.id]) == {cohort.id: replace(cohort, site=site)}
    session = Session(id=new_id(), number=1, starts_at=NOW, status="planned", site_id=site.id, site_name="Hall")
    elsewhere = Cohort(id=new_id(), sequence=1, site_name="Tŷ", status="open", sessions=(session,), site_id="unheard of")
    await desk.cohorts.keep([elsewhere])
    there = replace(elsewhere, sessions=(replace(session, site=site),))
    assert await desk.cohorts.of([elsewhere.id]) == {elsewhere.id: there}


async def a_contact_is_as_the_person_wishes_and_allowed_is_what_both_allow(desk: Desk) -> None:
    contact = Contact(
        participant_id=new_id(),
        sequence=1,
        greeting_name="Mary",
        phone="07700 900123",
        email="mary@example.org",
        language="en",
        preferred_channel="sms",
        allows_sms=False,
        allows_email=True,
    )
    wishes = Wishes(
        participant_id=contact.participant_id,
        sequence=2,
        language="cy",
        preferred_channel=None,
        allows_sms=True,
        allows_email=False,
    )

    async def found() -> Contact:
        return (await desk.contacts.of([contact.participant_id]))[contact.participant_id]

    await desk.wishes.keep([wishes], at=NOW)
    await desk.wishes.keep([replace(wishes, sequence=1, language="fr")], at=NOW)
    assert await desk.contacts.of([contact.participant_id]) == {}
    await desk.contacts.keep([contact], at=NOW)
    assert await found() == replace(contact, language="cy", preferred_channel=None, allows_email=False)
    later = replace(contact, sequence=2, allows_sms=True)
    await desk.contacts.keep([later], at=NOW + timedelta(seconds=1))
    assert await found() == replace(later, allows_email=False)
    await desk.people.forget([contact.participant_id])
    await desk.contacts.keep([contact], at=NOW)
    assert await found() == contact


async def whoever_was_merged_is_known_with_who_they_are_now(desk: Desk) -> None:
    first, second, now_is, other = (new_id() for _ in range(4))

    def merged(participant_id: UUID, into: UUID) -> Person:
        return Person(participant_id=participant_id, sequence=1, status="merged", merged_into=into)

    await desk.people.keep([merged(first, second), merged(second, now_is), Person(participant_id=other, sequence=1)])
    assert await desk.people.merged_into([now_is, other]) == {first: now_is, second: now_is}


async def whoever_withdrew_is_found_by_enrolment_and_by_place(desk: Desk) -> None:
    left, stayed, place_id, other_id = (new_id() for _ in range(4))
    gone = Enrolment(id=left, sequence=2, participant_id=new_id(), status="withdrawn")
    await desk.enrolments.keep([gone, Enrolment(id=stayed, sequence=1, participant_id=new_id(), status="enrolled")])
    await desk.enrolments.keep([replace(gone, sequence=1, status="enrolled")])
    place = Place(
        id=place_id, sequence=1, participant_id=gone.participant_id, status="waiting", cohort_id=None, enrolment_id=left
    )
    await desk.places.keep([place, replace(place, id=other_id, enrolment_id=stayed)])
    assert await desk.enrolments.withdrawn(enrolment_ids=[left, stayed], place_ids=[]) == {left, place_id}
    assert await desk.enrolments.withdrawn(enrolment_ids=[], place_ids=[place_id, other_id]) == {left, place_id}
    assert await desk.enrolments.withdrawn(enrolment_ids=[stayed], place_ids=[other_id]) == frozenset()


PROMISES = (
    every_message_comes_back_as_it_was_kept,
    one_message_for_each_person_kind_and_thing,
    what_is_due_comes_oldest_first_and_what_was_put_back_waits_for_real_time,
    what_nobody_spoke_for_in_time_is_overdue,
    only_what_is_newer_is_kept,
    a_cohort_comes_with_what_is_known_of_its_site,
    a_contact_is_as_the_person_wishes_and_allowed_is_what_both_allow,
    whoever_was_merged_is_known_with_who_they_are_now,
    whoever_withdrew_is_found_by_enrolment_and_by_place,
)
