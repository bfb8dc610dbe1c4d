"""The outcomes service on real servers: facts are told to it as the other services would, and what it publishes is read back."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js import JetStreamContext
from pydantic import BaseModel

from event_contracts.enrolment import EnrolmentChanged
from event_contracts.people import Person
from event_contracts.scheduling import PlaceChanged
from limber_embedded.servers.ports import free_port
from outcomes.main import build, new_token
from outcomes.messaging.consume import consumers
from outcomes.settings import Settings
from outcomes.storage.directory import read_directory
from outcomes.storage.repositories import Records
from outcomes.storage.time_points import read_time_points
from outcomes.use_cases.ask_questionnaires import Plans
from service_kit.access import hash_of
from service_kit.buckets import bucket_of
from service_kit.consumer import Received
from service_kit.database import create_engine
from service_kit.envelope import Event
from service_kit.ids import new_id
from service_kit.results import Done
from support.servers import PASSWORD, Broker, Database

PLANS = Plans(schedule=read_time_points(None), directory=read_directory(None))
STAFF_TOKEN = "a-facilitator-of-a-test"
ADMIN_TOKEN = "an-admin-of-a-test"


async def eventually(condition: Callable[[], Awaitable[Any]], *, seconds: float = 90) -> Any:
    """The condition's value once it is true; fails when it never is."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (value := await condition()):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"still {value!r} after {seconds} seconds")
        await asyncio.sleep(0.02)
    return value


@dataclass(kw_only=True)
class Participant:
    """A synthetic person with one enrolment and one place, and the versions told so far; sessions count from `began`."""

    participant_id: UUID = field(default_factory=new_id)
    enrolment_id: UUID = field(default_factory=new_id)
    place_id: UUID = field(default_factory=new_id)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    enrolment_version: int = 0
    place_version: int = 0


