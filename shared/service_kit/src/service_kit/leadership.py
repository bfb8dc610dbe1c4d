"""One instance of a service is active; the others stand by until it is gone."""

import asyncio
from contextlib import suppress

import asyncpg

from service_kit.database import plain_dsn
from service_kit.logs import logger
from service_kit.waiting import set_within

_LOCK_NAME = "active instance"
_RETRY_SECONDS = 0.3
_PROBE_SECONDS = 1.0
_PROBE_TIMEOUT_SECONDS = 5.0


class Leadership:
    """Holds an advisory lock on a connection of its own, outside the pool; with that connection the lead is lost, at once."""

    def __init__(self, database_url: str) -> None:
        self._dsn = plain_dsn(database_url)
        self.active = asyncio.Event()
        self._lost = asyncio.Event()

    async def run(self) -> None:
        """Seek the lead, keep it, and seek it again when it was lost, until cancelled."""
        while True:
            try:
                await self._lead_once()
            except Exception as error:  # noqa: BLE001 - a connection that dies may say anything, and the lead is lost all the same
                logger().debug("lead not available", error=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _lead_once(self) -> None:
        connection = await asyncpg.connect(
            self._dsn, timeout=5, server_settings={"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2"}
        )
        try:
            connection.add_termination_listener(self._on_lost)
            while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", _LOCK_NAME):  # noqa: ASYNC110 - another process has it
                await asyncio.sleep(_RETRY_SECONDS)
            self._lost.clear()
            self.active.set()
            logger().info("active")
            while not connection.is_closed():
                if await set_within(self._lost, _PROBE_SECONDS):
                    break
                await connection.fetchval("SELECT 1", timeout=_PROBE_TIMEOUT_SECONDS)
        finally:
            self._on_lost()
            connection.remove_termination_listener(self._on_lost)
            with suppress(Exception):
                await connection.close(timeout=1)

    def _on_lost(self, _: object = None) -> None:
        if self.active.is_set():
            logger().warning("standing by")
        self.active.clear()
        self._lost.set()
