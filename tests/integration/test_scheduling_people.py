"""The dead, the merged and the erased: what becomes of their places."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from scheduling.domain.enrolments import Enrolment
from scheduling.domain.own_links import OwnLink, hash_of_token
from scheduling.domain.people import Person
from scheduling.domain.register_contents import Incident
from scheduling.domain.register_entries import NewEntry
from scheduling.domain.standing import Standing
from scheduling.storage.own_links import StoredOwnDates
from scheduling.use_cases.answer_by_text import Reply, answer_by_text
from scheduling.use_cases.keep_people import keep_people
from scheduling.use_cases.own_dates import keep_own_links, say_cannot_come
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import NOW
from support.servers import Database

LATER = NOW + timedelta(days=180)


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready
        assert await ready.problems() == []


def standing(person: Enrolment, sequence: int, status: str) -> Standing:
    return Standing(participant_id=person.participant_id, sequence=sequence, status=status)


async def statuses_of(desk: SchedulingDesk, person: Enrolment) -> list[str]:
    return [row["status"] for row in await desk.places() if row["enrolment_id"] == person.enrolment_id]


async def names(desk: SchedulingDesk) -> list[UUID]:
    return [row["participant_id"] for row in await desk.query("SELECT participant_id FROM people")]


async def keep_name(desk: SchedulingDesk, person: Enrolment, sequence: int) -> None:
    named = Person(
        participant_id=person.participant_id,
        sequence=sequence,
        display_name="Rosalind Example",
        emergency_contact_name=None,
        emergency_contact_phone=None,
    )
    async with desk.transaction() as (_, repositories):
        await keep_people(people=[named], repositories=repositories)


async def test_a_death_frees_the_place_for_whoever_waits(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=1)
    first, second = an_enrolment(), an_enrolment()
    await desk.enrol(first)
    await desk.enrol(second)
    await desk.stand(standing(first, 2, "deceased"))
    assert await statuses_of(desk, first) == ["discontinued"]
    assert await statuses_of(desk, second) == ["offered"]


async def test_a_death_that_was_none_gives_the_place_back_with_what_was_attended(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    session = opened.cohort.sessions[0]
    desk.now = session.ends_at
    await desk.start()
    await desk.register(session.session_id, {person.participant_id: "present"})
    await desk.stand(standing(person, 2, "deceased"))
    await desk.stand(standing(person, 3, "active"))
    [place] = await desk.places()
    assert (place["status"], place["cohort_id"]) == ("attending", opened.cohort.cohort_id)
    assert place["sessions_attended"] == 1


async def test_whose_place_was_given_away_meanwhile_is_placed_anew(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=1)
    first, second = an_enrolment(), an_enrolment()
    await desk.enrol(first)
    await desk.stand(standing(first, 2, "deceased"))
    await desk.enrol(second)
    await desk.stand(standing(first, 3, "active"))
    assert await statuses_of(desk, second) == ["placed"]
    assert sorted(await statuses_of(desk, first)) == ["discontinued", "waiting"]


async def test_who_is_told_to_be_dead_before_the_enrolment_comes_gets_no_place(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment()
    await desk.stand(standing(person, 2, "deceased"))
    await desk.enrol(person)
    assert await statuses_of(desk, person) == ["discontinued"]


@pytest.mark.parametrize("status", ["merged", "emigrated"])
async def test_a_merge_and_a_status_that_is_not_known_change_no_place(desk: SchedulingDesk, status: str) -> None:
    await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    changes = await desk.stand(replace(standing(person, 2, status), merged_into=uuid4() if status == "merged" else None))
    assert changes.places == ()
    assert await statuses_of(desk, person) == ["placed"]


async def test_older_news_changes_nothing(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    await desk.stand(standing(person, 5, "active"), standing(person, 4, "deceased"))
    assert await statuses_of(desk, person) == ["placed"]


async def test_an_enrolment_takes_its_place_to_another_person_and_back(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person, survivor = an_enrolment(), uuid4()
    await desk.enrol(person)
    for sequence, owner in ((2, survivor), (3, person.participant_id)):
        await desk.enrol(replace(person, sequence=sequence, participant_id=owner))
        [place] = await desk.places()
        assert (place["participant_id"], place["status"], place["sequence"]) == (owner, "placed", sequence)
    told = await desk.told("scheduling.place.changed.v1")
    assert [one["participant_id"] for one in told] == [str(person.participant_id), str(survivor), str(person.participant_id)]


async def test_two_places_of_one_person_are_staffs_to_decide_and_nothing_changes_by_itself(desk: SchedulingDesk) -> None:
    await desk.cohort()
    one, other = an_enrolment(), an_enrolment()
    await desk.enrol(one, other)
    await desk.enrol(replace(other, sequence=2, participant_id=one.participant_id))
    assert await statuses_of(desk, one) == await statuses_of(desk, other) == ["placed"]
    tasks = await desk.query("SELECT kind, status, participant_id FROM tasks")
    assert [(task["kind"], task["status"], task["participant_id"]) for task in tasks] == [
        ("two_places", "open", one.participant_id)
    ]
    await desk.enrol(replace(other, sequence=3, participant_id=one.participant_id, status="withdrawn"))
    assert [task["status"] for task in await desk.query("SELECT status FROM tasks")] == ["not_needed"]


async def test_the_name_of_the_erased_is_gone_and_does_not_come_back(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person, other = an_enrolment(), an_enrolment()
    await desk.enrol(person, other)
    await keep_name(desk, person, 1)
    await keep_name(desk, other, 1)
    await desk.stand(standing(person, 2, "erased"))
    await keep_name(desk, person, 9)
    await desk.stand(standing(person, 3, "active"))
    assert await names(desk) == [other.participant_id]
    assert await statuses_of(desk, person) == ["discontinued"]


async def test_a_place_is_not_given_back_in_a_cohort_that_is_over(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    await desk.stand(standing(person, 2, "deceased"))
    desk.now += timedelta(days=120)
    await desk.stand(standing(person, 3, "active"))
    assert sorted(await statuses_of(desk, person)) == ["discontinued", "waiting"]


async def missed_twice(desk: SchedulingDesk) -> Enrolment:
    """Somebody with a task about two absences, one about a session they cannot come to, and an incident."""
    opened = await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    who = person.participant_id
    for session in opened.cohort.sessions[:2]:
        desk.now = session.ends_at
        await desk.register(session.session_id, {who: "absent"})
    fall = Incident(incident="fall", what="Slipped", done="")
    entry = NewEntry(entry_id=uuid4(), kind="incident", content=fall, participant_id=who)
    await desk.enter(opened.cohort.sessions[1].session_id, entry)
    link = OwnLink(
        link_id=uuid4(), sequence=1, participant_id=who, token_hash=hash_of_token("t" * 43), status="issued", expires_at=LATER
    )
    async with desk.transaction() as (_, repositories):
        await keep_own_links(links=[link], repositories=repositories)
    dates = await StoredOwnDates(desk.engine).by_token("t" * 43, now=desk.now)
    assert dates is not None
    async with desk.transaction() as (_, repositories):
        third = opened.cohort.sessions[2].session_id
        await say_cannot_come(dates, third, repositories=repositories, now=desk.now, new_id=uuid4)
    return person


async def tasks_of(desk: SchedulingDesk) -> dict[str, tuple[str, UUID]]:
    rows = await desk.query("SELECT kind, status, participant_id FROM tasks")
    return {row["kind"]: (row["status"], row["participant_id"]) for row in rows}


async def test_tasks_and_the_own_page_follow_whom_a_person_is_now_and_back(desk: SchedulingDesk) -> None:
    person, survivor = await missed_twice(desk), uuid4()
    merged = replace(standing(person, 2, "merged"), merged_into=survivor)
    for sequence, owner, told in (
        (2, survivor, merged),
        (3, person.participant_id, standing(person, 3, "active")),
    ):
        await desk.stand(told)
        await desk.enrol(replace(person, sequence=sequence, participant_id=owner))
        kinds = ("missed_two", "incident", "cannot_come")
        assert await tasks_of(desk) == dict.fromkeys(kinds, ("open", owner))
        dates = await StoredOwnDates(desk.engine).by_token("t" * 43, now=desk.now)
        assert dates is not None
        assert [one.cannot_come for one in dates.sessions] == [True, *[False] * 9]


async def test_who_withdraws_is_asked_nothing_more_and_the_incident_is_still_looked_into(desk: SchedulingDesk) -> None:
    person = await missed_twice(desk)
    await desk.enrol(replace(person, sequence=2, status="withdrawn"))
    assert {kind: status for kind, (status, _) in (await tasks_of(desk)).items()} == {
        "missed_two": "not_needed",
        "cannot_come": "not_needed",
        "incident": "open",
    }


async def test_a_text_from_before_a_merge_answers_the_offer_of_whom_the_person_is_now(desk: SchedulingDesk) -> None:
    person, survivor = an_enrolment(), uuid4()
    await desk.enrol(person)
    await desk.cohort()
    await desk.stand(replace(standing(person, 2, "merged"), merged_into=survivor))
    await desk.enrol(replace(person, sequence=2, participant_id=survivor))
    reply = Reply(reply_id=uuid4(), participant_id=person.participant_id, answer="yes", place_id=None, received_at=desk.now)
    async with desk.work() as work:
        await work.announce(
            await answer_by_text(replies=[reply], offering=desk.offering, repositories=work.repositories, now=desk.now)
        )
    assert await desk.statuses() == {survivor: "placed"}
