"""People get seats, on a real database: in order, within every limit, however many ask at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text

from scheduling.domain.allocation import Allocation
from support.scheduling_desk import SITE, SchedulingDesk, an_enrolment, scheduling_desk
from support.scheduling_examples import MONDAY, NOW, PROGRAMME, REACH, a_site
from support.servers import Database

MEADOW = a_site(site_id="meadow", name="Meadow Hall", outward_code="NE2")
LEEDS = a_site(site_id="leeds", name="Leeds Hall", outward_code="LS1")
WEEK = timedelta(days=7)


@pytest.fixture
async def desk(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[SchedulingDesk]:
    async with scheduling_desk((await database("scheduling")).url) as ready:
        await ready.site()
        yield ready
        assert await ready.problems() == []


async def test_an_enrolled_person_is_placed_and_everybody_is_told_when(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    person = an_enrolment()

    await desk.enrol(person)

    [told] = await desk.told("scheduling.place.changed.v1")
    assert (told["status"], told["sequence"], told["cohort_id"]) == ("placed", 1, str(opened.cohort.cohort_id))
    assert (told["first_session_at"], told["last_session_at"]) == ("2026-11-30T10:00:00Z", "2027-01-11T10:00:00Z")
    assert told["participant_id"] == str(person.participant_id)


async def test_without_a_cohort_people_wait_with_the_reason(desk: SchedulingDesk) -> None:
    await desk.enrol(an_enrolment())

    [told] = await desk.told("scheduling.place.changed.v1")
    assert (told["status"], told["waiting_reason"]) == ("waiting", "no_open_cohort")


async def test_each_who_waits_has_their_own_reason(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=3)
    flagged = [an_enrolment(close_attention=True) for _ in range(3)]
    await desk.enrol(*flagged)
    elsewhere, far = an_enrolment(preferred_site="meadow"), an_enrolment(outward_code="LS1")
    nowhere, unknown = an_enrolment(), an_enrolment(programme="another")

    await desk.enrol(an_enrolment(), elsewhere, far, nowhere, unknown)

    reasons = {row["enrolment_id"]: row["waiting_reason"] for row in await desk.places()}
    assert reasons[flagged[2].enrolment_id] == "close_attention_full"
    assert reasons[elsewhere.enrolment_id] == "no_cohort_at_site"
    assert reasons[far.enrolment_id] == "no_cohort_at_site"
    assert reasons[nowhere.enrolment_id] == "cohorts_full"
    assert reasons[unknown.enrolment_id] == "no_open_cohort"
    shown = {person.participant_id: person.reason for person in await desk.reads.waiting(now=desk.now)}
    assert shown[flagged[2].participant_id] == "cohorts_full"  # since the last seat went
    assert shown[far.participant_id] == "no_cohort_at_site"


async def test_a_new_cohort_takes_the_longest_enrolled_first(desk: SchedulingDesk) -> None:
    people = [an_enrolment(enrolled_at=NOW - timedelta(days=days), close_attention=days % 2 == 0) for days in range(8)]
    await desk.enrol(*people)

    await desk.cohort(capacity=5)

    seated = {row["enrolment_id"] for row in await desk.places() if row["status"] == "offered"}
    # Days waited 7, 6, 5, 4 and 3; 6 and 4 took both close-attention seats, so 2 and 0 wait beside them.
    assert seated == {people[days].enrolment_id for days in (7, 6, 5, 4, 3)}


async def test_a_cohort_that_has_begun_takes_nobody(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    desk.now = opened.cohort.span.first_session_at

    await desk.enrol(an_enrolment())

    assert list((await desk.statuses()).values()) == ["waiting"]
    await desk.start()
    assert [cohort["status"] for cohort in await desk.told("scheduling.cohort.changed.v1")] == ["open", "running"]


async def test_an_older_fact_than_the_one_known_changes_nothing(desk: SchedulingDesk) -> None:
    person = an_enrolment(sequence=2, status="withdrawn")
    await desk.enrol(person)

    await desk.enrol(replace(person, sequence=1, status="enrolled"))
    await desk.enrol(person)

    assert [row["status"] for row in await desk.places()] == ["discontinued"]
    assert len(await desk.told("scheduling.place.changed.v1")) == 1


async def test_of_several_facts_in_one_group_the_newest_counts(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment()

    await desk.enrol(replace(person, sequence=2, status="withdrawn"), person)

    assert [row["status"] for row in await desk.places()] == ["discontinued"]


async def test_a_status_that_is_not_known_leaves_the_place_as_it_is(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)

    await desk.enrol(replace(person, sequence=2, status="paused"))

    assert [row["status"] for row in await desk.places()] == ["placed"]


async def test_a_seat_that_comes_free_goes_to_the_waiting_list_before_the_newly_enrolled(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=1)
    first, waiting, newcomer = an_enrolment(), an_enrolment(), an_enrolment(enrolled_at=NOW - timedelta(days=1))
    await desk.enrol(first)
    await desk.enrol(waiting)

    await desk.enrol(newcomer, replace(first, sequence=2, status="withdrawn"))

    assert await desk.statuses() == {
        first.participant_id: "discontinued",
        waiting.participant_id: "offered",
        newcomer.participant_id: "waiting",
    }


async def test_a_seat_that_comes_free_after_the_start_stays_free(desk: SchedulingDesk) -> None:
    opened = await desk.cohort(capacity=1)
    first, waiting = an_enrolment(), an_enrolment()
    await desk.enrol(first)
    await desk.enrol(waiting)
    desk.now = opened.cohort.span.first_session_at + timedelta(hours=2)

    await desk.enrol(replace(first, sequence=2, status="withdrawn"))

    assert (await desk.statuses())[waiting.participant_id] == "waiting"


async def test_who_comes_back_after_withdrawing_gets_a_new_place(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment()
    await desk.enrol(person)
    await desk.enrol(replace(person, sequence=2, status="withdrawn"))

    await desk.enrol(replace(person, sequence=3))

    assert [row["status"] for row in await desk.places()] == ["discontinued", "placed"]


async def test_who_waits_is_tried_again_when_their_wishes_change(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=3)
    flagged = [an_enrolment(close_attention=True) for _ in range(3)]
    await desk.enrol(*flagged)

    await desk.enrol(replace(flagged[2], sequence=2, close_attention=False))

    assert set((await desk.statuses()).values()) == {"placed"}


async def test_a_flag_that_is_lowered_makes_room_for_somebody_who_waits(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=3)
    flagged = [an_enrolment(close_attention=True) for _ in range(3)]
    await desk.enrol(*flagged)

    await desk.enrol(replace(flagged[0], sequence=2, close_attention=False))

    assert sorted((await desk.statuses()).values()) == ["offered", "placed", "placed"]


async def test_a_person_gets_the_site_they_asked_for_otherwise_the_nearest(desk: SchedulingDesk) -> None:
    await desk.site(MEADOW)
    await desk.site(LEEDS)
    far = await desk.cohort(site_id="leeds")
    near = await desk.cohort(starts_on=MONDAY + WEEK)
    wished = await desk.cohort(site_id="meadow", starts_on=MONDAY + 2 * WEEK)
    asked, in_the_area, unknown = an_enrolment(preferred_site="meadow"), an_enrolment(), an_enrolment(outward_code=None)

    await desk.enrol(asked, in_the_area, unknown)

    given = {row["enrolment_id"]: row["cohort_id"] for row in await desk.places()}
    assert given == {
        asked.enrolment_id: wished.cohort.cohort_id,
        in_the_area.enrolment_id: near.cohort.cohort_id,
        unknown.enrolment_id: far.cohort.cohort_id,
    }


async def test_people_whom_a_new_cohort_does_not_fit_keep_nobody_from_it(desk: SchedulingDesk) -> None:
    await desk.site(LEEDS)
    before = [an_enrolment(outward_code="LS6", close_attention=number % 2 == 0) for number in range(20)]
    before += [an_enrolment(preferred_site="leeds") for _ in range(20)]
    fitting = [
        an_enrolment(enrolled_at=NOW + timedelta(minutes=number), outward_code=code) for number, code in enumerate(["NE3", None])
    ]
    fitting.append(an_enrolment(enrolled_at=NOW + timedelta(hours=1), preferred_site="harbour", outward_code="LS1"))
    await desk.enrol(*before, *fitting)

    await desk.cohort(capacity=3)

    seated = {row["enrolment_id"] for row in await desk.places() if row["status"] == "offered"}
    assert seated == {one.enrolment_id for one in fitting}


async def test_the_waiting_people_of_an_area_get_the_seats_of_a_site_that_turns_out_to_be_there(desk: SchedulingDesk) -> None:
    await desk.cohort()
    person = an_enrolment(outward_code="LS6")
    await desk.enrol(person)

    await desk.site(replace(SITE, outward_code="LS1"))

    assert await desk.statuses() == {person.participant_id: "offered"}
    assert [one["status"] for one in await desk.told("scheduling.place.changed.v1")] == ["waiting", "offered"]


async def test_fifty_who_ask_at_once_for_the_last_seat_seat_one(desk: SchedulingDesk) -> None:
    await desk.cohort(capacity=1)

    await asyncio.gather(*(desk.enrol(an_enrolment()) for _ in range(50)))

    statuses = [row["status"] for row in await desk.places()]
    assert (statuses.count("placed"), statuses.count("waiting")) == (1, 49)


async def test_fifty_who_need_close_attention_at_once_take_two_seats(desk: SchedulingDesk) -> None:
    await desk.cohort()

    await asyncio.gather(*(desk.enrol(an_enrolment(close_attention=True)) for _ in range(50)))

    statuses = [row["status"] for row in await desk.places()]
    assert (statuses.count("placed"), statuses.count("waiting")) == (2, 48)


async def test_opening_enrolling_and_withdrawing_at_once_leaves_nobody_waiting_beside_a_seat(desk: SchedulingDesk) -> None:
    people = [an_enrolment() for _ in range(20)]
    await desk.enrol(*people[:10])

    await asyncio.gather(
        desk.cohort(capacity=4),
        desk.cohort(capacity=4, starts_on=MONDAY + WEEK),
        *(desk.enrol(one) for one in people[10:]),
        *(desk.enrol(replace(one, sequence=2, status="withdrawn")) for one in people[:5]),
    )

    statuses = [row["status"] for row in await desk.places()]
    assert (statuses.count("discontinued"), statuses.count("waiting")) == (5, 7)
    assert statuses.count("placed") + statuses.count("offered") == 8


async def test_the_number_of_statements_does_not_grow_with_the_group(desk: SchedulingDesk) -> None:
    for week in range(20):
        await desk.cohort(starts_on=MONDAY + week * WEEK)
    counts = []
    for size in (1, 256):
        desk.statements.clear()
        await desk.enrol(*(an_enrolment(close_attention=number % 10 == 0) for number in range(size)))
        counts.append(len(desk.statements))

    assert counts[1] <= counts[0] + 1  # the sites are asked for where somebody waits
    assert counts[1] <= 12


@pytest.mark.parametrize("seed", range(5))
async def test_looking_at_few_cohorts_chooses_what_looking_at_all_would(desk: SchedulingDesk, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same wishes for the same seed
    codes = ("NE1", "NE20", "N1", "LS1", "BD1", "ZZ1")
    sites = [a_site(site_id=f"site-{number}", outward_code=code) for number, code in enumerate(codes)]
    for site in sites:
        await desk.site(site)
    for _ in range(20):
        site_id = chance.choice(sites).site_id
        weekdays, starts_at = chance.choice([(("mon", "thu"), time(10)), (("tue", "fri"), time(14))])
        await desk.cohort(
            site_id=site_id,
            capacity=chance.randint(1, 4),
            starts_on=MONDAY + chance.randint(0, 5) * WEEK,
            weekdays=weekdays,
            starts_at=starts_at,
            language=chance.choice(["en", "en", "cy"]),
            employer=chance.choice([None, None, "MILL"]),
        )
    for size in (1, 3, 1, 12, 2, 20, 5, 30):
        people = [
            an_enrolment(
                preferred_site=chance.choice([None, None, *(site.site_id for site in sites)]),
                outward_code=chance.choice([None, "NE3", "N2", "LS6", "YO1", "ZZ7"]),
                close_attention=chance.random() < 0.4,
                available=chance.choice([(), (), ("mon-am", "thu-am"), ("tue-pm", "fri-pm"), ("mon-am",)]),
                language=chance.choice(["en", "en", "cy"]),
                employer=chance.choice([None, None, "MILL"]),
            )
            for _ in range(size)
        ]
        async with desk.transaction() as (_, repositories):
            rooms = await repositories.seats.all_with_room([PROGRAMME.code], now=desk.now)
        allocation = Allocation(rooms, reach=REACH)
        expected = [allocation.cohort_for(one.seeker) for one in people]

        await desk.enrol(*people)

        given = {row["enrolment_id"]: row["cohort_id"] for row in await desk.places()}
        assert [given[one.enrolment_id] for one in people] == expected


async def test_the_same_cohort_twice_is_one_and_another_under_its_id_is_refused(desk: SchedulingDesk) -> None:
    opened = await desk.cohort()
    cohort_id = opened.cohort.cohort_id

    again = await desk.cohort(cohort_id=cohort_id)

    assert (again.is_new, again.cohort) == (False, opened.cohort)
    with pytest.raises(ValueError, match="cohort_id must be new"):
        await desk.cohort(cohort_id=cohort_id, capacity=9)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"site_id": "nowhere"}, "site_id must be a site that is known here."),
        ({"programme": "zumba"}, "programme must be among escape-pain-backs, escape-pain-knee-hip."),
        ({"capacity": 13}, "capacity must be between 1 and 12 for this programme and site."),
        ({"capacity": 0}, "capacity must be between 1 and 12 for this programme and site."),
        ({"starts_on": NOW.date() - WEEK}, "starts_on must not be in the past: the first session would be 2026-11-16."),
        ({"sessions": 9}, "sessions must be between 10 and 12 for this programme."),
    ],
)
async def test_a_cohort_that_breaks_a_rule_is_refused_and_nothing_is_stored(
    desk: SchedulingDesk, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        await desk.cohort(**changes)

    assert await desk.query("SELECT 1 FROM cohorts") == []


async def test_a_new_name_of_a_site_is_told_for_its_cohorts(desk: SchedulingDesk) -> None:
    await desk.cohort()

    await desk.site(replace(SITE, name="Harbour Leisure Centre"))

    assert [one["site_name"] for one in await desk.told("scheduling.cohort.changed.v1")] == [
        "Harbour Centre",
        "Harbour Leisure Centre",
    ]


async def test_the_audit_sees_what_the_constraints_would_not_let_happen(desk: SchedulingDesk) -> None:
    opened = await desk.cohort(capacity=2)
    people = [an_enrolment(close_attention=True), an_enrolment(close_attention=True), an_enrolment()]
    await desk.enrol(*people)
    waiting = people[2].enrolment_id
    cohort_id: UUID = opened.cohort.cohort_id
    async with desk.engine.connect() as conn:
        await conn.execute(text("ALTER TABLE places DROP CONSTRAINT places_within_capacity"))
        await conn.execute(
            text("""
                UPDATE places SET status = 'placed', waiting_reason = NULL, cohort_id = :cohort_id, cohort_capacity = 2, seat = 3,
                    close_attention = true WHERE enrolment_id = :waiting
            """),
            {"cohort_id": cohort_id, "waiting": waiting},
        )
        await conn.commit()

    problems = await desk.problems()

    assert f"cohort {cohort_id} has 3 people in 2 seats" in problems
    assert f"cohort {cohort_id} has 3 people who need close attention, its limit is 2" in problems
    await desk.enrol(replace(people[2], sequence=2, status="withdrawn"))


async def test_programmes_do_not_share_seats(desk: SchedulingDesk) -> None:
    await desk.cohort()

    await desk.enrol(an_enrolment(programme="another"), an_enrolment(programme=PROGRAMME.code))

    assert sorted((await desk.statuses()).values()) == ["placed", "waiting"]
