"""Two providers of text messages on real sockets: the second takes over by rule, and no message is ever with both."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from support.notifications_bench import (
    NotificationsBench,
    Participant,
    as_a_process,
    eventually,
    prepared,
    within_this_process,
)
from support.notify_stub import API_KEY, SMS_TEMPLATE, Fault, NotifyStub, running_notify

FIRST, SECOND = "govuk_notify_sms", "second_notify_sms"
ENOUGH = 3


@pytest.fixture
async def first() -> AsyncIterator[NotifyStub]:
    async with running_notify() as stub:
        yield stub


@pytest.fixture
async def second() -> AsyncIterator[NotifyStub]:
    async with running_notify() as stub:
        yield stub


@pytest.fixture
async def bench(
    database: Any, nats_server: Any, folder: Path, first: NotifyStub, second: NotifyStub
) -> AsyncIterator[NotificationsBench]:
    (folder / "key").write_text(API_KEY)
    settings = {
        "sms_provider": "govuk-notify",
        "notify_base_url": first.url,
        "notify_api_key_file": folder / "key",
        "notify_sms_template": SMS_TEMPLATE,
        "sms_second_provider": "govuk-notify",
        "second_notify_base_url": second.url,
        "second_notify_api_key_file": folder / "key",
        "second_notify_sms_template": SMS_TEMPLATE,
        "email_provider": "none",
        "provider_down_seconds": 0.05,
        "provider_down_failures": ENOUGH,
        "provider_left_alone_seconds": 3600,
    }
    async with prepared(await database("notifications"), nats_server, folder, **settings) as ready:
        yield ready


async def refer(bench: NotificationsBench) -> Participant:
    person = Participant(email=None)
    await bench.tell_contact(person)
    await bench.tell_referral(person)
    return person


async def carried(bench: NotificationsBench, person: Participant) -> tuple[str, str]:
    """Its id, and the provider that has it."""
    [sent] = await bench.messages(person, "referral_received", "sent")
    return str(sent["id"]), str(sent["provider"])


async def until_the_second_carries(bench: NotificationsBench, first: NotifyStub) -> list[Participant]:
    """The first is away until it is left alone; returns whoever was written to meanwhile, and none of whom it has."""
    first.away = True
    people: list[Participant] = []

    async def over() -> bool:
        people.append(await refer(bench))
        query = "SELECT status, provider FROM messages WHERE participant_id = $1 AND attempts > 0 AND claimed_until IS NULL"
        [latest] = await eventually(lambda: bench.query(query, people[-1].participant_id))
        return bool(latest["status"] == "sent" and latest["provider"] == SECOND)

    await eventually(over)
    return people


def has(stub: NotifyStub, reference: str) -> int:
    return len(stub.with_reference(reference))


async def test_the_second_carries_what_the_first_could_not_take_each_message_once(
    bench: NotificationsBench, first: NotifyStub, second: NotifyStub
) -> None:
    async with within_this_process(bench):
        people = await until_the_second_carries(bench, first)
        assert len(people) > ENOUGH
        await bench.query("UPDATE messages SET retry_at = now() WHERE retry_at IS NOT NULL")
        ids = [await carried(bench, person) for person in people]
        assert {provider for _, provider in ids} == {SECOND}
        assert [(has(first, id_), has(second, id_)) for id_, _ in ids] == [(0, 1)] * len(people)
        assert (await bench.audit())["problems"] == []


async def test_the_first_is_asked_again_when_it_was_left_alone_for_long_enough(
    bench: NotificationsBench, first: NotifyStub
) -> None:
    bench.settings |= {"provider_left_alone_seconds": "0.3"}
    async with within_this_process(bench):
        await until_the_second_carries(bench, first)
        first.away = False

        async def back() -> bool:
            return (await carried(bench, await refer(bench)))[1] == FIRST

        await eventually(back)


async def test_what_the_first_may_have_stays_with_it_while_the_second_carries_everything_else(
    bench: NotificationsBench, first: NotifyStub, second: NotifyStub
) -> None:
    async with within_this_process(bench):
        first.faults = [Fault.CUT_AFTER]
        unclear = await refer(bench)
        await eventually(lambda: held(first))
        await until_the_second_carries(bench, first)
        # Its lease is over and over again: it is asked about, and the provider doesn't answer.
        await eventually(lambda: bench.query("SELECT 1 FROM messages WHERE claimed_until > now() + interval '1.5 seconds'"))
        [waiting] = await bench.messages(unclear, "referral_received", "sending")
        assert waiting["provider"] == FIRST
        first.away = False
        id_, provider = await carried(bench, unclear)
        assert (provider, has(first, id_), has(second, id_)) == (FIRST, 1, 0)


async def held(stub: NotifyStub) -> bool:
    return bool(stub.stored)


async def test_killed_between_the_seconds_answer_and_the_commit_it_stays_with_the_second(
    bench: NotificationsBench, first: NotifyStub, second: NotifyStub
) -> None:
    async with as_a_process(bench) as process:
        await until_the_second_carries(bench, first)
        await bench.all_read()
        before = len(second.stored)
        connection = await asyncpg.connect(bench.database.dsn)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE")
                person = await refer(bench)
                await eventually(lambda: more_than(second, before))
                process.kill()
                await process.wait()
        finally:
            await connection.close()
    [cut] = await bench.messages(person, "referral_received", "sending")
    assert cut["provider"] == SECOND
    first.away = False
    async with as_a_process(bench):
        id_, provider = await carried(bench, person)
        await bench.all_read()
    assert (provider, has(first, id_), has(second, id_)) == (SECOND, 0, 1)


async def more_than(stub: NotifyStub, number: int) -> bool:
    return len(stub.stored) > number
