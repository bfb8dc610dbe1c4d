"""The notifications service on real servers: facts are told to it as the other services would, and what it sends is read back."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from nats.aio.client import Client
from pydantic import BaseModel

from event_contracts.contacts import Contact
from event_contracts.enrolment import EnrolmentChanged, LinkChanged, PersonChanged, PreferencesChanged, ReferralDecided
from event_contracts.outcomes import QuestionnaireChanged, Signpost, SignpostingIssued
from event_contracts.scheduling import CohortChanged, PlaceChanged, SessionFact, SiteChanged
from limber_embedded.servers.ports import free_port
from notifications.main import build
from notifications.settings import Settings
from service_kit.access import hash_of
from service_kit.buckets import bucket_of
from service_kit.ids import new_id
from support.servers import PASSWORD, Broker, Database

STAFF_TOKEN = "a-coordinator-of-a-test"
ADMIN_TOKEN = "an-admin-of-a-test"
# A Monday: what a test does happens in the morning, whatever time it is where the test runs.
MORNING = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)


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
    """A synthetic person with one place, and the versions told so far."""

    participant_id: UUID = field(default_factory=new_id)
    place_id: UUID = field(default_factory=new_id)
    referral_id: UUID = field(default_factory=new_id)
    phone: str | None = "07700 900123"
    email: str | None = "mary@example.org"
    versions: dict[str, int] = field(default_factory=dict)

    def next_version(self, thing: str) -> int:
        self.versions[thing] = self.versions.get(thing, 0) + 1
        return self.versions[thing]


@dataclass(kw_only=True)
class Group:
    """A synthetic cohort."""

    cohort_id: UUID = field(default_factory=new_id)
    sequence: int = 0
    sessions: list[SessionFact]

    @classmethod
    def of(cls, *starts: datetime) -> "Group":
        return cls(
            sessions=[
                SessionFact(
                    session_id=new_id(), number=number, starts_at=start, ends_at=start + timedelta(hours=1), status="planned"
                )
                for number, start in enumerate(starts, start=1)
            ]
        )

    def change(self, number: int, **changes: Any) -> None:
        self.sessions = [session.model_copy(update=changes) if session.number == number else session for session in self.sessions]


@dataclass(kw_only=True)
class NotificationsBench:
    database: Database
    broker: Broker
    admin: Client
    settings: dict[str, str]
    client: httpx.AsyncClient

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database.dsn)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def publish(self, type_: str, subject: str, body: BaseModel, *, about: UUID | str, sequence: int) -> None:
        attributes = {
            "ce-specversion": "1.0",
            "ce-id": str(new_id()),
            "ce-source": "urn:limber:test",
            "ce-type": type_,
            "ce-subject": str(about),
            "ce-sequence": str(sequence),
        }
        await self.admin.jetstream().publish(subject, body.model_dump_json().encode(), headers=attributes)

    async def tell_contact(self, person: Participant, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "participant_id": person.participant_id,
            "sequence": person.next_version("contact"),
            "greeting_name": "Mary",
            "phone": person.phone,
            "email": person.email,
        }
        told = Contact(**(facts | changes))
        subject = f"contacts.v1.{person.participant_id}"
        await self.publish("contacts.v1", subject, told, about=person.participant_id, sequence=told.sequence)

    async def tell_referral(self, person: Participant, status: str = "accepted", **changes: Any) -> None:
        facts: dict[str, Any] = {
            "referral_id": person.referral_id,
            "sequence": person.next_version("referral"),
            "participant_id": person.participant_id,
            "organisation": "A81001",
            "channel": "gp",
            "programme": "escape-pain-knee-hip",
            "status": status,
            "decided_at": MORNING,
        }
        await self._tell("enrolment.referral.decided.v1", ReferralDecided(**(facts | changes)), person)

    async def tell_wishes(self, person: Participant, **changes: Any) -> None:
        """Tell what a person agreed to and wishes."""
        facts: dict[str, Any] = {
            "participant_id": person.participant_id,
            "sequence": person.next_version("wishes"),
            "language": "en",
            "allows_sms": True,
            "allows_email": True,
            "shares_with_gp": True,
            "allows_marketing": False,
            "source": "own_page",
            "changed_at": MORNING,
        }
        await self._tell("enrolment.preferences.changed.v1", PreferencesChanged(**(facts | changes)), person)

    async def tell_enrolment(self, person: Participant, status: str, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "enrolment_id": person.referral_id,
            "sequence": person.next_version("enrolment"),
            "participant_id": person.participant_id,
            "programme": "escape-pain-knee-hip",
            "status": status,
            "enrolled_at": MORNING,
            "referral_channel": "gp",
        }
        await self._tell("enrolment.enrolment.changed.v1", EnrolmentChanged(**(facts | changes)), person)

    async def tell_link(self, person: Participant, purpose: str, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "link_id": new_id(),
            "sequence": 1,
            "participant_id": person.participant_id,
            "purpose": purpose,
            "token": "l" * 43,
            "code": "012345" if purpose == "confirm_contact" else None,
            "status": "issued",
            "expires_at": MORNING + timedelta(days=2),
            "changed_at": MORNING,
        }
        await self._tell("enrolment.link.changed.v1", LinkChanged(**(facts | changes)), person)

    async def tell_standing(self, person: Participant, status: str, **changes: Any) -> None:
        """Tell that a person has died, was merged or erased, or is back."""
        facts: dict[str, Any] = {
            "participant_id": person.participant_id,
            "sequence": person.next_version("standing"),
            "status": status,
            "changed_at": MORNING,
        }
        await self._tell("enrolment.person.changed.v1", PersonChanged(**(facts | changes)), person)

    async def tell_site(self, site_id: str = "wandsworth", **changes: Any) -> None:
        facts: dict[str, Any] = {
            "site_id": site_id,
            "sequence": 1,
            "name": "Wandsworth Leisure Centre",
            "kind": "leisure_centre",
            "status": "live",
            "outward_code": "SW18",
            "address": "1 Example Road",
            "what_to_bring": "Water",
            "parking": "Behind the building",
            "access_features": ["step_free"],
            "changed_at": MORNING,
        }
        type_ = "scheduling.site.changed.v1"
        told = SiteChanged(**(facts | changes))
        subject = f"{type_}.{bucket_of(site_id)}"
        await self.publish(type_, subject, told, about=site_id, sequence=told.sequence)

    async def tell_cohort(self, group: Group, **changes: Any) -> None:
        group.sequence += 1
        facts: dict[str, Any] = {
            "cohort_id": group.cohort_id,
            "sequence": group.sequence,
            "programme": "escape-pain-knee-hip",
            "site_id": "wandsworth",
            "site_name": "Wandsworth Leisure Centre",
            "status": "open",
            "sessions": group.sessions,
        }
        type_ = "scheduling.cohort.changed.v1"
        told = CohortChanged(**(facts | changes))
        subject = f"{type_}.{bucket_of(group.cohort_id)}"
        await self.publish(type_, subject, told, about=group.cohort_id, sequence=told.sequence)

    async def tell_place(self, person: Participant, status: str = "placed", group: Group | None = None, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "place_id": person.place_id,
            "sequence": person.next_version("place"),
            "participant_id": person.participant_id,
            "enrolment_id": person.referral_id,
            "programme": "escape-pain-knee-hip",
            "status": status,
            "cohort_id": group.cohort_id if group else None,
            "changed_at": MORNING,
        }
        await self._tell("scheduling.place.changed.v1", PlaceChanged(**(facts | changes)), person)

    async def tell_questionnaire(self, person: Participant, status: str = "due", **changes: Any) -> UUID:
        facts: dict[str, Any] = {
            "questionnaire_id": new_id(),
            "sequence": 1,
            "participant_id": person.participant_id,
            "enrolment_id": person.referral_id,
            "time_point": "baseline",
            "status": status,
            "due_at": MORNING,
            "closes_at": MORNING + timedelta(days=14),
            "token": "a-token" if status == "due" else None,
        }
        told = QuestionnaireChanged(**(facts | changes))
        await self._tell("outcomes.questionnaire.changed.v1", told, person)
        return told.questionnaire_id

    async def tell_signposting(self, person: Participant, *titles: str) -> None:
        told = SignpostingIssued(
            signposting_id=new_id(),
            sequence=1,
            participant_id=person.participant_id,
            enrolment_id=person.referral_id,
            signposts=[Signpost(code="walk", title=title, url="https://walks.example.org") for title in titles],
            issued_at=MORNING,
        )
        await self._tell("outcomes.signposting.issued.v1", told, person)

    async def _tell(self, type_: str, told: Any, person: Participant) -> None:
        subject = f"{type_}.{bucket_of(person.participant_id)}"
        await self.publish(type_, subject, told, about=person.participant_id, sequence=told.sequence)

    async def move_clock_to(self, now: datetime) -> None:
        offset = (now - datetime.now(UTC)).total_seconds()
        await self.admin.jetstream().publish("$KV.clock.offset", str(offset).encode())

    async def messages(self, person: Participant, kind: str, status: str, *, at_least: int = 1) -> list[Any]:
        """A person's messages of a kind that have that status, once there are so many."""

        async def found() -> list[Any]:
            rows = await self.query(
                "SELECT * FROM messages WHERE participant_id = $1 AND kind = $2 AND status = $3 ORDER BY due_at, id",
                person.participant_id,
                kind,
                status,
            )
            return rows if len(rows) >= at_least else []

        found_rows: list[Any] = await eventually(found)
        return found_rows

    async def mailbox(self, **filters: Any) -> list[dict[str, Any]]:
        response = await self.client.get("/notifications/mailbox", params=filters, headers=bearer(STAFF_TOKEN))
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["messages"]
        return found

    async def published(self, *, at_least: int = 1) -> list[dict[str, Any]]:
        """The bodies of what the service published, as the broker stored them."""

        async def found() -> list[dict[str, Any]]:
            jetstream = self.admin.jetstream()
            info = await jetstream.stream_info("NOTIFICATIONS")
            stored = [await jetstream.get_msg("NOTIFICATIONS", seq=number) for number in range(1, info.state.messages + 1)]
            bodies = [json.loads(message.data or b"") for message in stored]
            return bodies if len(bodies) >= at_least else []

        found_bodies: list[dict[str, Any]] = await eventually(found)
        return found_bodies

    async def all_read(self) -> None:
        """Waits until the service has handled everything that it was told and told everything that it has to."""

        async def idle() -> bool:
            work = (await self.client.get("/notifications/health/work")).json()
            return not any(work[name] for name in ("to_read", "handling", "outbox", "doing", "due_now"))

        await eventually(idle)

    async def audit(self) -> dict[str, Any]:
        response = await self.client.get("/notifications/audit", headers=bearer(ADMIN_TOKEN))
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def add_staff(bench: NotificationsBench, members: Sequence[tuple[str, str, str]]) -> None:
    for name, role, token in members:
        await bench.query(
            "INSERT INTO credentials (id, name, role, sites, token_hash, created_at) VALUES ($1, $2, $3, '[]', $4, now())"
            " ON CONFLICT DO NOTHING",
            new_id(),
            name,
            role,
            hash_of(token),
        )


