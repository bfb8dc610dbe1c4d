"""What the records keep of where people stand, on a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from outcomes.domain.standing import Standing
from outcomes.storage.reads import Reads
from outcomes.storage.repositories import Records
from outcomes.use_cases.keep_person import Person
from service_kit.database import create_engine
from support.outcomes_facts import NOW, assessment, concern, enrolment, questionnaire, signposting
from support.servers import Database


@pytest.fixture
async def engine(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine((await database("outcomes")).url)
    yield engine
    await engine.dispose()


async def test_what_belongs_to_an_enrolment_goes_to_whoever_has_it(engine: AsyncEngine) -> None:
    mine, other = enrolment(), enrolment()
    asked = questionnaire(mine)
    async with engine.begin() as conn:
        records = Records(conn)
        await records.save_enrolments([mine, other])
        await records.add_questionnaires([asked, questionnaire(other)])
        await records.add_assessments([assessment(asked)])
        await records.add_new_signposting([signposting(mine)])
        survivor = replace(mine, sequence=2, participant_id=other.participant_id)
        await records.save_enrolments([survivor])
        moved = await records.take_over([survivor])
        assert moved == [replace(asked, participant_id=other.participant_id, sequence=2)]
        assert await records.take_over([survivor]) == []
        for table in ("assessments", "signposting", "questionnaires"):
            owners = await conn.execute(text(f"SELECT DISTINCT participant_id FROM {table}"))  # noqa: S608 - named above
            assert list(owners.scalars()) == [other.participant_id]


async def test_where_people_stand_is_kept_and_names_are_forgotten_with_held_copies(engine: AsyncEngine) -> None:
    person, other = enrolment().participant_id, enrolment().participant_id
    async with engine.begin() as conn:
        records = Records(conn)
        named = [Person(participant_id=one, sequence=1, display_name="Rosalind") for one in (person, other)]
        await records.save_people(named)
        mine = enrolment(participant_id=person)
        asked = questionnaire(mine)
        await records.save_enrolments([mine])
        await records.add_questionnaires([asked])
        await records.add_assessments(
            [replace(assessment(asked), comment="Ring Rosalind on 07700 900123", reason="Rosalind rang")]
        )
        for one in (person, other):
            await conn.execute(
                text(
                    "INSERT INTO held (consumer, sender, event_id, key, state, attempts, next_try_at, held_since, reason,"
                    " nats_subject, headers, body)"
                    " VALUES ('c', 's', :id, 'k', 'set_aside', 0, :now, :now, '', :subject, '{}', '')"
                ),
                {"id": str(one), "now": NOW, "subject": f"people.v1.{one}"},
            )
        await records.save_standings([Standing(participant_id=person, sequence=1_800_000_000_000_000, status="erased")])
        await records.save_standings([Standing(participant_id=person, sequence=3, status="active")])
        assert (await records.standings([person, other]))[person].status == "erased"
        await records.forget_people([person])
        assert [tuple(row) for row in await conn.execute(text("SELECT comment, reason FROM assessments"))] == [(None, None)]
        left = [*(await conn.execute(text("SELECT participant_id::text FROM people"))).scalars()]
        left += [*(await conn.execute(text("SELECT event_id FROM held"))).scalars()]
        assert left == [str(other), str(other)]


async def test_the_dead_and_the_erased_stand_on_no_list_of_what_is_to_be_done(engine: AsyncEngine) -> None:
    alive, dead = enrolment(), enrolment()
    questionnaires = [questionnaire(one) for one in (alive, dead)]
    async with engine.begin() as conn:
        records, reads = Records(conn), Reads(conn)
        await records.save_enrolments([alive, dead])
        await records.add_questionnaires(questionnaires)
        await records.add_new_concerns([concern(one) for one in questionnaires])
        for status, people in (("deceased", {alive.participant_id}), ("active", {alive.participant_id, dead.participant_id})):
            version = 1 if status == "deceased" else 2
            await records.save_standings([Standing(participant_id=dead.participant_id, sequence=version, status=status)])
            concerns, total = await reads.concerns(status="open", limit=10)
            work = await reads.work_list(status=None, participant_id=None, time_point=None, limit=10, offset=0)
            assert {one.concern.participant_id for one in concerns} == people
            assert {one.questionnaire.participant_id for one in work.listed} == people
            assert total == work.total == len(people)
        of_one = await reads.work_list(status=None, participant_id=dead.participant_id, time_point=None, limit=10, offset=0)
        assert of_one.total == 1
