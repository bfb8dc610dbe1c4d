"""The scheduling service on an address of its own, which can go away and come back."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn

from support.kit_bench import eventually
from support.scheduling_bench import SchedulingBench, running_scheduling
from support.servers import Broker, Database


@dataclass(kw_only=True)
class SchedulingSite:
    """A running service with a cohort of which a session has begun."""

    bench: SchedulingBench
    port: int
    people: dict[str, UUID] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def register_of(self, number: int) -> str:
        return f"{self.address}/scheduling/sessions/{self.sessions[number - 1]['session_id']}/register"

    async def come(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port))
        config = uvicorn.Config(self.bench.app, log_level="critical", lifespan="off", ws="none")
        server = self._server = uvicorn.Server(config)

        async def serve() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await server.serve(sockets=[listening])

        self._serving = asyncio.create_task(serve())

        async def answers() -> bool:
            return server.started

        await eventually(answers)

    async def go(self) -> None:
        if self._server and self._serving:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._serving
            self._serving = None

    async def cohort_of(self, *names: str, **cohort: Any) -> None:
        """A cohort at harbour with these people, ten minutes into its first session."""
        await self.bench.site()
        opened = await self.bench.cohort(**cohort)
        self.sessions = opened["sessions"]
        for name in names:
            person = await self.bench.enrol()
            await self.bench.introduce(person, name)
            self.people[name] = person

        async def all_there() -> bool:
            found = await self.bench.query(
                "SELECT count(*) FROM places JOIN people USING (participant_id) WHERE status = 'placed'"
            )
            return bool(found[0][0] == len(names))

        await eventually(all_there)
        await self.begin(1)

    async def begin(self, number: int) -> None:
        """Move domain time to ten minutes into a session."""
        await self.bench.travel_to(datetime.fromisoformat(self.sessions[number - 1]["starts_at"]) + timedelta(minutes=10))


@asynccontextmanager
async def scheduling_site(
    database: Callable[[str], Awaitable[Database]], broker: Broker, folder: Path
) -> AsyncIterator[SchedulingSite]:
    async with running_scheduling(await database("scheduling"), broker, folder) as bench:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        site = SchedulingSite(bench=bench, port=port)
        await site.come()
        try:
            yield site
        finally:
            await site.go()