@asynccontextmanager
async def prepared(database: Database, broker: Broker, folder: Path, **settings: Any) -> AsyncIterator[NotificationsBench]:
    """Everything but the service itself; the domain's clock shows MORNING."""
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    known = {
        "database_url": database.url,
        "nats_url": broker.url,
        "nats_user": "notifications",
        "nats_password_file": str(password_file),
        "http_port": str(free_port()),
        "mailbox_smtp_port": str(free_port()),
        "sending_lease_seconds": "2",
        "provider_timeout_seconds": "1",
    } | {name: str(value) for name, value in settings.items()}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{known['http_port']}") as client:
        bench = NotificationsBench(database=database, broker=broker, admin=await broker.connect(), settings=known, client=client)
        await add_staff(bench, (("Cora", "coordinator", STAFF_TOKEN), ("Ann", "admin", ADMIN_TOKEN)))
        await bench.move_clock_to(MORNING)
        yield bench


@asynccontextmanager
async def within_this_process(bench: NotificationsBench) -> AsyncIterator[None]:
    """The service in this process, its HTTP without a socket."""
    app = build(Settings(**bench.settings))  # type: ignore[arg-type]  # as the environment gives them: text
    socket = bench.client
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as bench.client:
            await eventually(lambda: is_ready(bench))
            yield
    bench.client = socket


@asynccontextmanager
async def as_a_process(bench: NotificationsBench) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service as the process that it is in production, which a test may kill."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIMBER_")}
    environment |= {f"LIMBER_{name.upper()}": value for name, value in bench.settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "notifications", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await eventually(lambda: is_ready(bench))
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def is_ready(bench: NotificationsBench) -> bool:
    try:
        return (await bench.client.get("/notifications/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
async def notifications(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[NotificationsBench]:
    async with prepared(await database("notifications"), nats_server, folder) as bench, within_this_process(bench):
        yield bench
