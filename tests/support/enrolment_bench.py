"""The enrolment service on real servers, with GP practices that send to it as they would from outside."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client

from enrolment.channels import CHANNELS
from enrolment.channels.channel import Channel
from enrolment.main import build
from enrolment.settings import EnrolmentSettings
from limber_embedded.servers.ports import free_port
from service_kit.access import hash_of
from service_kit.api_keys import new_key
from service_kit.ids import new_id
from support.servers import PASSWORD, Broker, Database

TOKENS = {role: f"a-{role}-of-a-test" for role in ("coordinator", "clinician", "facilitator", "admin")}
REFERRAL = "intake.gp.referral.v1"


async def eventually(condition: Callable[[], Awaitable[Any]], *, seconds: float = 90) -> Any:
    """The condition's value once it is true; fails when it never is."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (value := await condition()):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"still {value!r} after {seconds} seconds")
        await asyncio.sleep(0.02)
    return value


def referral(
    number: int = 0, /, *, patient: Mapping[str, Any] | None = None, clinical: Mapping[str, Any] | None = None, **top: Any
) -> Any:
    """An eligible person's referral as intake JSON; each number is another person."""
    person = {
        "nhs_number": NHS_NUMBERS[number],
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "birth_date": f"1950-01-{number % 28 + 1:02d}",
        "postcode": f"LS1 {number % 10}HR",
        "phone": "07700 900123",
        "email": f"person{number}@example.org",
    }
    answers = {
        "joints": ["knee"],
        "pain_months": 12,
        "needs_supervised_exercise": True,
        "independently_mobile": True,
        "can_attend": True,
        "red_flags": [],
    }
    return {
        "referral_id": f"referral-{number}",
        "patient": person | dict(patient or {}),
        "clinical": answers | dict(clinical or {}),
    } | top


def _synthetic_numbers(count: int) -> list[str]:
    """Valid NHS numbers of the range 999, which is for testing."""
    numbers: list[str] = []
    candidate = 999_000_001
    while len(numbers) < count:
        digits = str(candidate)
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            numbers.append(f"{digits}{0 if check == 11 else check}")
        candidate += 1
    return numbers


NHS_NUMBERS = _synthetic_numbers(1200)


