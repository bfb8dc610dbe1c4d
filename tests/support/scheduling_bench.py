"""The scheduling service on real servers: events of enrolment in, facts out, and its HTTP as staff use it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from nats.aio.client import Client

from limber_embedded.servers.ports import free_port
from limber_embedded.sites import lead_requests, live_site
from scheduling.main import build
from scheduling.settings import Settings
from service_kit.access import hash_of
from service_kit.buckets import bucket_of
from service_kit.ids import new_id
from support.kit_bench import eventually
from support.servers import PASSWORD, Broker, Database

PROGRAMME = "escape-pain-knee-hip"
SITES_OF = {"coordinator": [], "clinician": [], "facilitator": ["harbour"], "elsewhere": ["meadow"], "admin": []}
ROLE_OF = {"elsewhere": "facilitator"}
HARBOUR = live_site(name="Harbour Centre", outward_code="NE1", rooms=20, today=date(2027, 1, 4))
LEAD_ID, _LEAD = lead_requests(key="test", name="Alex Example", site="harbour", today=date(2027, 1, 4))


@dataclass(kw_only=True)
class SchedulingBench:
    """One running service. `as_` is who asks: coordinator, facilitator (of harbour), elsewhere, clinician or admin."""

    database: Database
    broker: Broker
    admin: Client
    http: httpx.AsyncClient
    app: FastAPI

    async def call(
        self, method: str, path: str, body: object = None, *, as_: str | None = "coordinator", page: bool = False, **options: Any
    ) -> httpx.Response:
        headers = {"Accept": "text/html" if page else "application/json"}
        if as_ is not None:
            headers["Authorization"] = f"Bearer {token_of(as_)}"
        if body is not None:
            options["json"] = body
        return await self.http.request(method, f"/scheduling{path}", headers=headers, **options)

    async def site(self, site_id: str = "harbour") -> None:
        """A live site with somebody who may lead there."""
        for path, body in ((f"/sites/{site_id}", HARBOUR), *_LEAD):
            answer = await self.call("PUT", path, body)
            assert answer.status_code == 200, answer.text

    async def lead(self, **changes: Any) -> str:
        """Make somebody known who may lead at Harbour; return their id."""
        facilitator_id, requests = lead_requests(key=str(uuid4()), name="Robin Example", site="harbour", today=date(2027, 1, 4))
        for number, (path, body) in enumerate(requests):
            answer = await self.call("PUT", path, body if number else body | changes)
            assert answer.status_code == 200, answer.text
        return str(facilitator_id)

    async def cohort(self, **changes: Any) -> dict[str, Any]:
        """Open a cohort, with a lead of its own unless one is named."""
        changes.setdefault("lead_id", await self.lead())
        answer = await self.call("POST", "/cohorts", a_cohort(**changes))
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    async def tell(self, type_: str, stream_subject: str, aggregate: object, body: dict[str, Any]) -> str:
        """Publish an event as enrolment would, and return its id."""
        event_id = str(new_id())
        headers = {
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-source": "urn:limber:enrolment",
            "ce-type": type_,
            "ce-subject": str(aggregate),
            "ce-datacontenttype": "application/json",
        }
        await self.admin.jetstream().publish(stream_subject, json.dumps(body).encode(), headers=headers)
        return event_id

    async def enrol(self, participant_id: UUID | None = None, **changes: Any) -> UUID:
        """Tell that a person is enrolled; return who."""
        participant_id = participant_id or uuid4()
        body = {
            "enrolment_id": str(uuid4()),
            "sequence": 1,
            "participant_id": str(participant_id),
            "programme": PROGRAMME,
            "status": "enrolled",
            "enrolled_at": datetime.now(UTC).isoformat(),
            "referral_channel": "gp",
        } | changes
        type_ = "enrolment.enrolment.changed.v1"
        await self.tell(type_, f"{type_}.{bucket_of(participant_id)}", participant_id, body)
        return participant_id

    async def introduce(self, participant_id: UUID, name: str, *, sequence: int = 1) -> None:
        """Tell a person's name."""
        body = {
            "participant_id": str(participant_id),
            "sequence": sequence,
            "display_name": name,
            "emergency_contact_name": "Next of Kin",
            "emergency_contact_phone": "07700 900124",
        }
        await self.tell("people.v1", f"people.v1.{participant_id}", participant_id, body)

    async def named(self, name: str) -> None:
        """Wait until a name is known."""
        await eventually(lambda: self.query("SELECT 1 FROM people WHERE display_name = $1", name))

    async def told(self, type_: str, *, at_least: int = 1) -> list[Any]:
        """What the broker stored of one type, once there are so many: bodies with `headers` beside them."""

        async def found() -> list[Any]:
            jetstream = self.admin.jetstream()
            info = await jetstream.stream_info("SCHEDULING")
            stored = [await jetstream.get_msg("SCHEDULING", seq=number) for number in range(1, info.state.messages + 1)]
            of_type = [one for one in stored if (one.headers or {})["ce-type"] == type_]
            return of_type if len(of_type) >= at_least else []

        return [{**json.loads(one.data or b""), "headers": one.headers} for one in await eventually(found)]

    async def travel_to(self, instant: datetime) -> None:
        """Move domain time, and wait until the service has followed."""
        offset = (instant - datetime.now(UTC)).total_seconds()
        await (await self.admin.jetstream().key_value("clock")).put("offset", str(offset).encode())

        async def arrived() -> bool:
            work = (await self.call("GET", "/health/work")).json()
            return datetime.fromisoformat(work["now"]) >= instant

        await eventually(arrived)

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database.dsn)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()


def token_of(who: str) -> str:
    return f"a-{who}-of-a-test"


def a_cohort(**changes: Any) -> dict[str, Any]:
    """A request for a cohort in 2027: from Monday 1 February, Mondays and Thursdays at ten, without a bank holiday."""
    return {
        "site_id": "harbour",
        "programme": PROGRAMME,
        "starts_on": "2027-02-01",
        "weekdays": ["mon", "thu"],
        "starts_at": "10:00",
        "sessions": 12,
        "capacity": 10,
        "lead_id": str(LEAD_ID),
    } | changes


@asynccontextmanager
async def running_scheduling(database: Database, broker: Broker, folder: Path) -> AsyncIterator[SchedulingBench]:
    """The service in this process, its HTTP without a socket, its domain time in January 2027."""
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    app = build(
        Settings(
            database_url=database.url,
            nats_url=broker.url,
            nats_user="scheduling",
            nats_password_file=password_file,
            http_port=free_port(),
        )
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            bench = SchedulingBench(database=database, broker=broker, admin=await broker.connect(), http=client, app=app)
            for who, sites in SITES_OF.items():
                await bench.query(
                    "INSERT INTO credentials (id, name, role, sites, token_hash, created_at) VALUES ($1, $2, $3, $4, $5, now())",
                    new_id(),
                    f"Test {who}",
                    ROLE_OF.get(who, who),
                    json.dumps(sites),
                    hash_of(token_of(who)),
                )

            async def is_ready() -> bool:
                return (await client.get("/scheduling/health/ready")).status_code == 200

            await eventually(is_ready)
            await bench.travel_to(datetime(2027, 1, 18, 9, 0, tzinfo=UTC))
            yield bench


@pytest.fixture
async def scheduling(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[SchedulingBench]:
    async with running_scheduling(await database("scheduling"), nats_server, folder) as bench:
        yield bench
