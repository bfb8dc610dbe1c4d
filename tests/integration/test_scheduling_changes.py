"""Cohorts that move, are cancelled or get another session, and people who are moved: everybody concerned is told once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest

from scheduling.use_cases.add_session import NewSession, add_session
from scheduling.use_cases.cancel_cohort import cancel_cohort
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.move_cohort import NewTimes, move_cohort
from scheduling.use_cases.open_cohort import Opened
from scheduling.use_cases.return_to_list import return_to_list
from scheduling.use_cases.transfer_person import transfer_person
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import BANK_HOLIDAYS, MONDAY, NOW
from support.servers import Database

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
PLACE = "scheduling.place.changed.v1"
COHORT = "scheduling.cohort.changed.v1"


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready
        assert await ready.problems() == []


async def move(desk: SchedulingDesk, opened: Opened, *, starts_on: date, weekdays: tuple[str, ...] = ("tue", "fri")) -> Changes:
    async with desk.work() as work:
        changes = await move_cohort(
            cohort_id=opened.cohort.cohort_id,
            times=NewTimes(starts_on=starts_on, weekdays=weekdays, starts_at=time(14)),
            offering=desk.offering,
            bank_holidays=BANK_HOLIDAYS,
            repositories=work.repositories,
            now=desk.now,
        )
        await work.announce(changes)
    return changes


async def cancel(desk: SchedulingDesk, opened: Opened) -> Changes:
    async with desk.work() as work:
        changes = await cancel_cohort(
            cohort_id=opened.cohort.cohort_id, offering=desk.offering, repositories=work.repositories, now=desk.now
        )
        await work.announce(changes)
    return changes


async def transfer(desk: SchedulingDesk, place_id: UUID, opened: Opened) -> Changes:
    async with desk.work() as work:
        changes = await transfer_person(
            place_id=place_id,
            cohort_id=opened.cohort.cohort_id,
            offering=desk.offering,
            repositories=work.repositories,
            now=desk.now,
        )
        await work.announce(changes)
    return changes


async def add(desk: SchedulingDesk, opened: Opened, *, starts_on: date, themes: tuple[str, ...] | None = None) -> Changes:
    async with desk.work() as work:
        changes = await add_session(
            cohort_id=opened.cohort.cohort_id,
            wanted=NewSession(starts_on=starts_on, starts_at=time(10), themes=themes),
            offering=desk.offering,
            bank_holidays=BANK_HOLIDAYS,
            repositories=work.repositories,
            now=desk.now,
        )
        await work.announce(changes)
    return changes


async def place_of(desk: SchedulingDesk, participant_id: UUID) -> UUID:
    [row] = [row for row in await desk.places() if row["participant_id"] == participant_id]
    return UUID(str(row["place_id"]))


async def test_a_cohort_moves_as_a_whole_and_its_people_are_told_once(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)

    changes = await move(desk, opened, starts_on=MONDAY + 2 * WEEK)

    [cohort] = changes.cohorts
    assert cohort.sequence == opened.cohort.sequence + 1
    assert [one.session_id for one in cohort.sessions] == [one.session_id for one in opened.cohort.sessions]
    assert cohort.sessions[0].starts_at.isoformat() == "2026-12-15T14:00:00+00:00"
    assert [one["sequence"] for one in await desk.told(PLACE)] == [1, 2]
    assert (await desk.told(PLACE))[-1]["first_session_at"] == "2026-12-15T14:00:00Z"
    assert len(await desk.told(COHORT)) == 2
    assert (await move(desk, opened, starts_on=MONDAY + 2 * WEEK)).cohorts == ()


async def test_an_offer_ends_earlier_where_the_start_does(desk: SchedulingDesk) -> None:
    person = an_enrolment()
    await desk.enrol(person)
    opened = await desk.cohort(starts_on=MONDAY + 3 * WEEK)

    await move(desk, opened, starts_on=NOW.date() + 3 * DAY)

    starts_at = (await desk.offer_of(person)).answer_by + DAY
    assert starts_at.isoformat() == "2026-11-27T14:00:00+00:00"
    assert (await desk.told(PLACE))[-1]["offered_until"] == "2026-11-26T14:00:00Z"


@pytest.mark.parametrize(
    ("starts_on", "weekdays", "sentence"),
    [
        (NOW.date() - WEEK, ("mon", "thu"), "starts_on must not be in the past"),
        (MONDAY, ("mon", "tue"), "weekdays must not be next to each other."),
        (MONDAY, ("mon", "mon"), "weekdays must be 2 different days."),
    ],
)
async def test_a_move_that_breaks_a_rule_changes_nothing(
    desk: SchedulingDesk, starts_on: date, weekdays: tuple[str, ...], sentence: str
) -> None:
    opened = await desk.cohort()

    with pytest.raises(ValueError, match=sentence):
        await move(desk, opened, starts_on=starts_on, weekdays=weekdays)

    assert len(await desk.told(COHORT)) == 1


async def test_a_cohort_is_cancelled_at_once_and_its_people_wait_with_the_reason(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)

    await cancel(desk, opened)

    told = (await desk.told(PLACE))[-1]
    assert (told["status"], told["waiting_reason"], told["sequence"]) == ("waiting", "cohort_cancelled", 2)
    assert (await desk.told(COHORT))[-1]["status"] == "cancelled"
    assert (await cancel(desk, opened)).cohorts == ()


async def test_a_cohort_that_has_begun_is_finished_by_cancelling_it(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    desk.now = opened.cohort.sessions[0].ends_at
    await desk.register(opened.cohort.sessions[0].session_id, {person.participant_id: "present"})

    [cohort] = (await cancel(desk, opened)).cohorts

    assert cohort.status == "finished"
    assert await desk.statuses() == {person.participant_id: "cut_short"}


async def test_a_person_is_moved_to_another_cohort_and_the_place_left_goes_on(desk: SchedulingDesk) -> None:
    first = await desk.cohort(capacity=1)
    person, waiting = an_enrolment(), an_enrolment()
    await desk.enrol(person)
    await desk.enrol(waiting)
    second = await desk.cohort(capacity=2, starts_on=MONDAY + WEEK)
    await desk.answer(waiting, "declined")

    await transfer(desk, await place_of(desk, person.participant_id), second)

    given = {row["participant_id"]: (row["status"], row["cohort_id"]) for row in await desk.places()}
    assert given == {
        person.participant_id: ("placed", second.cohort.cohort_id),
        waiting.participant_id: ("offered", first.cohort.cohort_id),
    }


async def test_staff_give_a_place_to_somebody_who_waits(desk: SchedulingDesk) -> None:
    person = an_enrolment(available=("sat-am",))
    await desk.enrol(person)
    opened = await desk.cohort()

    await transfer(desk, await place_of(desk, person.participant_id), opened)

    assert await desk.statuses() == {person.participant_id: "placed"}


async def test_a_transfer_keeps_every_limit(desk: SchedulingDesk) -> None:
    first = await desk.cohort()
    flagged = [an_enrolment(close_attention=True) for _ in range(2)]
    await desk.enrol(*flagged)
    full = await desk.cohort(capacity=1, starts_on=MONDAY + WEEK)
    third, fourth = an_enrolment(close_attention=True), an_enrolment()
    await desk.enrol(third)
    await desk.enrol(fourth)
    place_id = await place_of(desk, fourth.participant_id)

    with pytest.raises(ValueError, match="it is full"):
        await transfer(desk, place_id, full)
    with pytest.raises(ValueError, match="another cohort than the person is in"):
        await transfer(desk, place_id, first)
    with pytest.raises(ValueError, match="a cohort of the same programme"):
        await transfer(desk, place_id, replace(first, cohort=replace(first.cohort, cohort_id=uuid4())))
    with pytest.raises(ValueError, match="somebody who needs close attention"):
        await transfer(desk, await place_of(desk, third.participant_id), first)


async def test_another_session_makes_up_for_a_cancelled_one_and_covers_what_is_owed(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    lost = opened.cohort.sessions[3]
    await desk.cancel(lost.session_id)
    shown = await desk.reads.cohort(opened.cohort.cohort_id)
    assert shown is not None
    assert tuple(shown.owed) == lost.themes

    changes = await add(desk, opened, starts_on=date(2027, 1, 14))

    [cohort] = changes.cohorts
    assert (cohort.sessions[-1].number, cohort.sessions[-1].themes) == (13, lost.themes)
    shown = await desk.reads.cohort(opened.cohort.cohort_id)
    assert shown is not None
    assert list(shown.owed) == []
    assert (await desk.told(PLACE))[-1]["last_session_at"] == "2027-01-14T10:00:00Z"


@pytest.mark.parametrize(
    ("starts_on", "sentence"),
    [
        (date(2026, 12, 3), "starts_at must not overlap another session"),
        (date(2026, 11, 20), "starts_on must not be in the past"),
        (date(2026, 12, 25), "closed day"),
    ],
)
async def test_a_session_that_breaks_a_rule_is_not_added(desk: SchedulingDesk, starts_on: date, sentence: str) -> None:
    opened = await desk.cohort(sessions=11)

    with pytest.raises(ValueError, match=sentence):
        await add(desk, opened, starts_on=starts_on)


async def test_who_left_the_list_is_put_back_and_is_offered_what_is_free(desk: SchedulingDesk) -> None:
    person = an_enrolment()
    await desk.enrol(person)
    for week in range(1, 4):
        await desk.cohort(starts_on=MONDAY + 2 * week * WEEK)
        await desk.answer(person, "declined")
    assert await desk.statuses() == {person.participant_id: "declined"}
    place_id = await place_of(desk, person.participant_id)

    async with desk.work() as work:
        changes = await return_to_list(place_id=place_id, offering=desk.offering, repositories=work.repositories, now=desk.now)
        await work.announce(changes)

    assert sorted(row["status"] for row in await desk.places()) == ["declined", "offered"]
    with pytest.raises(ValueError, match="who left the waiting list"):
        async with desk.work() as work:
            await return_to_list(place_id=place_id, offering=desk.offering, repositories=work.repositories, now=desk.now)
