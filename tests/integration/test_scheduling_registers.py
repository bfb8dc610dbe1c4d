"""Registers, moved and cancelled sessions, and how a cohort ends, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest

from scheduling.domain.cohorts import UnknownSessionError
from scheduling.use_cases.open_cohort import Opened
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import MONDAY
from support.servers import Database

PLACE = "scheduling.place.changed.v1"
COHORT = "scheduling.cohort.changed.v1"


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready
        assert await ready.problems() == []


async def with_people(desk: SchedulingDesk, count: int, **cohort: object) -> tuple[Opened, list[UUID]]:
    opened = await desk.cohort(**cohort)
    people = [an_enrolment() for _ in range(count)]
    await desk.enrol(*people)
    return opened, [person.participant_id for person in people]


def on_the_day(desk: SchedulingDesk, opened: Opened, number: int) -> UUID:
    session = opened.cohort.sessions[number - 1]
    desk.now = session.starts_at + timedelta(minutes=10)
    return session.session_id


async def test_a_whole_cohort_ends_with_one_final_state_for_each(desk: SchedulingDesk) -> None:
    opened, (nine, eight, none) = await with_people(desk, 3)

    await desk.hold_sessions(opened, {nine: range(1, 10), eight: range(1, 9), none: []})

    assert await desk.statuses() == {nine: "completed", eight: "below_completion", none: "never_started"}
    assert [one["status"] for one in await desk.told(COHORT)][-1] == "finished"
    last = {one["participant_id"]: one for one in await desk.told(PLACE)}
    assert (last[str(nine)]["sessions_attended"], last[str(nine)]["sessions_run"]) == (9, 12)
    funnel = (await desk.reads.audit(now=desk.now)).funnel
    assert {
        name: funnel[name] for name in ("placed", "waiting", "started", "completed", "below_completion", "never_started")
    } == {
        "placed": 3,
        "waiting": 0,
        "started": 2,
        "completed": 1,
        "below_completion": 1,
        "never_started": 1,
    }


async def test_a_cohort_of_which_fewer_than_ten_sessions_ran_is_cut_short(desk: SchedulingDesk) -> None:
    opened, (present, absent) = await with_people(desk, 2, sessions=10)
    await desk.cancel(opened.cohort.sessions[4].session_id)

    for number in (1, 2, 3, 4, 6, 7, 8, 9, 10):
        await desk.register(on_the_day(desk, opened, number), {present: "present", absent: "excused"})

    assert await desk.statuses() == {present: "cut_short", absent: "never_started"}


async def test_a_cancelled_session_counts_against_nobody(desk: SchedulingDesk) -> None:
    opened, (person,) = await with_people(desk, 1)
    await desk.cancel(opened.cohort.sessions[11].session_id)

    for number in range(1, 12):
        status = "present" if number <= 9 else "excused"
        await desk.register(on_the_day(desk, opened, number), {person: status})

    assert await desk.statuses() == {person: "completed"}  # 9 of 11


async def test_the_same_register_again_changes_and_tells_nothing(desk: SchedulingDesk) -> None:
    opened, (person,) = await with_people(desk, 1)
    session_id = on_the_day(desk, opened, 1)
    await desk.register(session_id, {person: "present"})
    told = len(await desk.query("SELECT 1 FROM outbox"))

    changes = await desk.register(session_id, {person: "present"})

    assert (changes.cohorts, changes.places) == ((), ())
    assert len(await desk.query("SELECT 1 FROM outbox")) == told


async def test_the_same_register_ten_times_at_once_counts_once(desk: SchedulingDesk) -> None:
    opened, people = await with_people(desk, 10)
    session_id = on_the_day(desk, opened, 1)

    await asyncio.gather(*(desk.register(session_id, dict.fromkeys(people, "present")) for _ in range(10)))

    assert {row["sessions_attended"] for row in await desk.places()} == {1}
    assert {row["sequence"] for row in await desk.places()} == {2}


async def test_a_corrected_register_corrects_the_final_state(desk: SchedulingDesk) -> None:
    opened, (person,) = await with_people(desk, 1)
    await desk.hold_sessions(opened, {person: range(1, 10)})

    await desk.register(opened.cohort.sessions[0].session_id, {person: "absent"})

    assert await desk.statuses() == {person: "below_completion"}


async def test_a_late_register_finishes_the_cohort_whichever_session_it_is_of(desk: SchedulingDesk) -> None:
    opened, (person,) = await with_people(desk, 1)
    for number in range(2, 13):
        await desk.register(on_the_day(desk, opened, number), {person: "present"})
    assert await desk.statuses() == {person: "attending"}

    await desk.register(opened.cohort.sessions[0].session_id, {person: "present"})

    assert await desk.statuses() == {person: "completed"}


async def test_who_withdrew_keeps_what_they_attended_and_is_not_asked_for(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    leaver, stayer = an_enrolment(), an_enrolment()
    await desk.enrol(leaver, stayer)
    await desk.register(on_the_day(desk, opened, 1), {leaver.participant_id: "present", stayer.participant_id: "present"})

    await desk.enrol(replace(leaver, sequence=2, status="withdrawn"))
    await desk.register(on_the_day(desk, opened, 2), {stayer.participant_id: "present"})

    attended = {row["participant_id"]: (row["status"], row["sessions_attended"]) for row in await desk.places()}
    assert attended == {leaver.participant_id: ("discontinued", 1), stayer.participant_id: ("attending", 2)}


async def test_a_register_of_ten_people_takes_a_handful_of_statements(desk: SchedulingDesk) -> None:
    opened, people = await with_people(desk, 10)
    session_id = on_the_day(desk, opened, 1)
    desk.statements.clear()

    await desk.register(session_id, dict.fromkeys(people, "present"))

    assert len(desk.statements) <= 15


async def test_a_register_that_breaks_a_rule_stores_nothing(desk: SchedulingDesk) -> None:
    opened, (ann, ben) = await with_people(desk, 2)
    before_it_begins = opened.cohort.sessions[0].session_id
    with pytest.raises(ValueError, match="must be a session that has begun"):
        await desk.register(before_it_begins, {ann: "present", ben: "present"})
    session_id = on_the_day(desk, opened, 1)

    with pytest.raises(ValueError, match="entries must hold everybody in the cohort"):
        await desk.register(session_id, {ann: "present"})
    with pytest.raises(ValueError, match="participant_id must be in the cohort"):
        await desk.register(session_id, {ann: "present", ben: "present", uuid4(): "present"})
    with pytest.raises(UnknownSessionError):
        await desk.register(uuid4(), {ann: "present"})

    assert await desk.query("SELECT 1 FROM attendance") == []


async def test_a_moved_last_session_is_told_to_everybody_in_the_cohort(desk: SchedulingDesk) -> None:
    opened, people = await with_people(desk, 2)

    await desk.move(opened.cohort.sessions[-1].session_id, starts_on=date(2027, 1, 13), starts_at=time(14, 30))

    assert (await desk.told(COHORT))[-1]["sessions"][-1]["starts_at"] == "2027-01-13T14:30:00Z"
    moved = {one["participant_id"]: one for one in await desk.told(PLACE)}
    assert {moved[str(person)]["last_session_at"] for person in people} == {"2027-01-13T14:30:00Z"}
    assert {moved[str(person)]["sequence"] for person in people} == {2}


async def test_a_moved_session_in_between_is_told_by_the_cohort_alone(desk: SchedulingDesk) -> None:
    opened, _ = await with_people(desk, 2)
    told = len(await desk.told(PLACE))

    await desk.move(opened.cohort.sessions[3].session_id, starts_on=date(2026, 12, 11), starts_at=time(10, 0))

    assert len(await desk.told(PLACE)) == told
    assert (await desk.told(COHORT))[-1]["sessions"][3]["starts_at"] == "2026-12-11T10:00:00Z"


async def test_a_session_cannot_move_to_a_bank_holiday(desk: SchedulingDesk) -> None:
    opened, _ = await with_people(desk, 1)

    with pytest.raises(ValueError, match=r"starts_on must not be a closed day: 2026-12-25 is closed \(Christmas Day\)"):
        await desk.move(opened.cohort.sessions[3].session_id, starts_on=date(2026, 12, 25), starts_at=time(10, 0))


async def test_a_cohort_that_is_cancelled_gives_its_people_seats_elsewhere_or_lets_them_wait(desk: SchedulingDesk) -> None:
    opened, people = await with_people(desk, 2)
    await desk.cohort(capacity=1, starts_on=MONDAY + timedelta(days=14))

    for session in opened.cohort.sessions:
        await desk.cancel(session.session_id)

    assert sorted((await desk.statuses()).values()) == ["offered", "waiting"]
    assert (await desk.told(COHORT))[-1]["status"] == "cancelled"
    sequences = {one["place_id"]: one["sequence"] for one in await desk.told(PLACE)}
    assert sequences == {str(row["place_id"]): row["sequence"] for row in await desk.places()}
    assert set(await desk.statuses()) == set(people)


async def test_no_sequence_is_told_twice_whatever_happens_at_once(desk: SchedulingDesk) -> None:
    opened, people = await with_people(desk, 5)
    for number in (1, 2, 3):
        on_the_day(desk, opened, number)

    await asyncio.gather(
        *(desk.register(opened.cohort.sessions[n].session_id, dict.fromkeys(people, "present")) for n in range(3)),
        desk.cancel(opened.cohort.sessions[5].session_id),
        desk.move(opened.cohort.sessions[-1].session_id, starts_on=date(2027, 1, 13), starts_at=time(10, 0)),
        desk.start(),
    )

    for type_, key in ((PLACE, "place_id"), (COHORT, "cohort_id")):
        told = [(one[key], one["sequence"]) for one in await desk.told(type_)]
        assert len(told) == len(set(told))
    assert {row["sessions_attended"] for row in await desk.places()} == {3}
