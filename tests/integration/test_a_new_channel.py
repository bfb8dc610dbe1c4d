"""A new channel is a folder and an entry in the wiring: `support.charity_channel`, taken in beside those of the product."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from enrolment.channels import CHANNELS
from enrolment.channels.channel import Channel
from support.charity_channel import CHANNEL, LEAD
from support.enrolment_bench import EnrolmentBench, eventually, running_enrolment
from support.nominator_bench import keyed
from support.servers import Broker, Database

ROSALIND = {"ref": "call-17", "first": "Rosalind", "last": "Example", "mobile": "07700 900123"}


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[EnrolmentBench]:
    channels = (*CHANNELS, CHANNEL)
    async with running_enrolment(await database("enrolment"), nats_server, folder, channels=channels) as bench:
        yield bench


async def receipts(bench: EnrolmentBench, *, at_least: int) -> list[dict[str, object]]:
    return await bench.published("receipts.charity.v1", at_least=at_least)


async def test_its_events_become_nominations_and_its_senders_get_receipts(enrolment: EnrolmentBench) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "lead-1", "ce-source": "urn:test:charity", "ce-type": LEAD}
    body = json.dumps(ROSALIND).encode()
    await enrolment.admin.jetstream().publish("intake.charity.HELPLINE.lead.v1", body, headers=headers)
    [receipt] = await receipts(enrolment, at_least=1)
    assert (receipt["event_id"], receipt["status"], receipt["nomination_id"]) == ("lead-1", "received", "call-17")
    [link] = await enrolment.published("enrolment.link.changed.v1")
    assert link["purpose"] == "complete_nomination"


async def test_what_the_kit_promises_holds_for_it_too(enrolment: EnrolmentBench) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "lead-1", "ce-source": "urn:test:charity", "ce-type": LEAD}
    for body in (ROSALIND, ROSALIND, {"ref": "call-18"}):
        given = headers if "first" in body else headers | {"ce-id": "lead-2"}
        await enrolment.admin.jetstream().publish("intake.charity.HELPLINE.lead.v1", json.dumps(body).encode(), headers=given)
    told = await receipts(enrolment, at_least=3)
    assert sorted(str(each["status"]) for each in told) == ["invalid", "received", "received"]
    assert len(await enrolment.query("SELECT * FROM nominations")) == 1


async def test_its_routes_know_its_own_organisations_alone(enrolment: EnrolmentBench) -> None:
    own, other = await keyed(enrolment, "charity", "HELPLINE"), await keyed(enrolment, "workplace", "ACME")
    answer = await enrolment.http.post("/enrolment/charity/leads", json=ROSALIND, headers=own)
    assert (answer.status_code, answer.json()) == (202, {"ref": "call-17", "status": "received"})
    assert (await enrolment.http.post("/enrolment/charity/leads", json=ROSALIND, headers=other)).status_code == 403


async def test_without_its_entry_in_the_wiring_nobody_knows_it(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> None:
    async with running_enrolment(await database("enrolment"), nats_server, folder) as bench:
        assert (await bench.http.post("/enrolment/charity/leads", json=ROSALIND)).status_code == 404
        headers = {"ce-specversion": "1.0", "ce-id": "lead-1", "ce-source": "urn:test:charity", "ce-type": LEAD}
        await bench.admin.jetstream().publish("intake.charity.HELPLINE.lead.v1", b"{}", headers=headers)

        async def set_aside() -> bool:
            return len(await bench.query("SELECT * FROM held WHERE state = 'set_aside'")) == 1

        await eventually(set_aside)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_every_channel_of_the_product_is_a_folder_of_its_name(channel: Channel) -> None:
    import enrolment.channels  # noqa: PLC0415 - only to ask where it is

    assert (Path(str(enrolment.channels.__file__)).parent / channel.name / "__init__.py").is_file()
