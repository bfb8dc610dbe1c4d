"""The signal that somebody has died, from an organisation of the channel nhs, over the broker."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from service_kit.ids import new_id
from support.enrolment_bench import NHS_NUMBERS, EnrolmentBench, bearer, eventually, referral, running_enrolment
from support.servers import Broker, Database

PUBLISHED = Path(__file__).parents[3] / "shared/data/mns/pds-death-notification-2/signal.json"
PUBLISHED_SIGNAL = json.loads(PUBLISHED.read_text(encoding="utf-8")) if PUBLISHED.exists() else None
EXAMPLE = Path(__file__).parents[2] / "shared/event_contracts/examples/intake.nhs.death_notification.v1"
SUBJECT = "intake.nhs.SPINE.death_notification.v1"


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, tmp_path: Path
) -> AsyncIterator[EnrolmentBench]:
    async with running_enrolment(await database("enrolment"), nats_server, tmp_path) as bench:
        yield bench


def a_signal(number: str, *, event_type: str = "pds-death-notification-2") -> Any:
    signal = json.loads((EXAMPLE / "pds-death-notification.json").read_text(encoding="utf-8"))
    kind, subject = signal["entry"][0]["resource"]["parameter"][0]["part"]
    kind["valueString"], subject["valueReference"]["identifier"]["value"] = event_type, number
    return signal


async def send(enrolment: EnrolmentBench, signal: Any) -> Any:
    """Publish a signal and return its receipt."""
    event_id = str(new_id())
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-source": "urn:test:mns",
        "ce-type": "intake.nhs.death_notification.v1",
        "ce-datacontenttype": "application/json",
    }
    await enrolment.admin.jetstream().publish(SUBJECT, json.dumps(signal).encode(), headers=headers)

    async def answered() -> Any:
        return [each for each in await enrolment.published("receipts.nhs.v1") if each["event_id"] == event_id]

    return (await eventually(answered))[0]


async def statuses(enrolment: EnrolmentBench) -> set[str]:
    return {row["status"] for row in await enrolment.query("SELECT status FROM participants")}


async def test_a_signal_records_the_death_and_answers_the_same_for_somebody_unknown(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(referral(0))
    known = await send(enrolment, a_signal(NHS_NUMBERS[0]))
    assert await statuses(enrolment) == {"deceased"}
    [told] = await enrolment.published("enrolment.person.changed.v1")
    assert (told["participant_id"], told["status"]) == (receipt["participant_id"], "deceased")
    unknown = await send(enrolment, a_signal(NHS_NUMBERS[1]))
    again = await send(enrolment, a_signal(NHS_NUMBERS[0]))
    assert {frozenset(each) for each in (known, unknown, again)} == {frozenset(known)}
    assert {each["status"] for each in (known, unknown, again)} == {"received"}
    assert "participant_id" not in known
    path = f"/enrolment/participants/{receipt['participant_id']}/audit"
    deeds = (await enrolment.http.get(path, headers=bearer("coordinator"))).json()
    assert [(each["deed"], each["actor"]["name"]) for each in deeds] == [
        ("referred", "gp.A81001"),
        ("death_notified", "nhs.SPINE"),
    ]


async def test_what_waits_about_the_dead_leaves_the_queue_visibly_and_comes_back(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(referral(0, clinical={"red_flags": ["trauma"]}))
    headers = bearer("clinician") | {"Accept": "text/html"}

    async def listed(show: str = "") -> bool:
        return "Given0 Family0" in (await enrolment.http.get(f"/enrolment/review?show={show}", headers=headers)).text

    assert (await listed(), await listed("red-flags"), await listed("set-aside")) == (True, True, False)
    await send(enrolment, a_signal(NHS_NUMBERS[0]))
    assert (await listed(), await listed("red-flags"), await listed("set-aside")) == (False, False, True)
    path = f"/enrolment/participants/{receipt['participant_id']}/death"
    await enrolment.http.post(path, data={"step": "revoke"}, headers=bearer("clinician"))
    assert (await listed(), await listed("set-aside")) == (True, False)


@pytest.mark.parametrize(
    ("signal", "field"),
    [
        (a_signal("9990000010"), "subject"),
        (a_signal("9990000018", event_type="pds-change-of-gp-2"), "event-type"),
        ({"id": "1", "type": "history", "timestamp": "2026-11-23T09:00:00Z", "entry": []}, "entry"),
    ],
)
async def test_a_signal_that_is_none_is_refused_with_the_field(enrolment: EnrolmentBench, signal: Any, field: str) -> None:
    refused = await send(enrolment, signal)
    assert refused["status"] == "invalid"
    assert field in refused["reasons"][0]["field"]
    assert await statuses(enrolment) == set()


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published signals are not beside this checkout")
async def test_the_published_example_is_read(enrolment: EnrolmentBench) -> None:
    assert (await send(enrolment, PUBLISHED_SIGNAL))["status"] == "received"
