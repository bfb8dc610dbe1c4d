"""Milliseconds per hop at low load, beside a bare publish and commit, one after the other in the same run.

A hop is from one event being stored by the broker to the event that follows from it being stored: read, decide, commit, relay.
The broker's own clock tells when (the sender's, for the first hop, because INTAKE keeps nothing that was handled).
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from nats.aio.client import Client

from benchmarks.temporary_home import TemporaryHome, temporary_home
from limber_embedded.broker import admin_client
from limber_embedded.senders import Message
from service_kit.ids import new_id

Say = Callable[[str], None]

_BARE_STREAM = "YARDSTICK"
_SETTLING_SECONDS = 0.1
_BODY = b"x" * 400
_WARM_UP = 20


async def latency(*, events: int, say: Say) -> dict[str, Any]:
    """Send so many referrals, one at a time, with a bare publish and commit after each."""
    async with temporary_home() as bench, admin_client(bench.home) as broker:
        say("seating")
        await bench.seat(events + _WARM_UP)
        await broker.jetstream().add_stream(name=_BARE_STREAM, subjects=["yardstick.>"])
        connection = await asyncpg.connect(bench.home.dsn("enrolment"))
        await connection.execute("CREATE TABLE yardstick (id uuid PRIMARY KEY, body bytea NOT NULL)")
        # Statements are prepared and paths are warm in a service that has run for more than a moment.
        await _send_one_by_one(bench, broker, connection, bench.messages(_WARM_UP), lambda _: say("warming up"))
        starts = await _last_sequences(broker)
        sent, bare = await _send_one_by_one(bench, broker, connection, bench.messages(events, first=_WARM_UP), say)
        await connection.close()
        await bench.system.come_to_rest()
        hops = await _hops(broker, sent, starts)
    figures = {name: _figures(milliseconds) for name, milliseconds in hops.items()}
    yardstick = _figures(bare)
    ratios = {name: round(figure["p99_ms"] / yardstick["p99_ms"], 2) for name, figure in figures.items()}
    return {
        "events": events,
        "bare_publish_and_commit": yardstick,
        "hops": figures,
        "ratio_of_bare_at_p99": ratios,
        "ratio_of_bare_at_p50": {name: round(figure["p50_ms"] / yardstick["p50_ms"], 2) for name, figure in figures.items()},
    }


async def _send_one_by_one(
    bench: TemporaryHome, broker: Client, connection: asyncpg.Connection, messages: Sequence[Message], say: Say
) -> tuple[dict[str, float], list[float]]:
    jetstream = broker.jetstream()
    sent: dict[str, float] = {}
    bare: list[float] = []
    async with bench.sender() as practice:
        for number, message in enumerate(messages):
            sent[message.event_id] = time.time()
            await practice.publish(message)
            # Long enough for the chain to end before the next begins.
            await asyncio.sleep(_SETTLING_SECONDS)
            began = time.perf_counter()
            await connection.execute("INSERT INTO yardstick VALUES ($1, $2)", new_id(), _BODY)
            await jetstream.publish("yardstick.published", _BODY)
            bare.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(_SETTLING_SECONDS)
            say(f"sent {number + 1} of {len(messages)}")
    return sent, bare


async def _hops(broker: Client, sent: dict[str, float], starts: dict[str, int]) -> dict[str, list[float]]:
    receipts = await _stored(broker, "RECEIPTS", "receipts.gp.v1", starts)
    enrolments = await _stored(broker, "ENROLMENT", "enrolment.enrolment.changed.v1", starts)
    places = await _stored(broker, "SCHEDULING", "scheduling.place.changed.v1", starts)
    questionnaires = await _stored(broker, "OUTCOMES", "outcomes.questionnaire.changed.v1", starts)
    messages = await _stored(broker, "NOTIFICATIONS", "notifications.message.changed.v1", starts)
    asked = {one["body"]["questionnaire_id"]: one["at"] for one in questionnaires}
    return {
        "enrolment": [(one["at"] - sent[one["body"]["event_id"]]) * 1000 for one in receipts],
        "scheduling": _following(enrolments, places),
        "outcomes": _following(places, questionnaires),
        "notifications_with_sending": [
            (one["at"] - asked[one["body"]["about_id"]]) * 1000 for one in messages if one["body"]["about_id"] in asked
        ],
    }


def _following(causes: Sequence[dict[str, Any]], effects: Sequence[dict[str, Any]]) -> list[float]:
    at = {one["id"]: one["at"] for one in causes}
    return [(one["at"] - at[one["because"]]) * 1000 for one in effects if one["because"] in at]


async def _last_sequences(broker: Client) -> dict[str, int]:
    streams = ("RECEIPTS", "ENROLMENT", "SCHEDULING", "OUTCOMES", "NOTIFICATIONS")
    return {stream: (await broker.jetstream().stream_info(stream)).state.last_seq for stream in streams}


async def _stored(broker: Client, stream: str, type_: str, starts: dict[str, int]) -> list[dict[str, Any]]:
    """Return what a stream stored since the start: id, cause, body, and when by the broker's clock, in seconds."""
    jetstream = broker.jetstream()
    last = (await jetstream.stream_info(stream)).state.last_seq
    found = []
    for sequence in range(starts[stream] + 1, last + 1):
        message = await jetstream.get_msg(stream, seq=sequence)
        reply = await broker.request(f"$JS.API.STREAM.MSG.GET.{stream}", json.dumps({"seq": sequence}).encode(), timeout=5)
        headers = message.headers or {}
        if headers.get("ce-type") == type_:
            stored_at = datetime.fromisoformat(json.loads(reply.data)["message"]["time"]).timestamp()
            found.append(
                {
                    "id": headers["ce-id"],
                    "because": headers.get("ce-causationid"),
                    "body": json.loads(message.data or b"{}"),
                    "at": stored_at,
                }
            )
    return found


def _figures(milliseconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return {"count": len(milliseconds), "p50_ms": round(cuts[49], 2), "p90_ms": round(cuts[89], 2), "p99_ms": round(cuts[98], 2)}
