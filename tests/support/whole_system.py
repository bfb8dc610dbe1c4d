"""The whole system as a fault test sees it: practices that send, processes to kill, and whether everything adds up afterwards."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from limber_embedded import organisations, running_processes
from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_embedded.nats_users import ADMIN, DOMAIN, inbox_prefix
from limber_embedded.organisations import Organisation
from limber_embedded.sites import PROGRAMME, lead_requests, live_site
from limber_streams.declaration import load
from service_kit.ids import new_id
from support.embedded import Limber

REFERRAL = "intake.gp.referral.v1"
BUSY = ("to_read", "handling", "outbox", "held_waiting", "doing", "due_now")
# Where each service writes after it has claimed its events: whoever locks the table catches a group in the middle.
MIDDLE = {"enrolment": "referrals", "scheduling": "places", "outcomes": "enrolments", "notifications": "messages"}
_WAIT_SECONDS = 120.0
_RESEND_SECONDS = 5.0

_people = count(1)


async def eventually(condition: Callable[[], Awaitable[Any]], *, what: str, seconds: float = _WAIT_SECONDS) -> Any:
    """The condition's value once it is true; fails when it never is."""
    deadline = time.monotonic() + seconds
    while not (value := await condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds:.0f} seconds: {value!r}"
        await asyncio.sleep(0.05)
    return value


def a_referral(**changes: Any) -> dict[str, Any]:
    """An eligible person who was never referred before, as intake JSON. NHS numbers are of the range for tests."""
    number = next(_people)
    return {
        "referral_id": f"referral-{number}",
        "patient": {
            "nhs_number": nhs_number(number),
            "given_name": f"Given{number}",
            "family_name": f"Family{number}",
            "birth_date": f"{1935 + number % 30}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "postcode": f"LS{number % 20 + 1} {number % 10}HR",
            "phone": f"07700 900{number % 1000:03d}",
            "email": f"person{number}@example.org",
            "preferred_channel": ("sms", "email")[number % 2],
        },
        "clinical": {
            "joints": ["knee"],
            "pain_months": 12,
            "needs_supervised_exercise": True,
            "independently_mobile": True,
            "can_attend": True,
            "red_flags": [],
        },
    } | changes


def nhs_number(number: int) -> str:
    """A valid NHS number that begins with 999; another one for each number below 300,000."""
    for first_nine in (999_000_000 + number, 999_300_000 + number, 999_600_000 + number):
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(str(first_nine))) % 11
        if check != 10:
            return f"{first_nine}{check % 11}"
    raise AssertionError(number)


