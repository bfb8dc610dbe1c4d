"""Somebody makes up for a session in another cohort: within its limits, on its register, told once, and counted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.own_links import OwnLink, hash_of_token
from scheduling.domain.places import Seat
from scheduling.domain.register_contents import Goals
from scheduling.domain.register_entries import NewEntry
from scheduling.domain.standing import Standing
from scheduling.storage import tables
from scheduling.storage.own_links import StoredOwnDates
from scheduling.use_cases.book_make_up import book_make_up
from scheduling.use_cases.cancel_cohort import cancel_cohort
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.look_up import MakeUpSheet
from scheduling.use_cases.open_cohort import Opened
from scheduling.use_cases.own_dates import keep_own_links
from scheduling.use_cases.take_back_make_up import take_back_make_up
from scheduling.use_cases.transfer_person import transfer_person
from support.scheduling_desk import STAFF, SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import MONDAY, a_site
from support.servers import Database

WEEK = timedelta(days=7)
PLACE = "scheduling.place.changed.v1"


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        await ready.site(a_site(site_id="meadow", name="Meadow", rooms=a_site().rooms[:3]))
        yield ready
        assert await ready.problems() == []


class Missed:
    """Somebody missed the first session of their cohort; another at Meadow starts a week later, on other days."""

    def __init__(self, desk: SchedulingDesk, own: Opened, host: Opened, person: Enrolment) -> None:
        self.desk, self.own, self.host, self.person = desk, own, host, person
        self.session = host.cohort.sessions[0]

    async def place(self) -> Any:
        [row] = [row for row in await self.desk.places() if row["participant_id"] == self.person.participant_id]
        return row

    async def book(self, session_id: UUID | None = None) -> Changes:
        place_id = (await self.place())["place_id"]
        async with self.desk.work() as work:
            changes = await book_make_up(
                place_id=place_id,
                session_id=session_id or self.session.session_id,
                by=STAFF,
                offering=self.desk.offering,
                repositories=work.repositories,
                now=self.desk.now,
            )
            await work.announce(changes)
        return changes

    async def take_back(self) -> Changes:
        place_id = (await self.place())["place_id"]
        async with self.desk.work() as work:
            changes = await take_back_make_up(
                place_id=place_id,
                session_id=self.session.session_id,
                offering=self.desk.offering,
                repositories=work.repositories,
                now=self.desk.now,
            )
            await work.announce(changes)
        return changes

    async def sheet(self) -> MakeUpSheet:
        found = await self.desk.reads.make_ups((await self.place())["place_id"], sites=(), now=self.desk.now)
        assert found is not None
        return found

    async def told(self) -> list[dict[str, Any]]:
        mine = str(self.person.participant_id)
        return [one for one in await self.desk.told(PLACE) if one["participant_id"] == mine]

    async def tasks(self) -> list[Any]:
        return [row["status"] for row in await self.desk.query("SELECT status FROM tasks WHERE kind = 'make_up_lost'")]


async def missed(desk: SchedulingDesk, *others: Enrolment, capacity: int = 10, **about: Any) -> Missed:
    person = an_enrolment(preferred_site="harbour", **about)
    own = await desk.cohort()
    await desk.enrol(person, *others)
    host = await desk.cohort(site_id="meadow", starts_on=MONDAY + WEEK, weekdays=("tue", "fri"), capacity=capacity)
    first = own.cohort.sessions[0]
    desk.now = first.ends_at
    await desk.register(first.session_id, {one.participant_id: "absent" for one in (person, *others)})
    return Missed(desk, own, host, person)


async def test_what_is_owed_and_where_it_can_be_heard_is_suggested(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    sheet = await one.sheet()
    assert sheet.owed == ("welcome",)
    [choice] = sheet.choices
    assert (choice.session_id, choice.site_name, choice.themes, choice.free) == (
        one.session.session_id,
        "Meadow",
        ["welcome"],
        10,
    )
    assert not choice.fits  # they asked for Harbour


async def test_the_person_is_told_once_and_is_on_that_register_alone(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    before = len(await one.told())

    await one.book()
    await one.book()

    told = await one.told()
    assert len(told) == before + 1
    [make_up] = told[-1]["make_ups"]
    assert (make_up["site_name"], make_up["status"], make_up["themes"]) == ("Meadow", "coming", ["welcome"])
    assert make_up["starts_at"] == "2026-12-08T10:00:00Z"
    [line] = (await desk.sheet(one.session.session_id)).lines
    assert (line.participant_id, line.guest_from) == (one.person.participant_id, "Harbour Centre")
    assert (await desk.sheet(one.host.cohort.sessions[1].session_id)).lines == []
    assert (await one.sheet()).owed == ()


async def test_attendance_there_counts_for_what_was_missed(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    await one.book()
    desk.now = one.session.ends_at

    with pytest.raises(BrokenRuleError, match="everybody in the cohort"):
        await desk.register(one.session.session_id, {})
    kept = await desk.enter(
        one.session.session_id,
        NewEntry(
            entry_id=UUID(int=1),
            kind="goals",
            content=Goals(goals="Climb stairs", action_plan=""),
            participant_id=one.person.participant_id,
        ),
    )
    assert "their own cohort" in kept.taken[0].sentence
    await desk.register(one.session.session_id, {one.person.participant_id: "present"})

    told = (await one.told())[-1]
    assert (told["sessions_attended"], told["sessions_run"], told["missed_in_a_row"]) == (1, 1, 0)
    assert told["status"] == "attending"
    assert told["make_ups"][0]["attendance"] == "present"
    assert (await one.sheet()).owed == ()
    await desk.register(one.session.session_id, {one.person.participant_id: "absent"}, reason="a mistake")
    assert ((await one.told())[-1]["sessions_attended"], (await one.sheet()).owed) == (0, ("welcome",))


async def test_it_can_make_the_share_that_completes_the_programme_after_the_last_session(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    await one.book()
    desk.now = one.session.ends_at
    await desk.register(one.session.session_id, {one.person.participant_id: "absent"})
    later = await desk.cohort(site_id="meadow", starts_on=date(2027, 1, 19), weekdays=("tue", "fri"))
    for session in one.own.cohort.sessions[1:]:
        desk.now = session.ends_at
        await desk.register(session.session_id, {one.person.participant_id: "present" if session.number <= 9 else "absent"})
    assert (await one.place())["status"] == "below_completion"

    await one.book(later.cohort.sessions[0].session_id)
    link = OwnLink(
        link_id=UUID(int=3),
        sequence=1,
        participant_id=one.person.participant_id,
        token_hash=hash_of_token("t" * 43),
        status="issued",
        expires_at=desk.now + timedelta(days=90),
    )
    async with desk.transaction() as (_, repositories):
        await keep_own_links(links=[link], repositories=repositories)
    dates = await StoredOwnDates(desk.engine).by_token("t" * 43, now=desk.now)
    assert dates is not None
    assert [(each.starts_at.date(), each.elsewhere) for each in dates.sessions] == [(date(2027, 1, 19), "Meadow")]
    desk.now = later.cohort.sessions[0].ends_at
    await desk.register(later.cohort.sessions[0].session_id, {one.person.participant_id: "present"})

    told = (await one.told())[-1]
    assert (told["status"], told["sessions_attended"], told["sessions_run"]) == ("completed", 9, 12)


async def test_a_session_that_breaks_a_rule_is_not_booked(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    firm = await desk.cohort(starts_on=MONDAY + 2 * WEEK, weekdays=("wed", "fri"), employer="acme")
    same_time = await desk.cohort(starts_on=MONDAY + WEEK)
    planned = await desk.cohort(starts_on=MONDAY + 2 * WEEK, weekdays=("wed", "sat"), only_planned=True)
    waiting = an_enrolment(preferred_site="nowhere")
    await desk.enrol(waiting)
    for session_id, sentence in (
        (one.own.cohort.sessions[1].session_id, "a session of another cohort than the person is in"),
        (one.host.cohort.sessions[1].session_id, "what the person is owed: that is Welcome and aims"),
        (firm.cohort.sessions[0].session_id, "another employer's own cohort"),
        (same_time.cohort.sessions[0].session_id, "at another time than one the person comes to"),
        (planned.cohort.sessions[0].session_id, "an open or running cohort: it is planned"),
    ):
        with pytest.raises(BrokenRuleError, match=sentence):
            await one.book(session_id)
    with pytest.raises(BrokenRuleError, match="a place in a cohort: it is waiting"):
        await Missed(desk, one.own, one.host, waiting).book()
    desk.now = one.session.ends_at
    with pytest.raises(BrokenRuleError, match="a session still to come: number 1 is not"):
        await one.book()
    assert await desk.query("SELECT * FROM make_ups") == []


async def test_a_full_class_takes_no_guest_and_a_guest_holds_a_seat_against_others(desk: SchedulingDesk) -> None:
    one = await missed(desk, capacity=2)
    first, second, third = (an_enrolment(preferred_site="meadow") for _ in range(3))
    await desk.enrol(first)
    await one.book()
    await desk.enrol(second)
    assert (await desk.statuses())[second.participant_id] == "waiting"
    await one.take_back()
    assert (await desk.statuses())[second.participant_id] == "offered"
    with pytest.raises(BrokenRuleError, match="a session with a free place: it is full"):
        await one.book()
    assert (await one.sheet()).choices == []
    await desk.enrol(third)


async def test_no_third_person_who_needs_close_attention_comes_as_a_guest(desk: SchedulingDesk) -> None:
    one = await missed(desk, close_attention=True)
    flagged = [an_enrolment(preferred_site="meadow", close_attention=True) for _ in range(2)]
    await desk.enrol(flagged[0])
    await one.book()
    await desk.enrol(flagged[1])
    assert (await desk.statuses())[flagged[1].participant_id] == "waiting"
    await one.take_back()
    await desk.answer(flagged[1], "accepted")
    with pytest.raises(BrokenRuleError, match="room for somebody who needs close attention"):
        await one.book()


async def test_many_who_want_the_last_place_of_a_session_at_once_get_one(desk: SchedulingDesk) -> None:
    others = [an_enrolment(preferred_site="harbour") for _ in range(8)]
    one = await missed(desk, *others, capacity=1)
    everybody = [one, *(Missed(desk, one.own, one.host, person) for person in others)]

    results = await asyncio.gather(*(each.book() for each in everybody), return_exceptions=True)

    refused = [each for each in results if isinstance(each, BrokenRuleError)]
    assert len(refused) == 8
    assert all("it is full" in each.sentence for each in refused)


@pytest.mark.parametrize("flagged", [True, False])
async def test_the_database_refuses_what_would_pass_a_limit_whatever_the_code_does(
    desk: SchedulingDesk, *, flagged: bool
) -> None:
    one = await missed(desk, capacity=3 if flagged else 1, close_attention=flagged)
    there = [an_enrolment(preferred_site="meadow", close_attention=flagged) for _ in range(2 if flagged else 1)]
    await desk.enrol(*there)
    place = await one.place()
    row = {
        "session_id": one.session.session_id,
        "place_id": place["place_id"],
        "cohort_id": one.host.cohort.cohort_id,
        "of_cohort_id": one.own.cohort.cohort_id,
        "themes": [],
        "status": "coming",
        "booked_by": STAFF.id,
        "booked_by_name": "",
        "booked_at": desk.now,
    }
    limit = "make_ups_within_close_attention" if flagged else "make_ups_within_capacity"
    with pytest.raises(IntegrityError, match="close attention" if flagged else "too large") as refused:
        async with desk.engine.begin() as conn:
            await conn.execute(tables.make_ups.insert().values(row))
    assert limit in str(refused.value.orig.__cause__.constraint_name)  # type: ignore[union-attr]  # asyncpg's own error


async def test_a_moved_session_is_told_again_and_one_at_the_time_of_their_own_is_lost(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    await one.book()

    await desk.move(one.session.session_id, starts_on=date(2026, 12, 9), starts_at=time(14))
    [make_up] = (await one.told())[-1]["make_ups"]
    assert (make_up["status"], make_up["starts_at"]) == ("coming", "2026-12-09T14:00:00Z")

    await desk.move(one.session.session_id, starts_on=date(2026, 12, 10), starts_at=time(10, 30))
    [make_up] = (await one.told())[-1]["make_ups"]
    assert (make_up["status"], await one.tasks(), (await one.sheet()).owed) == ("cancelled", ["open"], ("welcome",))


@pytest.mark.parametrize("whole", [True, False])
async def test_a_cancelled_session_is_lost_and_staff_find_another(desk: SchedulingDesk, *, whole: bool) -> None:
    one = await missed(desk)
    await one.book()
    before = len(await one.told())

    if whole:
        async with desk.work() as work:
            changes = await cancel_cohort(
                cohort_id=one.host.cohort.cohort_id, offering=desk.offering, repositories=work.repositories, now=desk.now
            )
            await work.announce(changes)
    else:
        await desk.cancel(one.session.session_id)

    assert len(await one.told()) == before + 1
    assert ((await one.told())[-1]["make_ups"][0]["status"], await one.tasks()) == ("cancelled", ["open"])
    again = await desk.cohort(site_id="meadow", starts_on=MONDAY + 2 * WEEK, weekdays=("tue", "fri"))
    await one.book(again.cohort.sessions[0].session_id)
    assert await one.tasks() == ["not_needed"]


async def test_who_leaves_dies_or_goes_to_another_cohort_is_expected_no_longer(desk: SchedulingDesk) -> None:
    one = await missed(desk, capacity=1)
    await one.book()
    waiting = an_enrolment(preferred_site="meadow")
    await desk.enrol(waiting)
    await desk.enrol(replace(one.person, sequence=2, status="withdrawn"))
    assert (await one.told())[-1]["make_ups"][0]["status"] == "taken_back"
    assert (await desk.statuses())[waiting.participant_id] == "offered"


async def test_the_guest_of_a_person_who_died_is_taken_back(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    await one.book()
    await desk.stand(Standing(participant_id=one.person.participant_id, sequence=1, status="deceased"))
    assert (await one.told())[-1]["make_ups"][0]["status"] == "taken_back"
    assert (await desk.sheet(one.session.session_id)).lines == []


async def test_a_merge_takes_it_along_and_a_transfer_takes_it_back(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    await one.book()
    merged = replace(one.person, sequence=2, participant_id=UUID(int=77))
    await desk.enrol(merged)
    survivor = Missed(desk, one.own, one.host, merged)
    assert [line.participant_id for line in (await desk.sheet(one.session.session_id)).lines] == [UUID(int=77)]
    assert (await survivor.told())[-1]["make_ups"][0]["status"] == "coming"

    async with desk.work() as work:
        changes = await transfer_person(
            place_id=(await survivor.place())["place_id"],
            cohort_id=one.host.cohort.cohort_id,
            offering=desk.offering,
            repositories=work.repositories,
            now=desk.now,
        )
        await work.announce(changes)
    assert (await survivor.told())[-1]["make_ups"][0]["status"] == "taken_back"
    assert [line.guest_from for line in (await desk.sheet(one.session.session_id)).lines] == [None]


@pytest.mark.parametrize("how", ["added", "seated"])
async def test_the_database_refuses_a_seat_beside_guests_too_whatever_the_code_does(desk: SchedulingDesk, how: str) -> None:
    one = await missed(desk, capacity=1)
    await one.book()
    waiting = an_enrolment(preferred_site="meadow")
    await desk.enrol(waiting)
    async with desk.transaction() as (_, repositories):
        [place] = await repositories.places.latest_of([waiting.enrolment_id])
    seated = place.seated(Seat(cohort_id=one.host.cohort.cohort_id, number=1), now=desk.now)

    async def past_the_code() -> None:
        async with desk.transaction() as (conn, repositories):
            if how == "added":
                await conn.execute(tables.places.delete().where(tables.places.c.place_id == place.place_id))
                await repositories.places.add([seated])
            else:
                await repositories.places.change([seated])

    with pytest.raises(IntegrityError, match="the class would be too large"):
        await past_the_code()
    assert (await desk.statuses())[waiting.participant_id] == "waiting"


async def test_a_flag_that_is_raised_later_is_recorded_beside_guests_and_holds_nothing_up(desk: SchedulingDesk) -> None:
    one = await missed(desk)
    there = [an_enrolment(preferred_site="meadow", close_attention=True) for _ in range(2)]
    await desk.enrol(*there)
    await one.book()
    await desk.enrol(replace(one.person, sequence=2, close_attention=True))
    tasks = await desk.query("SELECT cohort_id FROM tasks WHERE kind = 'close_attention_over'")
    assert [row["cohort_id"] for row in tasks] == [one.host.cohort.cohort_id]
    desk.now = one.session.ends_at
    everybody = {person.participant_id: "present" for person in (one.person, *there)}
    await desk.register(one.session.session_id, everybody)
    assert (await desk.statuses())[there[0].participant_id] == "attending"
