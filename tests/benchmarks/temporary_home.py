"""A home of its own for a measurement: fresh, at noon, with nothing else in it, and gone afterwards."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from limber_embedded.broker import admin_client
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.senders import Message, Practice, add_practices, practice
from limber_embedded.servers.ports import free_port
from limber_embedded.simulation.people import synthetic_referrals
from limber_embedded.simulation.practices import PRACTICES
from limber_embedded.simulation.system import System
from limber_embedded.sites import PROGRAMME, lead_requests, live_site

SENDER = PRACTICES[0]
SITE = "bench"
CAPACITY = 10


@dataclass(kw_only=True)
class TemporaryHome:
    """A running home, its administrator's view of it, and how long it took to start."""

    home: Home
    system: System
    first_start_seconds: float
    start_seconds: float

    async def seat(self, people: int) -> None:
        """Open cohorts for so many people and let the news of them settle."""
        today = self.system.now().date()
        cohorts = -(-people // CAPACITY)
        # A room and a lead for each cohort: some are at the same time.
        body = live_site(name="Bench Leisure Centre", outward_code="ZZ1", rooms=cohorts, today=today)
        await self.system.put(f"/scheduling/sites/{SITE}", body)
        start = today + timedelta(days=14)
        for number in range(cohorts):
            lead_id, requests = lead_requests(key=f"bench {number}", name=f"Lead {number + 1}", site=SITE, today=today)
            for path, lead in requests:
                await self.system.put(f"/scheduling{path}", lead)
            cohort = {
                "site_id": SITE,
                "programme": PROGRAMME,
                "starts_on": (start + timedelta(days=number % 7)).isoformat(),
                "weekdays": ["mon", "thu"],
                "starts_at": f"{9 + number % 9:02d}:00",
                "sessions": 12,
                "capacity": CAPACITY,
                "lead_id": str(lead_id),
            }
            await self.system.post("/scheduling/cohorts", cohort)
        await self.system.come_to_rest()

    def messages(self, count: int, *, first: int = 0) -> list[Message]:
        """Referrals of people who are all eligible and can all be written to."""
        return [
            Message(body=body)
            for body in synthetic_referrals(count=count, first=first, site=SITE, today=self.system.now().date())
        ]

    @contextlib.asynccontextmanager
    async def sender(self) -> AsyncIterator[Practice]:
        """The practice that sends the benchmark's referrals."""
        async with practice(self.home, SENDER.code) as connected:
            yield connected


@contextlib.asynccontextmanager
async def temporary_home() -> AsyncIterator[TemporaryHome]:
    """Start a home on free ports, twice, because the second start is what an operator sees; stop and delete it afterwards."""
    with tempfile.TemporaryDirectory(prefix="limber-bench-") as folder:
        home = Home(Path(folder) / "home")
        try:
            first = _up(home)
            limber(home, "down")
            second = _up(home)
            async with admin_client(home) as broker:
                system = System(home, broker)
                try:
                    await system.start()
                    # At noon nobody's message waits for the morning.
                    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0) + timedelta(days=1)
                    await system.move_clock_to(noon)
                    await add_practices(home, {SENDER.code: SENDER.name})
                    yield TemporaryHome(home=home, system=system, first_start_seconds=first, start_seconds=second)
                finally:
                    await system.close()
        finally:
            limber(home, "down", check=False)


def _up(home: Home) -> float:
    began = time.monotonic()
    limber(home, "up", "--detach", "--empty", "--port", str(free_port()))
    return time.monotonic() - began


def limber(home: Home, command: str, *options: str, check: bool = True) -> None:
    """Run a limber command on the home."""
    line: Sequence[str] = [sys.executable, "-m", "limber_embedded", command, "--home", str(home.folder), *options]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise Problem(f"{command} failed: {done.stderr.strip() or done.stdout.strip()}")
