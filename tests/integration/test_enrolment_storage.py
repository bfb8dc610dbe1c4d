"""Enrolment's database: what a group costs, what two instances at once come to, and that the migrations make the tables."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.messaging.consume import REFERRAL, Intake
from enrolment.storage.repositories import IntakeRepository
from enrolment.storage.tables import METADATA
from enrolment.use_cases.known import Sender
from service_kit.consumer import Received
from service_kit.database import create_engine
from service_kit.envelope import Event
from service_kit.ids import new_id
from support.enrolment_bench import referral
from support.enrolment_examples import RULES
from support.servers import Database

INTAKE = Intake(
    rules=RULES,
    bars_versions=(),
    bars_programme="escape-pain-knee-hip",
    store=lambda conn, now: IntakeRepository(conn, now=now),
    new_id=new_id,
)
MOST_STATEMENTS = 14


@pytest.fixture
async def engine(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine((await database("enrolment")).url)
    yield engine
    await engine.dispose()


def received(organisation: str, body: object) -> Received[object]:
    sent = Event(
        id=str(new_id()),
        source="urn:test",
        type=REFERRAL,
        time=None,
        subject=None,
        content_type="application/json",
        data=json.dumps(body).encode(),
        nats_subject=f"intake.gp.{organisation}.referral.v1",
    )
    return Received(event=sent, command=INTAKE.read(sent))


async def handle(engine: AsyncEngine, group: Sequence[Received[object]]) -> None:
    [reaction] = INTAKE.consumer().reactions
    async with engine.begin() as conn:
        await reaction.handle(conn, group, datetime.now(UTC))


async def test_a_group_of_256_takes_as_few_statements_as_a_lone_message(engine: AsyncEngine) -> None:
    statements: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda _conn, _cursor, statement, *_: statements.append(statement))
    await handle(engine, [received("A81001", referral(0))])
    alone = len(statements)
    statements.clear()
    await handle(engine, [received("A81001", referral(number)) for number in range(1, 257)])
    # New people and people who are completed are written in a statement each.
    assert len(statements) <= alone + 4
    assert len(statements) <= MOST_STATEMENTS


async def test_two_instances_that_get_the_same_people_at_once_make_each_of_them_once(engine: AsyncEngine) -> None:
    order = random.Random(1)  # noqa: S311 - an order, the same in every run
    groups = []
    for turn in range(12):
        people = list(range(40))
        order.shuffle(people)
        # Half of the groups know no NHS number: they find the same people by the other four.
        known = {"nhs_number": None} if turn % 2 else {}
        groups.append([received(f"A8{turn:04}", referral(number, referral_id=f"r{number}", patient=known)) for number in people])
    await asyncio.gather(*(handle(engine, group) for group in groups))
    async with engine.connect() as conn:
        counts = (
            await conn.execute(
                text(
                    "SELECT (SELECT count(*) FROM participants), (SELECT count(*) FROM enrolments),"
                    " (SELECT count(*) FROM referrals)"
                )
            )
        ).one()
        statuses = (await conn.execute(text("SELECT status, count(*) FROM referrals GROUP BY status ORDER BY status"))).all()
    assert tuple(counts) == (40, 40, 480)
    assert [tuple(row) for row in statuses] == [("accepted", 40), ("duplicate", 440)]


async def test_what_was_saved_is_loaded_as_it_was(engine: AsyncEngine) -> None:
    body = referral(
        1,
        preferred_site="leeds",
        referred_on="2026-11-20",
        patient={"emergency_contact": {"name": "Sam", "phone": "07700 900124"}},
        clinical={"red_flags": ["trauma"], "conditions": ["osteoarthritis"], "close_attention": True},
    )
    await handle(engine, [received("A81001", body)])
    async with engine.begin() as conn:
        repository = IntakeRepository(conn, now=datetime.now(UTC))
        referral_id = (await conn.execute(text("SELECT id FROM referrals"))).scalar_one()
        known, receipt = await repository.load_for_review(referral_id)
        held = known.referrals[referral_id]
        command = received("A81001", body).command
        assert held.answers == command.answers  # type: ignore[attr-defined]  # it is a ReceiveReferral
        assert known.participants[held.participant_id].person == command.person  # type: ignore[attr-defined]  # likewise
        assert receipt is not None
        assert (receipt.status, receipt.reasons) == ("needs_review", held.reasons)
        assert await repository.given(Sender("gp", "A81001"), receipt.event_id) == receipt
        known.put_referral(held)
        await repository.save(known.changes())
        assert (await repository.load_for_review(referral_id))[0].referrals[referral_id] == held


async def test_the_migrations_make_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        differences = await conn.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), METADATA))
    assert [each for each in differences if "alembic_version" not in str(each)] == []
