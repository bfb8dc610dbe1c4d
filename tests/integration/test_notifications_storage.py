"""Notifications' database: the desk's promises, the migrations, and the constraints behind "once"."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.domain.message import Channel
from notifications.storage.desk import desk
from notifications.storage.mailbox import StoredMailbox
from notifications.storage.messages import earliest_due, earliest_overdue, earliest_retry
from notifications.storage.tables import METADATA
from notifications.use_cases.desk import Desk
from notifications.use_cases.mailbox import Delivered
from service_kit.database import create_engine
from service_kit.ids import new_id
from support.desk_promises import NOW, PROMISES, REAL, a_message
from support.servers import Database


@pytest.fixture
async def engine(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[AsyncEngine]:
    made = create_engine((await database("notifications")).url)
    yield made
    await made.dispose()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_the_database_keeps_what_a_desk_promises(engine: AsyncEngine, promise: Callable[[Desk], Awaitable[None]]) -> None:
    async with engine.begin() as conn:
        await promise(desk(conn))


async def test_the_migrations_make_what_the_tables_say(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA))

    async with engine.connect() as conn:
        assert await conn.run_sync(differences) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "sending"},
        {"status": "dropped"},
        {"status": "lost"},
        {"status": "sent", "claimed_until": REAL},
        {"status": "planned", "retry_at": REAL},
    ],
    ids=str,
)
async def test_an_impossible_state_is_refused(engine: AsyncEngine, columns: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        async with engine.begin() as conn:
            await desk(conn).messages.add([a_message(**columns)])


async def test_the_next_times_are_those_of_the_first_in_each_queue(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        assert [await earliest(conn) for earliest in (earliest_due, earliest_retry, earliest_overdue)] == [None, None, None]
        taken = a_message().claim(channel=Channel.SMS, provider="fake", until=REAL, now=NOW)
        await desk(conn).messages.add([a_message(due_at=NOW + timedelta(days=1)), a_message(), taken])
        assert await earliest_due(conn) == NOW
        assert await earliest_overdue(conn) == REAL


async def test_what_reaches_the_mailbox_twice_is_counted_not_hidden(engine: AsyncEngine) -> None:
    mailbox = StoredMailbox(engine)
    delivered = Delivered(
        id=new_id(),
        reference="a-reference",
        channel=Channel.SMS,
        recipient="07700 900123",
        subject=None,
        body="Hello",
        sms_parts=1,
        received_at=datetime(2026, 12, 7, tzinfo=UTC),
    )
    await mailbox.put(delivered)
    await mailbox.put(delivered)
    async with engine.connect() as conn:
        assert (await conn.exec_driver_sql("SELECT count(*), sum(copies) FROM mailbox")).one() == (1, 2)
    assert await mailbox.holds(["a-reference", "another"]) == {"a-reference"}