@dataclass(kw_only=True)
class Practice:
    """A GP practice with its own account at the broker."""

    code: str
    client: Client
    receipts: list[dict[str, Any]] = field(default_factory=list)

    async def send(
        self,
        body: Any,
        *,
        event_id: str | None = None,
        content_type: str = "application/json",
        kind: str = "referral.v1",
        **headers: str | None,
    ) -> str:
        """Publish an event and return its id. Headers given as None are left out; `kind` ends its NATS subject."""
        event_id = event_id or str(new_id())
        attributes = {
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-source": f"urn:test:{self.code}",
            "ce-type": REFERRAL,
            "ce-datacontenttype": content_type,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kept = {name: value for name, value in attributes.items() if value is not None}
        await self.client.jetstream().publish(f"intake.gp.{self.code}.{kind}", data, headers=kept)
        return event_id

    async def receipts_of(self, event_id: str, *, at_least: int = 1) -> list[dict[str, Any]]:
        """The receipts for one event, once there are so many."""

        async def found() -> list[dict[str, Any]]:
            receipts = [receipt for receipt in self.receipts if receipt["event_id"] == event_id]
            return receipts if len(receipts) >= at_least else []

        receipts: list[dict[str, Any]] = await eventually(found)
        return receipts

    async def refer(self, body: Any, **options: Any) -> dict[str, Any]:
        """Publish an event and return its receipt."""
        return (await self.receipts_of(await self.send(body, **options)))[0]


@dataclass(kw_only=True)
class EnrolmentBench:
    """One running enrolment service."""

    database: Database
    broker: Broker
    admin: Client
    http: httpx.AsyncClient
    app: FastAPI
    _listening: list[asyncio.Task[None]] = field(default_factory=list)

    async def practice(self, code: str) -> Practice:
        """A practice with credentials; its receipts are collected as they come."""
        user = await self.broker.add_organisation(code)
        practice = Practice(code=code, client=await self.broker.connect(user))
        self._listening.append(asyncio.create_task(self._listen(practice)))
        return practice

    async def api_key(self, code: str, *, channel: str = "gp") -> str:
        """A new API key of an organisation."""
        await self.query(
            "INSERT INTO organisations (channel, code, name, added_at) VALUES ($1, $2, $2, now()) ON CONFLICT DO NOTHING",
            channel,
            code,
        )
        key = new_key()
        await self.query(
            "INSERT INTO api_keys (id, channel, organisation, key_hash, created_at) VALUES ($1, $2, $3, $4, now())",
            key.id,
            channel,
            code,
            key.hash,
        )
        return key.text

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database.dsn)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def locked(self, table: str) -> Any:
        """A connection that keeps everybody from writing to a table until it is closed."""
        connection = await asyncpg.connect(self.database.dsn)
        await connection.execute("BEGIN")
        await connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        return connection

    async def published(self, type_: str, *, at_least: int = 1) -> list[dict[str, Any]]:
        """The bodies of what the service published of one type, in the order in which the outbox has them."""

        async def found() -> list[Any]:
            rows = await self.query("SELECT * FROM outbox WHERE type = $1 AND published_at IS NOT NULL ORDER BY position", type_)
            return rows if len(rows) >= at_least else []

        return [json.loads(row["body"]) if row["body"] else {"aggregate": row["aggregate"]} for row in await eventually(found)]

    async def last_message(self, stream: str, subject: str) -> Any:
        """The body of the last message on a subject, as the broker stored it."""
        message = await self.admin.jetstream().get_last_msg(stream, subject)
        return json.loads(message.data or b"")

    async def audit(self) -> dict[str, Any]:
        response = await self.http.get("/enrolment/audit", headers=bearer("admin"))
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def review(self, referral_id: Any, decision: str, *, role: str = "coordinator", note: str = "") -> httpx.Response:
        return await self.http.post(
            f"/enrolment/referrals/{referral_id}/review", data={"decision": decision, "note": note}, headers=bearer(role)
        )

    async def close(self) -> None:
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    async def _listen(self, practice: Practice) -> None:
        """Collect the practice's receipts from the stream, as an administrator would see them."""
        subscription = await self.admin.jetstream().subscribe(f"receipts.gp.{practice.code}", ordered_consumer=True)
        async for message in subscription.messages:
            practice.receipts.append(json.loads(message.data))

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The service on a socket for a browser; its address."""
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(self.app, log_level="critical", lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://localhost:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
            listening.close()


def bearer(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[role]}"}


@asynccontextmanager
async def running_enrolment(
    database: Database, broker: Broker, folder: Path, *, channels: Sequence[Channel] = CHANNELS, **settings: Any
) -> AsyncIterator[EnrolmentBench]:
    """The service in this process, its HTTP without a socket, with a member of staff of each role."""
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    app = build(
        EnrolmentSettings(
            database_url=database.url,
            nats_url=broker.url,
            nats_user="enrolment",
            nats_password_file=password_file,
            http_port=free_port(),
            **settings,
        ),
        channels=channels,
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            bench = EnrolmentBench(database=database, broker=broker, admin=await broker.connect(), http=client, app=app)
            for role, token in TOKENS.items():
                await bench.query(
                    "INSERT INTO credentials (id, name, role, sites, token_hash, created_at)"
                    " VALUES ($1, $2, $3, '[]', $4, now())",
                    new_id(),
                    f"Test {role.title()}",
                    role,
                    hash_of(token),
                )

            async def is_ready() -> bool:
                return (await client.get("/enrolment/health/ready")).status_code == 200

            await eventually(is_ready)
            try:
                yield bench
            finally:
                await bench.close()


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[EnrolmentBench]:
    async with running_enrolment(await database("enrolment"), nats_server, folder) as bench:
        yield bench