@dataclass(kw_only=True)
class OutcomesBench:
    """`admin` None: no broker runs, and what is told is handed straight to the reaction that would read it."""

    database: Database
    admin: Client | None
    client: httpx.AsyncClient

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database.dsn)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def publish(self, type_: str, subject: str, body: BaseModel, *, about: UUID, sequence: int, **headers: str) -> None:
        data = body.model_dump_json().encode()
        event_id = str(new_id())
        if self.admin is None:
            await self._hand_over(
                Event(
                    id=event_id,
                    source="urn:limber:test",
                    type=type_,
                    time=datetime.now(UTC),
                    subject=str(about),
                    content_type="application/json",
                    data=data,
                    sequence=sequence,
                    nats_subject=subject,
                )
            )
            return
        attributes = {
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-source": "urn:limber:test",
            "ce-type": type_,
            "ce-subject": str(about),
            "ce-sequence": str(sequence),
        }
        await self.admin.jetstream().publish(subject, data, headers=attributes)

    async def _hand_over(self, event: Event) -> None:
        engine = create_engine(self.database.url)
        reactions = [
            reaction
            for consumer in consumers(records=Records, plans=PLANS, new_id=new_id, new_token=new_token)
            for reaction in consumer.reactions
            if reaction.event_type == event.type
        ]
        async with engine.begin() as conn:
            for reaction in reactions:
                received = Received(event=event, command=reaction.read(event))
                assert list(await reaction.handle(conn, [received], datetime.now(UTC))) == [Done()]
        await engine.dispose()

    async def tell_person(self, person: Participant, name: str = "Ada Example") -> None:
        told = Person(participant_id=person.participant_id, sequence=1, display_name=name)
        subject = f"people.v1.{person.participant_id}"
        await self.publish("people.v1", subject, told, about=person.participant_id, sequence=1)

    async def tell_enrolment(self, person: Participant, *, status: str = "enrolled", **changes: Any) -> None:
        person.enrolment_version += 1
        facts: dict[str, Any] = {
            "enrolment_id": person.enrolment_id,
            "sequence": person.enrolment_version,
            "participant_id": person.participant_id,
            "programme": "escape-pain-knee-hip",
            "status": status,
            "enrolled_at": datetime.now(UTC),
            "referral_channel": "gp",
            "joints": ["knee"],
            "outward_code": "SW18",
        }
        type_ = "enrolment.enrolment.changed.v1"
        subject = f"{type_}.{bucket_of(person.participant_id)}"
        told = EnrolmentChanged(**(facts | changes))
        await self.publish(type_, subject, told, about=person.participant_id, sequence=told.sequence)

    async def tell_place(self, person: Participant, *, status: str = "placed", **changes: Any) -> None:
        person.place_version += 1
        facts: dict[str, Any] = {
            "place_id": person.place_id,
            "sequence": person.place_version,
            "participant_id": person.participant_id,
            "enrolment_id": person.enrolment_id,
            "programme": "escape-pain-knee-hip",
            "status": status,
            "cohort_id": new_id(),
            "first_session_at": person.began + timedelta(days=7),
            "last_session_at": person.began + timedelta(days=49),
            "changed_at": datetime.now(UTC),
        }
        type_ = "scheduling.place.changed.v1"
        subject = f"{type_}.{bucket_of(person.participant_id)}"
        told = PlaceChanged(**(facts | changes))
        await self.publish(type_, subject, told, about=person.participant_id, sequence=told.sequence)

    async def questionnaire(self, person: Participant, time_point: str, status: str) -> Any:
        """The questionnaire's row, once it is in that state."""

        async def found() -> Any:
            rows = await self.query(
                "SELECT * FROM questionnaires WHERE enrolment_id = $1 AND time_point = $2 AND status = $3",
                person.enrolment_id,
                time_point,
                status,
            )
            return rows[0] if rows else None

        return await eventually(found)

    async def published(self, type_: str, *, at_least: int = 1) -> list[dict[str, Any]]:
        """The bodies of what the service published of one type, as the broker stored them."""

        async def found() -> list[dict[str, Any]]:
            jetstream = self._jetstream()
            info = await jetstream.stream_info("OUTCOMES")
            stored = [await jetstream.get_msg("OUTCOMES", seq=number) for number in range(1, info.state.messages + 1)]
            bodies = [json.loads(message.data or b"") for message in stored if (message.headers or {}).get("ce-type") == type_]
            return bodies if len(bodies) >= at_least else []

        found_bodies: list[dict[str, Any]] = await eventually(found)
        return found_bodies

    async def move_clock(self, offset: timedelta) -> None:
        await self._jetstream().publish("$KV.clock.offset", str(offset.total_seconds()).encode())

    def _jetstream(self) -> JetStreamContext:
        assert self.admin is not None, "this needs the broker"
        return self.admin.jetstream()

    async def audit(self) -> dict[str, Any]:
        response = await self.client.get("/outcomes/audit", headers=bearer(ADMIN_TOKEN))
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def running_outcomes(database: Database, broker: Broker, folder: Path, **settings: Any) -> AsyncIterator[OutcomesBench]:
    """The service in this process, its HTTP without a socket, with a facilitator and an admin."""
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    known = Settings(
        database_url=database.url,
        nats_url=broker.url,
        nats_user="outcomes",
        nats_password_file=password_file,
        http_port=free_port(),
        **settings,
    )
    app = build(known)
    async with app.router.lifespan_context(app), _http(app) as client:
        ready = OutcomesBench(database=database, admin=await broker.connect(), client=client)
        await _add_staff(ready)

        async def is_ready() -> bool:
            return (await client.get("/outcomes/health/ready")).status_code == 200

        await eventually(is_ready)
        yield ready


@asynccontextmanager
async def outcomes_pages_of(database: Database, **settings: Any) -> AsyncIterator[OutcomesBench]:
    """The service's HTTP alone: no broker, nothing in the background."""
    app = build(Settings(database_url=database.url, nats_url="nats://127.0.0.1:1", http_port=free_port(), **settings))
    async with _http(app) as client:
        ready = OutcomesBench(database=database, admin=None, client=client)
        await _add_staff(ready)
        yield ready


@asynccontextmanager
async def _http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def _add_staff(bench: OutcomesBench) -> None:
    for name, role, token in (("Fay", "facilitator", STAFF_TOKEN), ("Ann", "admin", ADMIN_TOKEN)):
        await bench.query(
            "INSERT INTO credentials (id, name, role, sites, token_hash, created_at) VALUES ($1, $2, $3, '[]', $4, now())",
            new_id(),
            name,
            role,
            hash_of(token),
        )


@pytest.fixture
async def outcomes(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[OutcomesBench]:
    async with running_outcomes(await database("outcomes"), nats_server, folder) as ready:
        yield ready


@pytest.fixture
async def outcomes_pages(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[OutcomesBench]:
    async with outcomes_pages_of(await database("outcomes")) as ready:
        yield ready
