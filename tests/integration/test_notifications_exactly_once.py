"""Each message exactly once, whatever is killed and however often it is tried; where that can't be known, it is said."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from limber_embedded.problem import Problem
from limber_embedded.servers.postgres import PostgresServer
from notifications.domain.contact import Contact
from notifications.domain.message import Channel, Kind, Message, Status
from notifications.providers.local_sms import LocalSms
from notifications.storage.desk import desk
from notifications.storage.mailbox import StoredMailbox
from notifications.templates.wording import TemplateWording
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.send_due_messages import Counter, Sending, send_due_messages
from service_kit.ids import new_id
from support.notifications_bench import (
    MORNING,
    NotificationsBench,
    Participant,
    as_a_process,
    eventually,
    prepared,
    within_this_process,
)
from support.servers import Broker, Database, Databases


@pytest.fixture
async def bench(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[NotificationsBench]:
    async with prepared(await database("notifications"), nats_server, folder) as ready:
        yield ready


@asynccontextmanager
async def nobody_writes_to(table: str, bench: NotificationsBench) -> AsyncIterator[None]:
    connection = await asyncpg.connect(bench.database.dsn)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def restarted(server: PostgresServer) -> bool:
    """PostgreSQL refuses to start while processes of the killed one still hold its memory."""
    try:
        server.restart()
    except Problem:
        return False
    return True


async def in_mailbox(bench: NotificationsBench) -> int:
    found = await bench.query("SELECT coalesce(sum(copies), 0) AS copies FROM mailbox")
    return int(found[0]["copies"])


async def count(bench: NotificationsBench, sql: str) -> int:
    return len(await bench.query(sql))


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_killed_between_the_providers_answer_and_the_commit_it_is_one_message(
    bench: NotificationsBench, channel: str
) -> None:
    person = Participant()
    async with as_a_process(bench) as process, nobody_writes_to("outbox", bench):
        await bench.tell_contact(person, preferred_channel=channel)
        await bench.tell_referral(person)
        await eventually(lambda: in_mailbox(bench))
        process.kill()
        await process.wait()
    assert (await bench.messages(person, "referral_received", "sending"))[0]["channel"] == channel
    async with as_a_process(bench):
        await bench.messages(person, "referral_received", "sent")
        await bench.all_read()
        assert [one["status"] for one in await bench.published()] == ["sent"]
        assert await in_mailbox(bench) == 1
        assert (await bench.audit())["problems"] == []


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_killed_before_the_provider_had_it_it_is_sent_again_and_is_one_message(
    bench: NotificationsBench, channel: str
) -> None:
    person = Participant()
    async with as_a_process(bench) as process, nobody_writes_to("mailbox", bench):
        await bench.tell_contact(person, preferred_channel=channel)
        await bench.tell_referral(person)
        await bench.messages(person, "referral_received", "sending")
        await eventually(lambda: count(bench, "SELECT 1 FROM pg_locks WHERE relation = 'mailbox'::regclass AND NOT granted"))
        process.kill()
        await process.wait()
    assert await in_mailbox(bench) == 0
    async with as_a_process(bench):
        [sent] = await bench.messages(person, "referral_received", "sent")
        await bench.all_read()
        assert sent["attempts"] == 2
        assert await in_mailbox(bench) == 1
        assert (await bench.audit())["problems"] == []


async def test_postgresql_killed_while_messages_go_out_each_is_sent_once(
    own_databases: Databases, nats_server: Broker, folder: Path
) -> None:
    async with prepared(await own_databases.create("notifications"), nats_server, folder) as bench, within_this_process(bench):
        people = [Participant() for _ in range(60)]
        for number, person in enumerate(people):
            await bench.tell_contact(person, preferred_channel="sms" if number % 2 else "email")
            await bench.tell_referral(person)
        await eventually(lambda: in_mailbox(bench))
        own_databases.server.kill()
        await eventually(lambda: restarted(own_databases.server))
        await eventually(lambda: _all_sent(bench, 60))
        assert await in_mailbox(bench) == 60
        await bench.all_read()
        assert (await bench.audit())["problems"] == []


async def test_two_instances_send_each_message_once(bench: NotificationsBench) -> None:
    people = [Participant() for _ in range(40)]
    other = NotificationsBench(
        database=bench.database,
        broker=bench.broker,
        admin=bench.admin,
        settings=bench.settings | {"mailbox_smtp_port": "0", "email_provider": "none"},
        client=bench.client,
    )
    async with within_this_process(bench), within_this_process(other):
        for person in people:
            await bench.tell_contact(person)
            await bench.tell_referral(person)
        await eventually(lambda: _all_sent(bench, 40))
    assert await in_mailbox(bench) == 40


async def _all_sent(bench: NotificationsBench, number: int) -> bool:
    return await count(bench, "SELECT 1 FROM messages WHERE status = 'sent'") == number


async def test_workers_that_know_nothing_of_each_other_send_each_message_once(
    database: Callable[[str], Awaitable[Database]],
) -> None:
    fresh = await database("notifications")
    engine = create_async_engine(fresh.url)
    mailbox = StoredMailbox(engine)

    @asynccontextmanager
    async def open_counter() -> AsyncIterator[Counter]:
        async def announce(messages: Sequence[Message]) -> None:
            assert {message.status for message in messages} <= {Status.SENT}

        async with engine.begin() as conn:
            yield Counter(desk=desk(conn), announce=announce)

    async with open_counter() as counter:
        await counter.desk.contacts.keep([_contact(number) for number in range(60)], at=MORNING)
        await counter.desk.messages.add([_message(number) for number in range(60)])
    sending = Sending(
        open_counter=open_counter,
        carriers=Carriers({Channel.SMS: [LocalSms(mailbox=mailbox, new_id=new_id, now=lambda: MORNING)]}),
        wording=TemplateWording(public_url="http://localhost", organiser="limber@example.org"),
        real_now=lambda: datetime.now(UTC),
        new_id=new_id,
        new_token=lambda: "t" * 43,
        lease=timedelta(seconds=20),
        portion=7,
    )

    async def worker() -> int:
        done = 0
        while portion := await send_due_messages(sending=sending, now=MORNING):
            done += portion
        return done

    assert sum(await asyncio.gather(*(worker() for _ in range(4)))) == 60
    async with engine.connect() as conn:
        found = (await conn.exec_driver_sql("SELECT count(*), sum(copies) FROM mailbox")).one()
    await engine.dispose()
    assert tuple(found) == (60, 60)


_PEOPLE = [new_id() for _ in range(60)]


def _contact(number: int) -> Contact:
    return Contact(
        participant_id=_PEOPLE[number],
        sequence=1,
        greeting_name="Mary",
        phone="07700 900123",
        email=None,
        language="en",
        preferred_channel=None,
        allows_sms=True,
        allows_email=True,
    )


def _message(number: int) -> Message:
    return Message(
        id=new_id(),
        participant_id=_PEOPLE[number],
        kind=Kind.REFERRAL_RECEIVED,
        about_id="a-referral",
        due_at=MORNING,
        useful_until=MORNING + timedelta(days=30),
        planned_at=MORNING,
        changed_at=MORNING,
    )
