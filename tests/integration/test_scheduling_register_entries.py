"""A register entry by entry, as a tablet sends it, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from scheduling.domain.open_register import Staff
from scheduling.domain.register_contents import content_from
from scheduling.domain.register_entries import NewEntry
from scheduling.domain.standing import Standing
from scheduling.use_cases.open_cohort import Opened
from support.scheduling_desk import SchedulingDesk, an_enrolment, scheduling_desk
from support.servers import Database

PLACE = "scheduling.place.changed.v1"
KIM = Staff(id=UUID(int=2), name="Kim Ali")


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready


async def with_people(desk: SchedulingDesk, count: int, **cohort: Any) -> tuple[Opened, list[UUID]]:
    opened = await desk.cohort(**cohort)
    people = [an_enrolment() for _ in range(count)]
    await desk.enrol(*people)
    return opened, [person.participant_id for person in people]


def on_the_day(desk: SchedulingDesk, opened: Opened, number: int) -> UUID:
    session = opened.cohort.sessions[number - 1]
    desk.now = session.starts_at + timedelta(minutes=10)
    return session.session_id


def entry(kind: str, participant_id: UUID | None = None, **content: Any) -> NewEntry:
    return NewEntry(entry_id=uuid4(), kind=kind, content=content_from(kind, content), participant_id=participant_id)


def mark(participant_id: UUID, status: str, **content: Any) -> NewEntry:
    return entry("attendance", participant_id, status=status, **content)


def results(kept: Any) -> list[str]:
    return [one.result for one in kept.taken]


async def test_a_register_counts_once_everybody_is_marked(desk: SchedulingDesk) -> None:
    opened, (ann, ben) = await with_people(desk, 2)
    session_id = on_the_day(desk, opened, 1)

    await desk.enter(session_id, mark(ann, "present"))
    assert (await desk.sheet(session_id)).status == "planned"
    await desk.enter(session_id, mark(ben, "excused", excuse="at the dentist"))

    sheet = await desk.sheet(session_id)
    assert sheet.status == "held"
    assert {line.participant_id: line.mark.excuse for line in sheet.lines if line.mark} == {ann: "", ben: "at the dentist"}
    assert {row["participant_id"]: row["sessions_attended"] for row in await desk.places()} == {ann: 1, ben: 0}
    assert await desk.problems() == []


async def test_what_is_sent_twice_is_there_once(desk: SchedulingDesk) -> None:
    opened, people = await with_people(desk, 10)
    session_id = on_the_day(desk, opened, 1)
    entries = [mark(person, "present") for person in people]

    answers = await asyncio.gather(*(desk.enter(session_id, *entries) for _ in range(5)))

    assert sorted(result for kept in answers for result in results(kept)) == ["accepted"] * 10 + ["already"] * 40
    assert len(await desk.query("SELECT 1 FROM register_entries")) == 10
    assert {row["sequence"] for row in await desk.places()} == {2}


async def test_an_entry_that_breaks_a_rule_is_refused_and_the_others_are_taken(desk: SchedulingDesk) -> None:
    opened, (ann,) = await with_people(desk, 1)
    session_id = on_the_day(desk, opened, 2)

    kept = await desk.enter(
        session_id,
        mark(uuid4(), "present"),
        entry("goals", ann, goals="Walk to the shop"),
        entry("exercise", ann, station="trampoline"),
        mark(ann, "present"),
    )

    assert results(kept) == ["refused", "refused", "refused", "accepted"]
    assert [one.sentence.partition(" ")[0] for one in kept.taken] == ["participant_id", "kind", "station", ""]


async def test_attendance_of_a_session_that_has_not_begun_or_was_cancelled_is_refused(desk: SchedulingDesk) -> None:
    opened, (ann,) = await with_people(desk, 1)
    await desk.cancel(opened.cohort.sessions[1].session_id)

    early = await desk.enter(opened.cohort.sessions[0].session_id, mark(ann, "present"))
    cancelled = await desk.enter(on_the_day(desk, opened, 2), mark(ann, "present"))

    assert early.taken[0].sentence == "session_id must be a session that has begun: number 1 has not."
    assert cancelled.taken[0].sentence == "session_id must not be a cancelled session: number 2 was."
    assert await desk.query("SELECT 1 FROM register_entries") == []


async def test_two_tablets_that_disagree_are_both_seen_until_somebody_decides(desk: SchedulingDesk) -> None:
    opened, (ann,) = await with_people(desk, 1)
    session_id = on_the_day(desk, opened, 1)
    first, second = mark(ann, "present"), mark(ann, "absent")
    await desk.enter(session_id, first)

    assert results(await desk.enter(session_id, second, by=KIM)) == ["contested"]

    sheet = await desk.sheet(session_id)
    assert [line.status for line in sheet.lines] == ["present"]
    assert [(one.by, one.content["status"], one.stands) for one in sheet.contested] == [("Kim Ali", "absent", first.entry_id)]
    refused = await desk.enter(session_id, entry("sign_off"))
    assert refused.taken[0].sentence.startswith("entries must agree before the register is signed off")

    await desk.enter(session_id, replace(mark(ann, "absent"), replaces=first.entry_id))

    sheet = await desk.sheet(session_id)
    assert ([line.status for line in sheet.lines], sheet.contested) == (["absent"], [])
    assert [row["sessions_attended"] for row in await desk.places()] == [0]


async def test_a_register_is_signed_off_by_name_and_corrected_later_with_a_reason(desk: SchedulingDesk) -> None:
    opened, (ann, ben) = await with_people(desk, 2)
    session_id = on_the_day(desk, opened, 1)
    early = await desk.enter(session_id, mark(ann, "present"), entry("sign_off"))
    assert early.taken[1].sentence == "entries must hold everybody in the cohort before it is signed off: 1 missing."
    await desk.enter(session_id, mark(ben, "absent"), entry("sign_off"))

    with pytest.raises(ValueError, match="reason must say why the register is changed after it was signed off"):
        await desk.register(session_id, {ann: "present", ben: "present"})
    await desk.register(session_id, {ann: "present", ben: "present"}, reason="Came late")

    sheet = await desk.sheet(session_id)
    assert sheet.signed_off is not None
    assert sheet.signed_off.by == "Sam Jones"
    history = await desk.reads.register_history(session_id)
    assert [(one.kind, one.content.get("status"), one.reason, one.standing) for one in history] == [
        ("attendance", "present", "", "current"),
        ("attendance", "absent", "", "replaced"),
        ("sign_off", None, "", "current"),
        ("attendance", "present", "Came late", "current"),
    ]


async def test_exercises_are_shown_beside_those_of_last_time(desk: SchedulingDesk) -> None:
    opened, (ann,) = await with_people(desk, 1)
    bike = {"station": "static-bike", "seconds": 60, "effort": 3, "pain": 2}
    await desk.enter(on_the_day(desk, opened, 1), entry("exercise", ann, **bike), entry("exercise", ann, station="step-up"))
    await desk.enter(on_the_day(desk, opened, 2), entry("exercise", ann, **(bike | {"seconds": 90})))
    session_id = on_the_day(desk, opened, 3)
    kept = entry("exercise", ann, **(bike | {"seconds": 120}))
    mistake = entry("exercise", ann, station="balance", seconds=5)
    await desk.enter(session_id, kept, mistake)
    removed = entry("exercise", ann, station="balance", removed=True)
    await desk.enter(session_id, replace(removed, record_id=mistake.entry_id, replaces=mistake.entry_id))

    [line] = (await desk.sheet(session_id)).lines

    assert [(one.station, one.seconds) for one in line.exercises] == [("static-bike", 120)]
    assert {(one.station, one.number, one.seconds) for one in line.last_time} == {("static-bike", 2, 90), ("step-up", 1, None)}


async def test_goals_are_written_at_the_first_session_and_reviewed_at_the_last(desk: SchedulingDesk) -> None:
    opened, (ann,) = await with_people(desk, 1)
    await desk.enter(
        on_the_day(desk, opened, 1), entry("goals", ann, goals="Walk to the shop", action_plan="Ten minutes more each week")
    )
    last = on_the_day(desk, opened, 12)

    kept = await desk.enter(last, entry("review", ann, goals_met="met", review="Walks there and back"))

    assert results(kept) == ["accepted"]
    sheet = await desk.sheet(last)
    assert (sheet.is_first, sheet.is_last) == (False, True)
    [line] = sheet.lines
    assert line.goals is not None
    assert line.review is not None
    assert (line.goals.goals, line.review.goals_met) == ("Walk to the shop", "met")


async def test_two_absences_in_a_row_are_told_and_make_one_task_that_coming_again_settles(desk: SchedulingDesk) -> None:
    opened, (ann, ben) = await with_people(desk, 2)
    for number in (1, 2, 3):
        await desk.register(on_the_day(desk, opened, number), {ann: "absent", ben: "present"})

    [task] = await desk.query("SELECT * FROM tasks")
    assert (task["kind"], task["status"], task["participant_id"]) == ("missed_two", "open", ann)
    assert [one["missed_in_a_row"] for one in await desk.told(PLACE) if one["participant_id"] == str(ann)] == [0, 1, 2, 3]

    await desk.register(on_the_day(desk, opened, 4), {ann: "present", ben: "present"})

    assert [row["status"] for row in await desk.query("SELECT status FROM tasks")] == ["not_needed"]
    for number in (5, 6):
        await desk.register(on_the_day(desk, opened, number), {ann: "absent", ben: "present"})
    assert sorted(row["status"] for row in await desk.query("SELECT status FROM tasks")) == ["not_needed", "open"]


async def test_an_incident_is_logged_with_who_and_when_and_makes_a_task(desk: SchedulingDesk) -> None:
    opened, (ann,) = await with_people(desk, 1)
    session_id = on_the_day(desk, opened, 1)
    fall = entry("incident", ann, incident="fall", what="Slipped at the step", done="Sat down, no injury seen")

    await desk.enter(session_id, fall, by=KIM)
    await desk.enter(session_id, fall, by=KIM)

    [shown] = (await desk.sheet(session_id)).incidents
    assert (shown.incident, shown.by, shown.participant_id) == ("fall", "Kim Ali", ann)
    [task] = await desk.query("SELECT * FROM tasks")
    assert (task["kind"], task["about"], task["participant_id"]) == ("incident", str(fall.entry_id), ann)


async def test_a_flag_raised_at_the_register_is_recorded_and_makes_an_urgent_task_where_the_class_is_over(
    desk: SchedulingDesk,
) -> None:
    opened = await desk.cohort()
    flagged = [an_enrolment(close_attention=True) for _ in range(2)]
    third = an_enrolment()
    await desk.enrol(*flagged, third)
    session_id = on_the_day(desk, opened, 1)

    await desk.enter(session_id, entry("close_attention", third.participant_id, close_attention=True))

    assert [row["kind"] for row in await desk.query("SELECT kind FROM tasks")] == ["close_attention_over"]
    assert [row["close_attention"] for row in await desk.places()] == [True] * 3
    assert len(await desk.problems()) == 1

    await desk.enrol(replace(third, sequence=2))
    assert [row["close_attention"] for row in await desk.places()] == [True] * 3, "intake must not undo what staff have set"

    await desk.enter(session_id, replace(entry("close_attention", flagged[0].participant_id, close_attention=False)))
    assert [row["status"] for row in await desk.query("SELECT status FROM tasks")] == ["not_needed"]
    assert await desk.problems() == []


async def test_a_flag_that_enrolment_raises_later_makes_the_same_task(desk: SchedulingDesk) -> None:
    await desk.cohort()
    people = [an_enrolment() for _ in range(3)]
    await desk.enrol(*people)

    await desk.enrol(*(replace(person, sequence=2, close_attention=True) for person in people))

    assert [row["kind"] for row in await desk.query("SELECT kind FROM tasks")] == ["close_attention_over"]


async def test_what_was_written_about_the_erased_is_gone_and_what_they_attended_stays(desk: SchedulingDesk) -> None:
    opened, (ann, ben) = await with_people(desk, 2)
    session_id = on_the_day(desk, opened, 1)
    await desk.enter(
        session_id,
        mark(ann, "excused", excuse="Words about Ann"),
        mark(ben, "excused", excuse="Words about Ben"),
        entry("exercise", ann, station="step-up", repetitions=12, note="Words about Ann"),
        entry("goals", ann, goals="Words about Ann"),
        entry("incident", ann, incident="fall", what="Words about Ann", done="Words about Ann"),
    )

    await desk.stand(Standing(participant_id=ann, sequence=2, status="erased"))

    kept = " ".join(str(row["content"]) for row in await desk.query("SELECT content FROM register_entries"))
    assert ("Words about Ann" in kept, "Words about Ben" in kept) == (False, True)
    assert len(await desk.reads.register_history(session_id)) == 5
    assert {row["status"] for row in await desk.query("SELECT status FROM attendance")} == {"excused"}
