"""The running system as a simulation sees it: its HTTP through the front door, its clock, and whether it has come to rest."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError

from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_embedded.problem import Problem

_STILL = ("to_read", "handling", "outbox", "held_waiting", "doing", "due_now")
_LOOK_AGAIN_SECONDS = 0.05
_GIVE_UP_SECONDS = 300.0
_AWAY_SECONDS = 60.0
_AWAY_PAUSE_SECONDS = 0.5
_CLOCK_MARGIN = timedelta(seconds=1)


class System:
    """Asks a running home as its administrator."""

    def __init__(self, home: Home, broker: Client) -> None:
        self._http = httpx.AsyncClient(
            base_url=home.public_url,
            headers={"Authorization": f"Bearer {home.admin_token}", "Accept": "application/json"},
            timeout=60,
        )
        self._broker = broker
        self._offset = timedelta()

    async def start(self) -> None:
        """Read how far the home's clock was moved before."""
        bucket = await self._broker.jetstream().key_value("clock")
        with contextlib.suppress(KeyNotFoundError):
            self._offset = timedelta(seconds=float((await bucket.get("offset")).value or b"0"))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def now(self) -> datetime:
        """Return domain time."""
        return datetime.now(UTC) + self._offset

    async def get(self, path: str, **parameters: Any) -> Any:
        """GET a path through the front door."""
        return await self._ask("GET", path, params=parameters)

    async def put(self, path: str, body: Any) -> Any:
        """PUT JSON to a path through the front door."""
        return await self._ask("PUT", path, json=body)

    async def post(self, path: str, body: Any) -> Any:
        """POST JSON to a path through the front door."""
        return await self._ask("POST", path, json=body)

    async def submit(self, path: str, form: dict[str, str]) -> None:
        """Send a page's form, as a person does who has its link."""
        response = await self._send("POST", path, data=form, headers={"Accept": "text/html", "Authorization": ""})
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise Problem(f"POST {path.rpartition('/')[0]} was answered with {response.status_code}.")

    async def audits(self) -> dict[str, Any]:
        """Return every service's own account of itself."""
        return {service: await self.get(f"/{service}/audit") for service in SERVICES}

    async def left_over(self) -> dict[str, dict[str, int]]:
        """Return, by service, what is left to relay, held waiting and set aside."""
        found = {}
        for service in SERVICES:
            work = await self.get(f"/{service}/health/work")
            found[service] = {name: int(work[name]) for name in ("outbox", "held_waiting", "set_aside")}
        return found

    async def come_to_rest(self) -> datetime | None:
        """Wait until nothing is under way anywhere, and return when the next thing is due in domain time.

        Two looks in a row must find everything still and nothing done between them: a single one could miss what was on its way
        from a service that was looked at later to one that was looked at before.
        """
        deadline = asyncio.get_running_loop().time() + _GIVE_UP_SECONDS
        before: list[int] | None = None
        while True:
            work = await asyncio.gather(*(self.get(f"/{service}/health/work") for service in SERVICES))
            still = all(not one[name] for one in work for name in _STILL)
            activity = [int(one["activity"]) for one in work]
            if still and activity == before:
                dues = [datetime.fromisoformat(one["next_due_at"]) for one in work if one["next_due_at"]]
                return min(dues, default=None)
            before = activity if still else None
            if asyncio.get_running_loop().time() > deadline:
                left = {
                    service: {name: one[name] for name in _STILL if one[name]}
                    for service, one in zip(SERVICES, work, strict=True)
                }
                raise Problem(f"The system did not come to rest within {_GIVE_UP_SECONDS:.0f} seconds; still under way: {left}")
            if not still:
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def move_clock_to(self, moment: datetime) -> None:
        """Move domain time on to `moment` and wait until every service has it. Time never goes back."""
        ahead = moment + _CLOCK_MARGIN - self.now()
        if ahead <= timedelta():
            return
        self._offset += ahead
        await (await self._broker.jetstream().key_value("clock")).put("offset", f"{self._offset.total_seconds():.3f}".encode())
        for service in SERVICES:
            while datetime.fromisoformat((await self.get(f"/{service}/health/work"))["now"]) < moment:  # noqa: ASYNC110 - it waits for another process
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        response = await self._send(method, path, **options)
        if response.is_error:
            raise Problem(f"{method} {path} was answered with {response.status_code}: {response.text[:300]}")
        return response.json() if response.content else None

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request, and again while the front door says that the service is away: it may be replaced while people use it.

        What is sent here may come twice: reads, whole states, and a person's form under its own link.
        """
        deadline = asyncio.get_running_loop().time() + _AWAY_SECONDS
        while True:
            response = await self._http.request(method, path, **options)
            if response.status_code != httpx.codes.BAD_GATEWAY or asyncio.get_running_loop().time() > deadline:
                return response
            await asyncio.sleep(_AWAY_PAUSE_SECONDS)
