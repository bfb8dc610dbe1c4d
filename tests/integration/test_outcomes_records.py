"""What the use cases may rely on, of the records in PostgreSQL and of the ones in memory alike; and the migrations."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from outcomes.storage.repositories import Records
from outcomes.storage.tables import METADATA
from outcomes.use_cases.keep_person import Person
from outcomes.use_cases.keep_site import Site
from service_kit.database import create_engine
from support.outcomes_facts import FIRST_SESSION, LAST_SESSION, NOW, assessment, enrolment, place, questionnaire, signposting
from support.outcomes_memory import MemoryRecords
from support.servers import Database

AnyRecords = Records | MemoryRecords


@pytest.fixture(params=["memory", "postgres"])
async def records(request: pytest.FixtureRequest, database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[AnyRecords]:
    if request.param == "memory":
        yield MemoryRecords()
        return
    engine = create_engine((await database("outcomes")).url)
    async with engine.begin() as conn:
        yield Records(conn)
    await engine.dispose()


async def test_a_newer_enrolment_replaces_an_older_one_and_never_the_other_way(records: AnyRecords) -> None:
    first = enrolment(joints=("hip", "knee"))
    second = replace(first, sequence=2, status="withdrawn")
    await records.save_enrolments([first, second])
    await records.save_enrolments([first])
    assert await records.locked_enrolments([first.enrolment_id, enrolment().enrolment_id]) == {first.enrolment_id: second}


async def test_places_are_kept_by_id_and_found_by_enrolment_the_last_change_at_the_end(records: AnyRecords) -> None:
    mine = enrolment()
    later = place(mine, changed_at=NOW + timedelta(days=1), status="completed", sessions_attended=10)
    earlier = place(mine, place_id=enrolment().enrolment_id, first_session_at=None, cohort_id=None)
    await records.save_places([later, earlier])
    assert await records.places([later.place_id]) == {later.place_id: later}
    assert list(await records.places_of([mine.enrolment_id])) == [earlier, later]


async def test_questionnaires_come_back_as_they_were_kept(records: AnyRecords) -> None:
    mine, other = enrolment(), enrolment()
    await records.save_enrolments([mine, other])
    kept = questionnaire(mine)
    await records.add_questionnaires([kept, questionnaire(other)])
    assert list(await records.questionnaires([mine.enrolment_id])) == [kept]
    moved = replace(kept, sequence=2, status="completed", closes_at=LAST_SESSION)
    await records.save_questionnaires([moved])
    assert list(await records.questionnaires([mine.enrolment_id])) == [moved]


async def test_nothing_is_asked_of_nobody(records: AnyRecords) -> None:
    assert list(await records.questionnaires([])) == []
    assert dict(await records.locked_enrolments([])) == {}
    await records.save_places([])
    await records.add_questionnaires([])
    await records.save_questionnaires([])
    assert list(await records.add_new_signposting([])) == []


async def test_only_what_is_due_and_still_open_is_opened_the_earliest_first(records: AnyRecords) -> None:
    due, earlier, later, over = (enrolment() for _ in range(4))
    await records.save_enrolments([due, earlier, later, over])
    planned = [
        questionnaire(due, status="planned"),
        questionnaire(earlier, status="planned", due_at=NOW - timedelta(days=1)),
        questionnaire(later, status="planned", due_at=NOW + timedelta(seconds=1)),
        questionnaire(over, status="planned", due_at=NOW - timedelta(days=9), closes_at=NOW),
    ]
    await records.add_questionnaires(planned)
    assert list(await records.planned_until(NOW, most=9)) == [planned[1], planned[0]]
    assert list(await records.planned_until(NOW, most=1)) == [planned[1]]
    assert list(await records.past_closing(NOW, most=9)) == [planned[3]]


async def test_only_open_questionnaires_are_closed(records: AnyRecords) -> None:
    done, open_ = enrolment(), enrolment()
    await records.save_enrolments([done, open_])
    past = {"closes_at": NOW - timedelta(days=1), "due_at": NOW - timedelta(days=9)}
    await records.add_questionnaires([questionnaire(done, status="completed", **past), questionnaire(open_, **past)])
    assert [one.enrolment_id for one in await records.past_closing(NOW, most=9)] == [open_.enrolment_id]


async def test_the_newest_version_of_results_is_found_by_time_point(records: AnyRecords) -> None:
    mine = enrolment()
    await records.save_enrolments([mine])
    baseline, end = questionnaire(mine), questionnaire(mine, time_point="end", closes_at=FIRST_SESSION)
    await records.add_questionnaires([baseline, end])
    first, last = assessment(baseline, pain=7), assessment(end)
    second = assessment(baseline, assessment_id=first.assessment_id, sequence=2, pain=6)
    await records.add_assessments([second, first, last])
    assert await records.newest_assessments(mine.enrolment_id) == {"baseline": second, "end": last}


async def test_an_enrolment_is_signposted_once(records: AnyRecords) -> None:
    mine = enrolment()
    first, second = signposting(mine), signposting(mine)
    assert list(await records.add_new_signposting([first])) == [first.signposting_id]
    assert list(await records.add_new_signposting([second])) == []


async def test_a_person_is_kept_by_the_newest_sequence(records: AnyRecords) -> None:
    someone = enrolment().participant_id
    await records.save_people([Person(participant_id=someone, sequence=2, display_name="Ada Example")])
    await records.save_people([Person(participant_id=someone, sequence=1, display_name="A. Example")])
    if isinstance(records, MemoryRecords):
        assert records.people[someone].display_name == "Ada Example"


async def test_the_migrated_database_is_what_the_tables_say(database: Callable[[str], Awaitable[Database]]) -> None:
    engine = create_engine((await database("outcomes")).url)
    async with engine.connect() as conn:
        differences = await conn.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), METADATA))
        checks = (
            await conn.execute(text("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'questionnaire_%' AND contype = 'c'"))
        ).scalar_one()
    await engine.dispose()
    assert differences == []
    assert checks == 3


async def test_the_newest_state_of_a_site_is_kept_for_reports(database: Callable[[str], Awaitable[Database]]) -> None:
    first = Site(site_id="harbour", sequence=1, name="Harbour", kind="clinic", status="planned")
    engine = create_engine((await database("outcomes")).url)
    async with engine.begin() as conn:
        records = Records(conn)
        await records.save_sites([replace(first, sequence=3, name="Harbour Centre", status="live")])
        await records.save_sites([first])
        [row] = (await conn.execute(text("SELECT * FROM sites"))).mappings()
    await engine.dispose()
    assert (row["name"], row["status"], row["sequence"]) == ("Harbour Centre", "live", 3)
