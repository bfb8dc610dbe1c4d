"""Offers on a real database: they hold a seat, are answered once, end in time, and go on to the next person by themselves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduling.domain.enrolments import Enrolment
from scheduling.domain.offers import OfferClosedError
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import MONDAY, NOW
from support.servers import Database

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready
        assert await ready.problems() == []


def queue(size: int) -> list[Enrolment]:
    """People who have waited, the longest first."""
    return [an_enrolment(enrolled_at=NOW - (size - number) * DAY) for number in range(size)]


async def test_who_waited_is_offered_a_seat_which_is_held_until_they_answer(desk: SchedulingDesk) -> None:
    first, second = queue(2)
    await desk.enrol(first, second)

    opened = await desk.cohort(capacity=1)

    assert await desk.statuses() == {first.participant_id: "offered", second.participant_id: "waiting"}
    told = (await desk.told("scheduling.place.changed.v1"))[-1]
    assert told["offered_until"] == "2026-11-28T09:00:00Z"
    assert (told["cohort_id"], told["site_id"]) == (str(opened.cohort.cohort_id), "harbour")
    assert told["offer_token"] == (await desk.offer_of(first)).token
    await desk.answer(first, "accepted")
    assert (await desk.statuses())[first.participant_id] == "placed"
    told = (await desk.told("scheduling.place.changed.v1"))[-1]
    assert (told["status"], told["offered_until"], told["offer_token"]) == ("placed", None, None)


async def test_the_same_answer_again_changes_nothing_and_another_one_is_refused(desk: SchedulingDesk) -> None:
    [person] = queue(1)
    await desk.enrol(person)
    await desk.cohort()
    await desk.answer(person, "accepted")
    before = await desk.places()

    assert (await desk.answer(person, "accepted", by="staff")).places == ()
    with pytest.raises(OfferClosedError, match="accepted already"):
        await desk.answer(person, "declined")

    assert await desk.places() == before


async def test_a_declined_place_goes_to_the_next_person_and_is_not_offered_to_the_first_again(desk: SchedulingDesk) -> None:
    first, second = queue(2)
    await desk.enrol(first, second)
    await desk.cohort(capacity=1)

    await desk.answer(first, "declined")

    assert await desk.statuses() == {first.participant_id: "waiting", second.participant_id: "offered"}
    await desk.answer(second, "declined")
    assert set((await desk.statuses()).values()) == {"waiting"}
    [one, _] = await desk.reads.waiting(now=desk.now)
    assert (one.participant_id, one.told_reason, one.reason, one.offers_refused) == (
        first.participant_id,
        "offer_declined",
        "offers_refused",
        1,
    )


async def test_an_offer_that_nobody_answers_ends_after_five_days_and_goes_on(desk: SchedulingDesk) -> None:
    first, second = queue(2)
    await desk.enrol(first, second)
    await desk.cohort(capacity=1, starts_on=MONDAY + 3 * WEEK)
    desk.now = NOW + 5 * DAY - timedelta(seconds=1)
    assert (await desk.expire()).places == ()

    desk.now = NOW + 5 * DAY
    with pytest.raises(OfferClosedError, match=r"This offer ended on 28 November at 09:00\."):
        await desk.answer(first, "accepted")
    assert (await desk.statuses())[first.participant_id] == "offered"
    await desk.expire()

    assert await desk.statuses() == {first.participant_id: "waiting", second.participant_id: "offered"}
    assert (await desk.offer_of(second)).answer_by == desk.now + 5 * DAY
    told = {one["participant_id"]: one for one in await desk.told("scheduling.place.changed.v1")}
    assert told[str(first.participant_id)]["waiting_reason"] == "offer_expired"


async def test_an_offer_ends_a_day_before_the_start_at_the_latest_and_then_nothing_is_offered_any_more(
    desk: SchedulingDesk,
) -> None:
    first, second = queue(2)
    await desk.enrol(first, second)
    desk.now = NOW + 3 * DAY
    opened = await desk.cohort(capacity=1)
    starts_at = opened.cohort.span.first_session_at
    assert (await desk.offer_of(first)).answer_by == starts_at - DAY

    desk.now = starts_at - DAY
    await desk.expire()

    assert set((await desk.statuses()).values()) == {"waiting"}


async def test_after_three_offers_in_vain_a_person_leaves_the_list(desk: SchedulingDesk) -> None:
    [person] = queue(1)
    await desk.enrol(person)
    for week in range(1, 4):
        await desk.cohort(starts_on=MONDAY + 2 * week * WEEK)
        if week < 3:
            await desk.answer(person, "declined")
    desk.now = NOW + 6 * DAY

    await desk.expire()

    assert await desk.statuses() == {person.participant_id: "declined"}
    await desk.cohort(starts_on=MONDAY + 5 * WEEK)
    assert await desk.statuses() == {person.participant_id: "declined"}


async def test_who_withdraws_gives_up_an_offer_and_it_goes_on(desk: SchedulingDesk) -> None:
    first, second = queue(2)
    await desk.enrol(first, second)
    await desk.cohort(capacity=1)
    offer = await desk.offer_of(first)

    await desk.enrol(replace(first, sequence=2, status="withdrawn"))

    assert await desk.statuses() == {first.participant_id: "discontinued", second.participant_id: "offered"}
    [row] = await desk.query("SELECT status FROM offers WHERE offer_id = :offer_id", offer_id=offer.offer_id)
    assert row["status"] == "taken_back"


async def test_a_cancelled_cohort_takes_its_offers_back_and_people_are_offered_what_else_there_is(desk: SchedulingDesk) -> None:
    [person] = queue(1)
    await desk.enrol(person)
    opened = await desk.cohort(sessions=10, weekdays=("mon", "thu"))
    for session in opened.cohort.sessions[:-1]:
        await desk.cancel(session.session_id)
    other = await desk.cohort(starts_on=MONDAY + WEEK)

    await desk.cancel(opened.cohort.sessions[-1].session_id)

    assert (await desk.offer_of(person)).cohort_id == other.cohort.cohort_id
    [place] = await desk.places()
    assert (place["status"], place["cohort_id"]) == ("offered", other.cohort.cohort_id)


async def test_a_flag_is_kept_while_a_place_is_offered(desk: SchedulingDesk) -> None:
    people = [replace(one, close_attention=True) for one in queue(3)]
    await desk.enrol(*people)

    await desk.cohort()

    assert sorted((await desk.statuses()).values()) == ["offered", "offered", "waiting"]
    await desk.answer(people[0], "declined")
    assert await desk.statuses() == {
        people[0].participant_id: "waiting",
        people[1].participant_id: "offered",
        people[2].participant_id: "offered",
    }


async def test_accepting_and_ending_at_once_leave_one_of_both(desk: SchedulingDesk) -> None:
    people = queue(20)
    await desk.enrol(*people)
    await desk.cohort(capacity=10, starts_on=MONDAY + 3 * WEEK)

    answers = [desk.answer(one, "accepted" if number % 2 else "declined") for number, one in enumerate(people[:10])]
    await asyncio.gather(*answers, *(desk.answer(one, "accepted") for one in people[:10]), return_exceptions=True)

    statuses = [row["status"] for row in await desk.places()]
    assert statuses.count("placed") + statuses.count("offered") == 10
    rows = await desk.query("SELECT status, count(*) AS offers FROM offers GROUP BY status")
    counted = {row["status"]: row["offers"] for row in rows}
    assert counted["accepted"] == statuses.count("placed")
    assert counted.get("offered", 0) == statuses.count("offered")


async def test_fifty_who_would_take_the_last_place_that_comes_free_are_one(desk: SchedulingDesk) -> None:
    first = an_enrolment()
    await desk.cohort(capacity=1)
    await desk.enrol(first)
    people = queue(25)
    await desk.enrol(*people)

    await asyncio.gather(
        desk.enrol(replace(first, sequence=2, status="withdrawn")), *(desk.enrol(an_enrolment()) for _ in range(25))
    )

    statuses = await desk.statuses()
    assert [one for one, status in statuses.items() if status in {"offered", "placed"}] == [people[0].participant_id]
