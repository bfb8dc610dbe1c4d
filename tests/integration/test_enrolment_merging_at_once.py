"""Referrals, merges, corrections and deaths of the same few people at once, on many connections: the rules hold afterwards."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from enrolment.domain.audit import STAFF, Actor
from enrolment.domain.corrections import CorrectionError
from enrolment.domain.merges import MergeError
from enrolment.domain.near_matches import DecidedError
from enrolment.domain.standing import ImpossibleForPersonError
from enrolment.storage.people import PeopleRepository
from enrolment.storage.repositories import IntakeRepository
from enrolment.use_cases.answer_messages import answer_messages
from enrolment.use_cases.correct_person import Correction, SomebodyElseError, correct_person
from enrolment.use_cases.merge_people import keep_apart, merge_people, unmerge_people
from enrolment.use_cases.notify_death import notify_death, revoke_death
from service_kit.database import create_engine, is_repeatable
from service_kit.ids import new_id
from support.enrolment_examples import NUMBER, OTHER_NUMBER, RULES, a_person, a_referral
from support.servers import Database

SAM = Actor(kind=STAFF, name="Sam", role="coordinator")
NOT_POSSIBLE = (MergeError, DecidedError, ImpossibleForPersonError, SomebodyElseError, CorrectionError, LookupError)
# What must never be, whatever happened in which order.
NEVER = {
    "two people of one number and birth date": """
        SELECT count(*) FROM (SELECT FROM participants WHERE nhs_number IS NOT NULL AND status <> 'merged'
          GROUP BY nhs_number, birth_date HAVING count(*) > 1) AS twice""",
    "a referral or an enrolment of somebody who was merged": """
        SELECT count(*) FROM participants p WHERE p.status = 'merged' AND (
          EXISTS (SELECT FROM referrals r WHERE r.participant_id = p.id)
          OR EXISTS (SELECT FROM enrolments e WHERE e.participant_id = p.id))""",
    "two enrolments of one person beside each other that no merge brought": """
        SELECT count(*) FROM (SELECT FROM enrolments WHERE status = 'enrolled' AND NOT doubled
          GROUP BY participant_id, programme HAVING count(*) > 1) AS twice""",
    "a merge that stands of somebody who isn't merged, or the other way round": """
        SELECT count(*) FROM participants p WHERE (p.status = 'merged')
          <> EXISTS (SELECT FROM merges m WHERE m.merged_id = p.id AND m.undone_at IS NULL)""",
    "an enrolment that was doubled and stands alone": """
        SELECT count(*) FROM enrolments e WHERE e.doubled AND NOT EXISTS (
          SELECT FROM enrolments o WHERE o.participant_id = e.participant_id AND o.programme = e.programme
            AND o.status = 'enrolled' AND NOT o.doubled)""",
}


@pytest.fixture
async def engine(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine((await database("enrolment")).url)
    yield engine
    await engine.dispose()


async def take(engine: AsyncEngine, step: Callable[[AsyncConnection], Awaitable[object]]) -> None:
    """One transaction, again where the database says that it is worth it; what isn't possible is an error and changes nothing."""
    while True:
        try:
            async with engine.begin() as conn:
                await step(conn)
        except DBAPIError as error:
            if not is_repeatable(error):
                raise
        except NOT_POSSIBLE:
            return
        else:
            return


def a_step(chance: random.Random, people: list[UUID]) -> Callable[[AsyncConnection], Awaitable[object]]:
    now = datetime.now(UTC)
    one, other = chance.choice(people), chance.choice(people)
    described = a_person(
        given_name=chance.choice(["Rosalind", "Rosie"]),
        postcode=chance.choice(["LS1 4HR", "LS1 4HS"]),
        nhs_number=chance.choice([None, NUMBER, OTHER_NUMBER]),
    )
    values = {"given_name": described.given_name, "nhs_number": described.nhs_number}

    async def refer(conn: AsyncConnection) -> object:
        messages = [a_referral(person=described)]
        return await answer_messages(messages, store=IntakeRepository(conn, now=now), rules=RULES, now=now, new_id=new_id)

    def with_people(use_case: Callable[..., Awaitable[object]], *arguments: object, **more: object) -> object:
        async def step(conn: AsyncConnection) -> object:
            return await use_case(*arguments, actor=SAM, store=PeopleRepository(conn, now=now), now=now, **more)

        return step

    return chance.choice(  # type: ignore[return-value]  # each takes a connection
        [
            refer,
            refer,
            with_people(merge_people, one, other, new_id=new_id),
            with_people(merge_people, other, one, new_id=new_id),
            with_people(unmerge_people, one, new_id=new_id),
            with_people(keep_apart, one, other, new_id=new_id),
            with_people(correct_person, Correction(participant_id=one, values=values), new_id=new_id),
            with_people(notify_death, one),
            with_people(revoke_death, one),
        ]
    )


@pytest.mark.parametrize("seed", range(6))
async def test_the_rules_hold_whatever_happens_at_once(engine: AsyncEngine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order, the same in every run
    for _ in range(5):
        async with engine.connect() as conn:
            people = list((await conn.execute(text("SELECT id FROM participants"))).scalars()) or [new_id()]
        await asyncio.gather(*(take(engine, a_step(chance, people)) for _ in range(12)))
    async with engine.connect() as conn:
        found = {what: (await conn.execute(text(query))).scalar_one() for what, query in NEVER.items()}
        made = (await conn.execute(text("SELECT count(*) FROM referrals"))).scalar_one()
    assert found == dict.fromkeys(NEVER, 0)
    assert made > 5
