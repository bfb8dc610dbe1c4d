"""What comes in the wrong shape, in the wrong order, or in too great a number hinders nobody else."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from nats.js.errors import APIError

from service_kit.ids import new_id
from support.whole_system import Practice, System, a_referral, eventually

FULL = 300


async def test_an_unreadable_referral_in_the_middle_of_good_ones_is_set_aside_alone(system: System) -> None:
    good, bad = await system.practice("A81001"), await system.practice("B82002")
    async with system.in_the_middle("enrolment") as a_group_is_in_its_middle:
        first = await good.send(a_referral())
        await a_group_is_in_its_middle()
        # What waits now is one group.
        sent = [first, *await good.send_many(10)]
        poison = await bad.publish(b'{"referral_id": ')
        sent += await good.send_many(10)
    receipt = (await bad.settle([poison]))[poison]
    assert (receipt["status"], receipt["reasons"][0]["code"]) == ("invalid", "unreadable")
    await system.adds_up({good: sent}, held=["enrolment"])

    shown = json.loads(system.limber.run("held", "list", "--json").stdout)
    assert [(one["service"], one["state"], one["event_id"]) for one in shown] == [("enrolment", "set_aside", poison)]
    assert shown[0]["reason"] == "The body is not valid JSON."
    assert system.limber.run("held", "discard", "enrolment", str(shown[0]["position"]), "--yes").returncode == 0
    assert await system.held() == {}


async def test_an_event_that_breaks_its_handler_is_held_and_the_rest_of_its_group_is_handled(system: System) -> None:
    practice = await system.practice("A81001")
    stranger = str(uuid4())
    async with system.in_the_middle("outcomes") as a_group_is_in_its_middle:
        sent = await practice.send_many(1)
        await a_group_is_in_its_middle()
        # A sequence that no column can hold: it is read without complaint, and the database refuses it.
        person = {"participant_id": stranger, "sequence": 2**62, "display_name": "Nobody Example"}
        poison = await _publish(system, f"people.v1.{stranger}", "people.v1", person)
        sent += await practice.send_many(20)
    await practice.settle(sent)
    await eventually(lambda: system.query("outcomes", "SELECT * FROM held WHERE event_id = $1", poison), what="the poison held")
    rows = await system.query("outcomes", "SELECT * FROM held")
    assert [(row["event_id"], row["state"], row["key"]) for row in rows] == [(poison, "waiting", stranger)]
    assert "Nobody" not in rows[0]["reason"]
    assert system.limber.run("held", "discard", "outcomes", str(rows[0]["position"]), "--yes").returncode == 0
    await system.adds_up({practice: sent})


async def test_places_before_their_enrolment_wait_in_order_and_others_go_on(system: System) -> None:
    practice, other = await system.practice("A81001"), await system.practice("B82002")
    async with _paused(system, "ENROLMENT", "outcomes_enrolment"):
        early = await practice.send(a_referral())
        participant = (await practice.settle([early]))[early]["participant_id"]
        # Nobody has a cohort yet: first the place waits, then it is found, and outcomes hears both before the enrolment.
        await eventually(lambda: _held_of(system, participant, 1), what="the place held")
        await system.open_cohorts_for_all_who_wait()
        rows = await eventually(lambda: _held_of(system, participant, 2), what="the later place queued")
        assert [row["reason"] for row in rows] == ["not yet: unknown_enrolment", "queues behind an earlier message"]
        late = await other.send(a_referral())
        another = (await other.settle([late]))[late]["participant_id"]
        # Somebody else's place is not behind theirs: it waits for its own enrolment.
        rows = await eventually(lambda: _held_of(system, another, 1), what="the other's place held")
        assert rows[0]["reason"] == "not yet: unknown_enrolment"
    await system.adds_up({practice: [early], other: [late]})
    # Whoever waited is offered the seat, and is asked how they are when they have taken it.
    await system.accept_offer(participant)

    async def due() -> bool:
        query = "SELECT time_point, status FROM questionnaires WHERE participant_id = $1::uuid"
        asked = await system.query("outcomes", query, participant)
        return [row["time_point"] for row in asked if row["status"] == "due"] == ["baseline"]

    await eventually(due, what="the baseline asked for")


async def test_headers_that_look_like_the_brokers_own_make_no_referral_vanish(system: System) -> None:
    practice = await system.practice("A81001")
    before = await system.number_stored("ENROLMENT", "enrolment.stolen")
    hostile = [
        {"Status": "404", "Description": "No Messages"},
        {"Status": "500"},
        {"Status": "100"},
        {"Status": "409", "Description": "Consumer Deleted"},
        {"reply_to": "enrolment.stolen", "correlation_id": "1"},
        {"Nats-Expected-Last-Sequence": ""},
        {"Nats-Pending-Messages": "1"},
    ]
    sent = [await practice.publish(a_referral(), headers=headers) for headers in hostile]
    await system.adds_up({practice: sent})
    assert await system.number_stored("ENROLMENT", "enrolment.stolen") == before


async def test_a_sender_that_floods_is_refused_and_another_is_served_in_bounded_time(system: System) -> None:
    flooder, other = await system.practice("A81001"), await system.practice("B82002")
    refusals: list[APIError] = []
    repeated, event_id = a_referral(), str(new_id())
    async with _limit_per_sender(system, FULL):
        flooding = asyncio.create_task(_flood(flooder, repeated, event_id, refusals))
        await eventually(lambda: _some(refusals), what="a refusal")
        began = time.monotonic()
        sent = [await other.send(a_referral())]
        await other.settle(sent)
        seconds = time.monotonic() - began
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
    # At most what one sender may have waiting is before it, twice: once on the stream and once fetched.
    assert seconds < 30
    assert {error.description for error in refusals} == {"maximum messages per subject exceeded"}
    await system.adds_up({flooder: [event_id], other: sent})


async def _flood(flooder: Practice, body: Any, event_id: str, refusals: list[APIError]) -> None:
    async def one() -> None:
        try:
            await flooder.publish(body, event_id=event_id)
        except APIError as error:
            refusals.append(error)

    while True:
        await asyncio.gather(*(one() for _ in range(200)))


async def _some(found: list[APIError]) -> bool:
    return bool(found)


async def _held_of(system: System, participant: str, at_least: int) -> list[Any]:
    rows = await system.query("outcomes", "SELECT * FROM held WHERE key = $1 ORDER BY position", participant)
    return rows if len(rows) >= at_least else []


async def _publish(system: System, subject: str, type_: str, body: dict[str, object]) -> str:
    """An event as another service would publish it."""
    event_id = str(new_id())
    headers = {"ce-specversion": "1.0", "ce-id": event_id, "ce-source": "urn:limber:enrolment", "ce-type": type_}
    await system.admin.jetstream().publish(subject, json.dumps(body).encode(), headers=headers)
    return event_id


@contextlib.asynccontextmanager
async def _paused(system: System, stream: str, durable: str) -> AsyncIterator[None]:
    """The broker gives a durable nothing meanwhile."""
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    subject = f"$JS.API.CONSUMER.PAUSE.{stream}.{durable}"
    paused = json.loads((await system.admin.request(subject, json.dumps({"pause_until": until}).encode())).data)
    assert paused.get("paused"), paused
    try:
        yield
    finally:
        await system.admin.request(subject, b"{}")


@contextlib.asynccontextmanager
async def _limit_per_sender(system: System, messages: int) -> AsyncIterator[None]:
    """INTAKE keeps fewer messages of one sender meanwhile: the same refusal, sooner."""
    jetstream = system.admin.jetstream()
    config = (await jetstream.stream_info("INTAKE")).config
    before = config.max_msgs_per_subject
    await jetstream.update_stream(config.evolve(max_msgs_per_subject=messages))
    try:
        yield
    finally:
        await jetstream.update_stream(config.evolve(max_msgs_per_subject=before))
