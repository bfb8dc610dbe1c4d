"""The audit keeps what was written, whatever anybody asks of the database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.domain.audit import ORGANISATION, STAFF, Actor, Entry
from enrolment.storage import audit
from service_kit.database import create_engine
from service_kit.ids import new_id
from support.servers import Database

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PERSON = new_id()
ENTRIES = [
    Entry(
        at=NOW,
        actor=Actor(kind=ORGANISATION, name="gp.A81001"),
        deed="referred",
        participant_id=PERSON,
        about="referral-1",
        details={"status": "accepted"},
    ),
    Entry(at=NOW, actor=Actor(kind=STAFF, name="Sam", role="coordinator"), deed="withdrew", participant_id=PERSON),
]


@pytest.fixture
async def engine(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine((await database("enrolment")).url)
    async with engine.begin() as conn:
        await audit.add(conn, ENTRIES)
    yield engine
    await engine.dispose()


async def test_what_was_done_to_a_person_is_read_in_the_order_in_which_it_happened(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        assert await audit.of_participant(conn, PERSON) == ENTRIES
        assert await audit.of_participant(conn, new_id()) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET deed = 'nothing'", "DELETE FROM audit", "TRUNCATE audit", "UPDATE audit SET about = NULL"]
)
async def test_the_database_refuses_to_change_or_take_away_a_row(engine: AsyncEngine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed or taken away"):
        async with engine.begin() as conn:
            await conn.execute(text(statement))
    async with engine.connect() as conn:
        assert len(await audit.of_participant(conn, PERSON)) == len(ENTRIES)