@dataclass(kw_only=True, eq=False)
class Practice:
    """A GP practice with its own credential, which sends until the receipt comes."""

    code: str
    system: "System"
    client: Client
    sent: dict[str, bytes] = field(default_factory=dict)

    async def publish(self, body: Any, *, event_id: str | None = None, headers: Mapping[str, str | None] | None = None) -> str:
        """Publish one event once; raises what the broker says against it. Headers given as None are left out."""
        event_id = event_id or str(new_id())
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.sent.setdefault(event_id, data)
        attributes = {
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-source": f"urn:ods:{self.code}",
            "ce-type": REFERRAL,
            "ce-datacontenttype": "application/json",
        } | dict(headers or {})
        kept = {name: value for name, value in attributes.items() if value is not None}
        jetstream = self.client.jetstream(timeout=5, domain=DOMAIN)
        await jetstream.publish(f"intake.gp.{self.code}.referral.v1", data, headers=kept)
        return event_id

    async def send(self, body: Any, *, event_id: str | None = None) -> str:
        """Publish one event, again and again while the broker is away."""
        event_id = event_id or str(new_id())

        async def stored() -> bool:
            with contextlib.suppress(NatsError, OSError, asyncio.TimeoutError):
                await self.publish(body, event_id=event_id)
                return True
            return False

        await eventually(stored, what="the broker taking a referral")
        return event_id

    async def send_many(self, number: int) -> list[str]:
        """So many referrals of new people, at once."""
        return list(await asyncio.gather(*(self.send(a_referral()) for _ in range(number))))

    async def receipts(self) -> dict[str, list[dict[str, Any]]]:
        """All receipts by event id, in their order."""
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for body in await self.system.stored("RECEIPTS", f"receipts.gp.{self.code}"):
            found[body["event_id"]].append(body)
        return found

    async def settle(self, event_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """The first receipt of each event, once all are there; resends what gets none, as senders shall."""
        wanted = set(event_ids)
        found: dict[str, list[dict[str, Any]]] = {}
        seen = -1
        resend_at = time.monotonic() + _RESEND_SECONDS
        deadline = time.monotonic() + _WAIT_SECONDS
        while wanted - set(found):
            assert time.monotonic() < deadline, f"{len(wanted - set(found))} of {len(wanted)} events got no receipt"
            with contextlib.suppress(NatsError, OSError, asyncio.TimeoutError):
                number = await self.system.number_stored("RECEIPTS", f"receipts.gp.{self.code}")
                if number != seen:
                    seen, found = number, await self.receipts()
            if time.monotonic() > resend_at:
                resend_at = time.monotonic() + _RESEND_SECONDS
                for event_id in wanted - set(found):
                    await self.send(self.sent[event_id], event_id=event_id)
            await asyncio.sleep(0.1)
        return {event_id: found[event_id][0] for event_id in event_ids}

    async def refer(self, body: Any, **options: Any) -> dict[str, Any]:
        """Publish one event and return its receipt."""
        event_id = await self.publish(body, **options)
        return (await self.settle([event_id]))[event_id]


@dataclass(kw_only=True, eq=False)
class System:
    """One home that is up, seen by its administrator."""

    limber: Limber
    admin: Client
    http: httpx.AsyncClient
    _clients: list[Client] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return self.limber.home

    # --- practices and staff -----------------------------------------------------------------------------------------

    async def practice(self, code: str) -> Practice:
        """A practice that may send."""
        organisation = Organisation(channel="gp", code=code, name=f"Surgery {code}")
        given = await organisations.add(self.home, organisation)
        client = await nats.connect(
            self.home.nats_url,
            user=given.nats_user,
            password=given.nats_password,
            inbox_prefix=inbox_prefix(given.nats_user),
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.1,
            error_cb=_quiet,
        )
        self._clients.append(client)
        return Practice(code=code, system=self, client=client)

    async def open_cohorts(self, number: int, *, capacity: int = 10) -> None:
        """So many cohorts at a site, each of which begins within weeks."""
        today = (await self.now()).date()
        begin = today + timedelta(days=14)
        [before] = await self.query("scheduling", "SELECT count(*) FROM cohorts")
        # A room and a lead for each cohort: some are at the same time.
        hall = live_site(name="Hall", outward_code="LS1", rooms=before[0] + number, today=today, capacity=30)
        await self._ask("PUT", "/scheduling/sites/hall", hall)
        for index in range(number):
            key = f"hall {before[0] + index}"
            lead_id, requests = lead_requests(key=key, name=key, site="hall", today=today)
            for path, lead in requests:
                await self._ask("PUT", f"/scheduling{path}", lead)
            body = {
                "site_id": "hall",
                "programme": PROGRAMME,
                "starts_on": (begin + timedelta(days=index % 7)).isoformat(),
                "weekdays": ["mon", "thu"],
                "starts_at": f"{9 + index % 8:02d}:00",
                "sessions": 12,
                "capacity": capacity,
                "lead_id": str(lead_id),
            }
            await self._ask("POST", "/scheduling/cohorts", body)

    async def accept_offer(self, participant: str) -> None:
        """Staff say yes for somebody to whom a seat is offered."""
        [place] = await self.query("scheduling", "SELECT place_id FROM places WHERE participant_id = $1::uuid", participant)
        await self._ask("POST", f"/scheduling/places/{place['place_id']}/answer", {"answer": "accepted"})

    async def open_cohorts_for_all_who_wait(self) -> None:
        """Room enough that whoever waits is offered a seat."""
        [waiting] = await self.query("scheduling", "SELECT count(*) FROM places WHERE status = 'waiting'")
        await self.open_cohorts(waiting[0] // 10 + 1)

    async def _ask(self, method: str, path: str, body: Any) -> Any:
        response = await self.http.request(method, path, json=body)
        assert response.is_success, f"{path}: {response.status_code} {response.text[:300]}"
        return response.json() if response.content else None

    # --- what the broker has -----------------------------------------------------------------------------------------

    async def stored(self, stream: str, subject: str) -> list[Any]:
        """The bodies of all messages on a subject, in their order."""
        jetstream = self.admin.jetstream(timeout=10)
        number = await self.number_stored(stream, subject)
        if not number:
            return []
        subscription = await jetstream.subscribe(subject, stream=stream, ordered_consumer=True)
        bodies = [json.loads((await subscription.next_msg(timeout=10)).data) for _ in range(number)]
        await subscription.unsubscribe()
        return bodies

    async def number_stored(self, stream: str, subject: str) -> int:
        """How many messages there are on a subject."""
        info = await self.admin.jetstream(timeout=10).stream_info(stream, subjects_filter=subject)
        return (info.state.subjects or {}).get(subject, 0)

    async def set_ack_wait(self, seconds: int, *, services: Collection[str] = SERVICES) -> None:
        """How long the broker waits before it gives out again what a killed process had fetched."""
        jetstream = self.admin.jetstream()
        for service in services:
            for durable in load().durables_of(service):
                config = (await jetstream.consumer_info(durable.stream, durable.name)).config
                if config.ack_wait != seconds:
                    config.ack_wait = seconds
                    await jetstream.add_consumer(durable.stream, config)

    async def redelivered(self, service: str) -> int:
        """How many messages of a service are on their second way or later."""
        jetstream = self.admin.jetstream()
        infos = [await jetstream.consumer_info(durable.stream, durable.name) for durable in load().durables_of(service)]
        return sum(info.num_redelivered or 0 for info in infos)

    # --- time --------------------------------------------------------------------------------------------------------

    async def now(self) -> datetime:
        """Domain time."""
        return datetime.fromisoformat((await self.work("scheduling"))["now"])

    async def be_at_ten_in_the_morning(self) -> None:
        """Moves domain time on to where no message waits for the morning, unless it is about there."""
        london = ZoneInfo("Europe/London")
        now = datetime.now(UTC)
        morning = now.astimezone(london).replace(hour=10, minute=0) + timedelta(days=1)
        offset = (morning - now).total_seconds()
        bucket = await self.admin.jetstream().key_value("clock")
        await bucket.put("offset", f"{offset:.0f}".encode())

        async def all_have_it() -> bool:
            works = [await self.work(service) for service in SERVICES]
            ahead = [(datetime.fromisoformat(one["now"]) - datetime.now(UTC)).total_seconds() for one in works if one]
            return len(ahead) == len(SERVICES) and all(abs(one - offset) < 5 for one in ahead)

        await eventually(all_have_it, what="domain time")

    # --- processes ---------------------------------------------------------------------------------------------------

    async def kill(self, name: str) -> None:
        """SIGKILL, and return once it is gone."""
        recorded = dict(self.home.state["processes"][name])
        os.kill(recorded["pid"], signal.SIGKILL)

        async def gone() -> bool:
            return not running_processes.is_alive(recorded)

        await eventually(gone, what=f"{name} gone")

    async def is_back(self, name: str, *, since: Mapping[str, int]) -> float:
        """Waits until a killed process is there again and everything is ready; returns how many seconds that took."""
        began = time.monotonic()

        async def back() -> bool:
            return self.home.pids.get(name) != since[name] and await self.is_ready()

        await eventually(back, what=f"{name} back")
        return time.monotonic() - began

    async def is_ready(self) -> bool:
        """Whether the four services, asked through the front door, say that they are ready."""
        with contextlib.suppress(httpx.HTTPError):
            return all([(await self.http.get(f"/{service}/health/ready")).is_success for service in SERVICES])
        return False

    async def state_at(self, address: str) -> str | None:
        """Whether an instance that is ready is active or stands by."""
        with contextlib.suppress(httpx.HTTPError):
            answer = await self.http.get(f"{address}/health/ready")
            if answer.is_success:
                return str(answer.json()["state"])
        return None

    @contextlib.contextmanager
    def nobody_restarts(self) -> Iterator[None]:
        """The supervisor sleeps, so that what is gone stays away."""
        supervisor = self.home.pids["supervisor"]
        os.kill(supervisor, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)

    @contextlib.asynccontextmanager
    async def in_the_middle(self, service: str) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        """While this lasts the service stops in the middle of its next group; yields what waits until one is there."""
        table = MIDDLE[service]
        connection = await asyncpg.connect(self.home.dsn(service))
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

        async def somebody_waits() -> bool:
            sql = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted)"
            return bool(await connection.fetchval(sql, table))

        try:
            yield lambda: eventually(somebody_waits, what=f"a group of {service} in its middle")
        finally:
            await transaction.rollback()
            await connection.close()

    # --- whether everything adds up ----------------------------------------------------------------------------------

    async def query(self, service: str, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.home.dsn(service))
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def work(self, service: str) -> dict[str, Any]:
        """What a service has left to do; empty while it can't say."""
        with contextlib.suppress(httpx.HTTPError):
            answer = await self.http.get(f"/{service}/health/work")
            if answer.is_success:
                work: dict[str, Any] = answer.json()
                return work
        return {}

    async def come_to_rest(self, *, hurry: bool = True) -> None:
        """Waits until nothing is under way in any service, in two looks between which nothing was done.

        `hurry` has the broker give out soon what killed processes had fetched.
        """
        await eventually(self.is_ready, what="all services ready")
        if hurry:
            await self.set_ack_wait(2)
        before: list[int] = []
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            works = [await self.work(service) for service in SERVICES]
            still = all(work and not any(work[name] for name in BUSY) for work in works)
            activity = [work.get("activity", -1) for work in works]
            if still and activity == before:
                break
            before = activity if still else []
            left = {
                service: {name: work[name] for name in BUSY if work.get(name)}
                for service, work in zip(SERVICES, works, strict=True)
            }
            assert time.monotonic() < deadline, f"still under way: {left}"
            await asyncio.sleep(0.1)
        if hurry:
            await self.set_ack_wait(30)

    async def mailbox(self) -> Counter[tuple[str, str, str]]:
        """How often each (participant, kind, about) reached the mailbox."""
        rows = await self.query(
            "notifications",
            "SELECT participant_id, kind, about_id, copies FROM messages JOIN mailbox ON reference = messages.id::text",
        )
        found: Counter[tuple[str, str, str]] = Counter()
        for row in rows:
            found[str(row["participant_id"]), row["kind"], row["about_id"]] += row["copies"]
        return found

    async def held(self) -> dict[str, list[Any]]:
        """What each service holds, of those that hold anything."""
        found = {service: await self.query(service, "SELECT * FROM held ORDER BY position") for service in SERVICES}
        return {service: rows for service, rows in found.items() if rows}

    async def adds_up(
        self, sent: Mapping[Practice, Collection[str]], *, status: str = "accepted", held: Sequence[str] = ()
    ) -> dict[str, dict[str, Any]]:
        """Waits for rest, then holds everything against the promise: every effect once, nothing lost, nothing left over.

        Returns the receipts by event id. `held` names the services in which the test planted something that stays.
        """
        receipts: dict[str, dict[str, Any]] = {}
        for practice, event_ids in sent.items():
            receipts |= await practice.settle(event_ids)
        await self.come_to_rest()
        assert set(await self.held()) == set(held)
        for service in SERVICES:
            assert (await self.http.get(f"/{service}/audit")).json()["problems"] == []
            assert await self.query(service, "SELECT id FROM outbox WHERE published_at IS NULL") == []
        for practice, event_ids in sent.items():
            told = await practice.receipts()
            for event_id in event_ids:
                different = {json.dumps(one, sort_keys=True) for one in told[event_id]}
                assert len(different) == 1, f"event {event_id} has different receipts: {different}"
                assert told[event_id][0]["status"] == status
        await self._nobody_is_lost_between_services()
        twice = {key: times for key, times in (await self.mailbox()).items() if times != 1}
        assert not twice
        return receipts

    async def _nobody_is_lost_between_services(self) -> None:
        enrolled = await self._column("enrolment", "SELECT id FROM enrolments")
        assert await self._column("scheduling", "SELECT enrolment_id FROM enrolments") == enrolled
        assert await self._column("scheduling", "SELECT enrolment_id FROM places") == enrolled
        assert await self._column("outcomes", "SELECT enrolment_id FROM enrolments") == enrolled
        assert await self._column("outcomes", "SELECT enrolment_id FROM places") == enrolled
        accepted = await self._column("enrolment", "SELECT id FROM referrals WHERE status IN ('accepted', 'needs_review')")
        told = "SELECT about_id::uuid FROM messages WHERE kind = 'referral_received' AND status = 'sent'"
        assert await self._column("notifications", told) == accepted
        places = await self._column("scheduling", "SELECT place_id FROM places")
        told = "SELECT DISTINCT place_id FROM messages WHERE kind IN ('place_found', 'waiting_list')"
        assert await self._column("notifications", told) == places

    async def _column(self, service: str, sql: str) -> list[str]:
        return sorted(str(row[0]) for row in await self.query(service, sql))

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


@contextlib.asynccontextmanager
async def system_of(limber: Limber) -> AsyncIterator[System]:
    """A running home, with domain time at an hour at which messages go out."""
    user, password = limber.home.credentials(ADMIN)
    admin = await nats.connect(
        limber.home.nats_url,
        user=user,
        password=password,
        inbox_prefix=inbox_prefix(user),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
        error_cb=_quiet,
    )
    headers = {"Authorization": f"Bearer {limber.home.admin_token}", "Accept": "application/json"}
    async with httpx.AsyncClient(base_url=limber.home.public_url, headers=headers, timeout=20) as http:
        system = System(limber=limber, admin=admin, http=http)
        try:
            await eventually(system.is_ready, what="all services ready")
            await system.be_at_ten_in_the_morning()
            yield system
        finally:
            await system.close()
            await admin.close()


async def _quiet(_: Exception) -> None:
    """Errors of a connection whose server a test killed are expected."""
