"""The dead, the merged and the erased: what stops, what goes on, and what is forgotten."""

from datetime import timedelta
from uuid import UUID

import pytest

from notifications.domain.contact import Contact
from notifications.domain.enrolment import Enrolment
from notifications.domain.message import Kind, Message, Reason, Status
from notifications.domain.person import Person
from notifications.domain.place import Place
from notifications.use_cases.desk import holder
from notifications.use_cases.follow_people import follow_people
from notifications.use_cases.follow_withdrawals import follow_withdrawals
from notifications.use_cases.keep_contact import keep_contact
from notifications.use_cases.plan_messages_about_place import plan_messages_about_place
from support.desk_promises import NOW, a_message
from support.notifications_fakes import MARY, FakeDesk

SURVIVOR = UUID(int=77)


async def tell(desk: FakeDesk, *people: Person) -> None:
    planned = await follow_people(people=people, now=NOW, new_id=desk.new_id, desk=desk.desk())
    desk.announced.extend(ended.message for ended in planned.ended)


def mary(sequence: int, status: str, merged_into: UUID | None = None) -> Person:
    return Person(participant_id=MARY.participant_id, sequence=sequence, status=status, merged_into=merged_into)


async def a_desk(*messages: Message) -> FakeDesk:
    desk = FakeDesk()
    await desk.contacts.keep([MARY], at=NOW)
    await desk.messages.add(messages)
    return desk


def for_mary(**changes: object) -> Message:
    return a_message(participant_id=MARY.participant_id, **changes)


async def test_a_death_stops_every_message_and_says_why() -> None:
    desk = await a_desk(for_mary(), for_mary(due_at=NOW + timedelta(days=3)))
    await tell(desk, mary(2, "deceased"))
    assert {(m.status, m.reason) for m in desk.all()} == {(Status.DROPPED, Reason.PERSON_DIED)}
    assert len(desk.announced) == 2


async def test_a_death_that_was_none_lets_go_what_is_still_of_use() -> None:
    useful = for_mary(due_at=NOW - timedelta(hours=2), useful_until=NOW + timedelta(hours=3))
    past = for_mary(due_at=NOW - timedelta(hours=2), useful_until=NOW)
    other_reason = for_mary().drop(reason=Reason.REPLACED, now=NOW)
    of_a_place_that_ended = for_mary(place_id=UUID(int=5), cohort_id=UUID(int=6))
    desk = await a_desk(useful, past, other_reason, of_a_place_that_ended)
    await desk.places.keep(
        [Place(id=UUID(int=5), sequence=2, participant_id=MARY.participant_id, status="discontinued", cohort_id=UUID(int=6))]
    )
    await tell(desk, mary(2, "deceased"))
    await tell(desk, mary(3, "active"))
    rows = desk.messages.rows
    assert (rows[useful.id].status, rows[useful.id].due_at) == (Status.PLANNED, NOW)
    assert {rows[each.id].status for each in (past, other_reason, of_a_place_that_ended)} == {Status.DROPPED}


async def test_older_news_and_news_after_an_erasure_change_nothing() -> None:
    desk = await a_desk(for_mary())
    await tell(desk, mary(5, "active"), mary(4, "deceased"))
    assert [m.status for m in desk.all()] == [Status.PLANNED]
    await tell(desk, mary(6, "erased"))
    await tell(desk, mary(7, "active"))
    assert desk.people.rows[MARY.participant_id].status == "erased"


async def test_a_status_that_is_not_known_leaves_what_is_known() -> None:
    desk = await a_desk(for_mary())
    await tell(desk, mary(2, "deceased"))
    await tell(desk, mary(3, "emigrated"))
    assert desk.people.rows[MARY.participant_id] == mary(3, "deceased")
    assert [m.status for m in desk.all()] == [Status.DROPPED]


async def test_the_erased_are_forgotten_and_late_contacts_do_not_bring_them_back() -> None:
    desk = await a_desk(for_mary(facts={"token": "t"}), for_mary(facts={"token": "u"}).drop(reason=Reason.REPLACED, now=NOW))
    await tell(desk, mary(2, "erased"))
    assert [m.facts for m in desk.all()] == [{}, {}]
    assert {m.reason for m in desk.all()} == {Reason.PERSON_ERASED, Reason.REPLACED}
    late = Contact(**{name: getattr(MARY, name) for name in MARY.__slots__} | {"sequence": 9})
    planned = await keep_contact(contacts=[late], now=NOW, new_id=desk.new_id, desk=desk.desk())
    assert len(planned.results) == 1
    assert desk.contacts.rows == {}


async def test_who_was_merged_is_who_they_are_now_however_often() -> None:
    last = UUID(int=78)
    desk = await a_desk()
    await tell(desk, mary(2, "merged", SURVIVOR))
    await tell(desk, Person(participant_id=SURVIVOR, sequence=4, status="merged", merged_into=last))
    people = await desk.people.of({MARY.participant_id})
    assert holder(MARY.participant_id, people) == last
    assert holder(UUID(int=5), people) == UUID(int=5)


@pytest.mark.parametrize("back", [False, True])
async def test_a_place_takes_its_messages_along_to_another_person_and_tells_nothing_twice(*, back: bool) -> None:
    place = Place(id=UUID(int=5), sequence=1, participant_id=MARY.participant_id, status="waiting", cohort_id=None)
    desk = await a_desk()

    async def tell_place(told: Place) -> None:
        await plan_messages_about_place(places=[told], now=NOW, new_id=desk.new_id, desk=desk.desk())

    await tell_place(place)
    [first] = desk.all()
    steps = [SURVIVOR, MARY.participant_id] if back else [SURVIVOR]
    for sequence, owner in enumerate(steps, start=2):
        await tell_place(Place(id=place.id, sequence=sequence, participant_id=owner, status="waiting", cohort_id=None))
    [only] = desk.all()
    assert (only.id, only.kind, only.participant_id) == (first.id, Kind.WAITING_LIST, steps[-1])


def an_enrolment(status: str, sequence: int = 1, number: int = 1) -> Enrolment:
    return Enrolment(id=UUID(int=900 + number), sequence=sequence, participant_id=MARY.participant_id, status=status)


async def test_who_withdraws_hears_nothing_more_of_that_programme_and_all_of_another() -> None:
    mine, other = (
        Place(
            id=UUID(int=number),
            sequence=1,
            participant_id=MARY.participant_id,
            status="waiting",
            cohort_id=None,
            enrolment_id=UUID(int=900 + number),
        )
        for number in (1, 2)
    )
    questionnaire = for_mary(kind=Kind.QUESTIONNAIRE_DUE, facts={"token": "t", "enrolment_id": str(UUID(int=901))})
    about_place, about_other, link = for_mary(place_id=mine.id), for_mary(place_id=other.id), for_mary(kind=Kind.OWN_PAGE)
    desk = await a_desk(questionnaire, about_place, about_other, link)
    await desk.places.keep([mine, other])

    async def follow(*enrolments: Enrolment) -> None:
        planned = await follow_withdrawals(enrolments=enrolments, now=NOW, new_id=desk.new_id, desk=desk.desk())
        desk.announced.extend(ended.message for ended in planned.ended)

    await follow(an_enrolment("enrolled"), an_enrolment("a status of tomorrow", number=2))
    assert desk.announced == []
    await follow(an_enrolment("withdrawn", 2))
    assert {message.id for message in desk.with_status(Status.DROPPED)} == {questionnaire.id, about_place.id}
    assert {message.reason for message in desk.announced} == {Reason.WITHDRAWN}
