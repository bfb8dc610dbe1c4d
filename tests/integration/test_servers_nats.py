"""What the embedded nats-server promises, and what its users may not do."""

import asyncio
import json
from collections.abc import Awaitable

import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.errors import APIError, NoStreamResponseError

from support.servers import Broker

INTAKE = "intake.gp.A81001.referral.v1"


async def refused(client: Client, subject: str) -> bool:
    """Whether the broker refuses that publish: it says so on the connection."""
    return await _violates(client, client.publish(subject, b"{}"))


async def _violates(client: Client, action: Awaitable[object]) -> bool:
    said = asyncio.Event()

    async def note(error: Exception) -> None:
        if "permissions violation" in str(error).lower():
            said.set()

    client._error_cb = note
    await action
    try:
        await asyncio.wait_for(said.wait(), timeout=2)
    except TimeoutError:
        return False
    return True


async def test_applying_the_streams_twice_changes_nothing(nats_server: Broker) -> None:
    admin = await nats_server.connect()
    before = await admin.jetstream().streams_info()
    await nats_server.apply_streams()
    after = await admin.jetstream().streams_info()
    assert [stream.config for stream in before] == [stream.config for stream in after]


async def test_an_organisation_sends_on_its_own_subjects_only(nats_server: Broker) -> None:
    outside = await nats_server.connect(await nats_server.add_organisation("A81001"))
    assert (await outside.jetstream().publish(INTAKE, b"{}")).stream == "INTAKE"
    assert await refused(outside, "intake.gp.B82002.referral.v1")
    assert await refused(outside, "intake.gp.A81001.another.v1")
    assert await refused(outside, "enrolment.enrolment.changed.v1.00")
    assert await refused(outside, "$JS.API.STREAM.PURGE.ENROLMENT")


async def test_an_organisation_reads_its_own_receipts_only(nats_server: Broker) -> None:
    await nats_server.add_organisation("B82002")
    outside = await nats_server.connect(await nats_server.add_organisation("A81001"))
    enrolment = await nats_server.connect("enrolment")
    await enrolment.jetstream().publish("receipts.gp.A81001", b"yours")
    await enrolment.jetstream().publish("receipts.gp.B82002", b"theirs")
    own = await outside.jetstream(domain="limber").pull_subscribe_bind("receipts_gp_A81001", "RECEIPTS")
    [message] = await own.fetch(1)
    assert message.data == b"yours"
    await message.ack_sync()
    assert (await own.consumer_info()).num_pending == 0
    for api in ("$JS.API", "$JS.limber.API"):
        assert await refused(outside, f"{api}.CONSUMER.MSG.NEXT.RECEIPTS.receipts_gp_B82002")


@pytest.mark.parametrize(
    "victim",
    [
        "enrolment.enrolment.changed.v1.00",
        "receipts.gp.B82002",
        "$JS.API.STREAM.PURGE.ENROLMENT",
        "$JS.API.STREAM.DELETE.ENROLMENT",
        "$KV.clock.offset",
    ],
)
async def test_a_reply_address_can_not_be_used_to_reach_what_is_forbidden(nats_server: Broker, victim: str) -> None:
    outside = await nats_server.connect(await nats_server.add_organisation("A81001"))
    admin = await nats_server.connect()
    enrolment = await nats_server.connect("enrolment")
    await enrolment.jetstream().publish("enrolment.enrolment.changed.v1.01", b"a fact")
    await enrolment.jetstream().publish("receipts.gp.A81001", b"a receipt")
    before = [(stream.config.name, stream.state.messages) for stream in await admin.jetstream().streams_info()]

    await outside.publish(INTAKE, b"{}", reply=victim)
    await outside.publish("$JS.limber.API.CONSUMER.INFO.RECEIPTS.receipts_gp_A81001", b"", reply=victim)
    await outside.publish("$JS.limber.API.CONSUMER.MSG.NEXT.RECEIPTS.receipts_gp_A81001", b"1", reply=victim)
    await outside.flush()
    await outside.jetstream().publish(INTAKE, b"{}")

    after = [(stream.config.name, stream.state.messages) for stream in await admin.jetstream().streams_info()]
    assert [one for one in after if one[0] != "INTAKE"] == [one for one in before if one[0] != "INTAKE"]


