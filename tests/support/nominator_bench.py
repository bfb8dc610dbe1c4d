"""Employers and leisure centres that send to enrolment over NATS, as they would from outside."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from nats.aio.client import Client

from service_kit.api_keys import new_key
from service_kit.ids import new_id
from support.enrolment_bench import EnrolmentBench, eventually


def nomination(number: int = 0, /, **changes: Any) -> dict[str, Any]:
    """Somebody who is nominated, as JSON; each number is another person."""
    return {
        "nomination_id": f"nomination-{number}",
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "email": f"person{number}@example.org",
        "postcode": f"LS1 {number % 10}HR",
    } | changes


@dataclass(kw_only=True)
class Nominator:
    """An organisation behind the wall, with its own account at the broker."""

    channel: str
    code: str
    client: Client
    receipts: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, kind: str, body: Any, *, event_id: str | None = None, **headers: str) -> str:
        """Publish an event such as `nomination` and return its id."""
        event_id = event_id or str(new_id())
        attributes = {
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-source": f"urn:test:{self.code}",
            "ce-type": f"intake.{self.channel}.{kind}.v1",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self.client.jetstream().publish(f"intake.{self.channel}.{self.code}.{kind}.v1", data, headers=attributes)
        return event_id

    async def receipts_of(self, event_id: str, *, at_least: int = 1) -> list[dict[str, Any]]:
        """The receipts for one event, once there are so many."""

        async def found() -> list[dict[str, Any]]:
            receipts = [receipt for receipt in self.receipts if receipt["event_id"] == event_id]
            return receipts if len(receipts) >= at_least else []

        receipts: list[dict[str, Any]] = await eventually(found)
        return receipts

    async def hear(self, kind: str, body: Any, **options: Any) -> dict[str, Any]:
        """Publish an event and return its receipt."""
        return (await self.receipts_of(await self.send(kind, body, **options)))[0]


async def keyed(bench: EnrolmentBench, channel: str, code: str, *, name: str = "") -> dict[str, str]:
    """Makes an organisation known and returns the header with its API key."""
    key = new_key()
    await bench.query(
        "INSERT INTO organisations (channel, code, name, added_at) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING",
        channel,
        code,
        name or f"Organisation {code}",
    )
    await bench.query(
        "INSERT INTO api_keys (id, channel, organisation, key_hash, created_at) VALUES ($1, $2, $3, $4, now())",
        key.id,
        channel,
        code,
        key.hash,
    )
    return {"Authorization": f"Bearer {key.text}"}


@asynccontextmanager
async def nominator(bench: EnrolmentBench, channel: str, code: str) -> AsyncIterator[Nominator]:
    """An organisation with credentials; its receipts are collected as they come."""
    user = await bench.broker.add_organisation(code, channel=channel)
    one = Nominator(channel=channel, code=code, client=await bench.broker.connect(user))
    subscription = await bench.admin.jetstream().subscribe(f"receipts.{channel}.{code}", ordered_consumer=True)

    async def listen() -> None:
        async for message in subscription.messages:
            one.receipts.append(json.loads(message.data))

    listening = asyncio.create_task(listen())
    try:
        yield one
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