async def test_an_organisation_can_not_listen_to_another_ones_inbox(nats_server: Broker) -> None:
    user = await nats_server.add_organisation("A81001")
    outside = await nats_server.connect(user)
    assert await _violates(outside, outside.subscribe("_INBOX_enrolment.>"))


async def test_a_service_makes_no_consumer_and_reads_no_other_durable(nats_server: Broker) -> None:
    scheduling = await nats_server.connect("scheduling")
    for subject in (
        "$JS.API.CONSUMER.CREATE.ENROLMENT.mine",
        "$JS.API.CONSUMER.DURABLE.CREATE.ENROLMENT.mine",
        "$JS.API.CONSUMER.MSG.NEXT.ENROLMENT.outcomes_enrolment",
        "$JS.API.STREAM.DELETE.SCHEDULING",
        "enrolment.enrolment.changed.v1.00",
    ):
        assert await refused(scheduling, subject), subject


async def test_a_service_reads_the_clock_and_can_not_move_it(nats_server: Broker) -> None:
    admin = await nats_server.connect()
    outcomes = await nats_server.connect("outcomes")
    moves = await outcomes.subscribe("$KV.clock.>")
    await outcomes.flush()
    await (await admin.jetstream().key_value("clock")).put("offset", b"86400")
    assert (await moves.next_msg(timeout=2)).data == b"86400"
    entry = await (await outcomes.jetstream().key_value("clock")).get("offset")
    assert entry.value == b"86400"
    assert await refused(outcomes, "$KV.clock.offset")


async def test_a_full_sender_is_refused_while_another_is_served(nats_server: Broker) -> None:
    first = await nats_server.connect(await nats_server.add_organisation("A81001"))
    second = await nats_server.connect(await nats_server.add_organisation("B82002"))
    admin = await nats_server.connect()
    config = (await admin.jetstream().stream_info("INTAKE")).config
    config.max_msgs_per_subject = 2
    await admin.jetstream().update_stream(config)
    for _ in range(2):
        await first.jetstream().publish(INTAKE, b"{}")
    with pytest.raises(APIError, match="maximum messages per subject"):
        await first.jetstream().publish(INTAKE, b"{}")
    assert (await second.jetstream().publish("intake.gp.B82002.referral.v1", b"{}")).stream == "INTAKE"


async def test_an_oversized_event_is_refused(nats_server: Broker) -> None:
    outside = await nats_server.connect(await nats_server.add_organisation("A81001"))
    with pytest.raises(APIError, match="message size exceeds maximum"):
        await outside.jetstream().publish(INTAKE, b"x" * 1_100_000)
    with pytest.raises(nats.errors.MaxPayloadError):
        await outside.jetstream().publish(INTAKE, b"x" * 3_000_000)


async def test_messages_are_there_after_sigkill_and_unreadable_in_the_store(nats_server: Broker) -> None:
    outside = await nats_server.connect(await nats_server.add_organisation("A81001"))
    await outside.jetstream().publish(INTAKE, json.dumps({"family_name": "Synthetic-Person"}).encode())
    nats_server.kill()
    files = [path for path in nats_server.server.store.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"Synthetic-Person" in path.read_bytes()]
    await asyncio.to_thread(nats_server.restart)
    enrolment = await nats_server.connect("enrolment")
    intake = await enrolment.jetstream().pull_subscribe_bind("enrolment_intake", "INTAKE")
    assert len(await intake.fetch(1)) == 1


async def test_an_unknown_subject_of_intake_belongs_to_no_other_stream(nats_server: Broker) -> None:
    admin = await nats_server.connect()
    with pytest.raises(NoStreamResponseError):
        await admin.jetstream().publish("elsewhere.gp.A81001", b"{}")
