"""Keeps one home's processes running: starts them in order, starts again what ends, stops them in order."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from limber_embedded import replay, running_processes, staff
from limber_embedded.broker import admin_client
from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_embedded.migrations import migrate_all
from limber_embedded.nats_users import NatsUser
from limber_embedded.pause import Pause
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files
from limber_embedded.servers.caddy import CaddyServer
from limber_embedded.servers.nats import NatsServer
from limber_embedded.servers.ports import free_port, is_free
from limber_embedded.servers.postgres import PostgresServer
from limber_embedded.servers.process import ServerProcess
from limber_embedded.servers.service import ServiceProcess
from limber_streams.apply import CannotApplyError, apply
from limber_streams.declaration import DeclarationError, load

_WATCH_SECONDS = 0.1
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0  # one that ran for so long begins again with the first pause

log = logging.getLogger("limber")


@dataclass(kw_only=True)
class _Watched:
    """A process and when it may be started again."""

    process: ServerProcess
    pause: float = _FIRST_PAUSE
    started_at: float = field(default_factory=time.monotonic)
    start_again_at: float | None = None


class _Broker(NatsServer):
    """Reads the home's users each time it starts: an organisation may have been added meanwhile."""

    def __init__(self, *, home: Home, port: int) -> None:
        self._home = home
        key = secret_files.kept(home.secrets / "nats-store-key")
        super().__init__(folder=home.folder / "nats", log=home.log("nats-server"), port=port, key=key, users=home.nats_users())

    def prepare(self) -> None:
        self.users: tuple[NatsUser, ...] = tuple(self._home.nats_users())
        super().prepare()


class Supervisor:
    """Everything of one home. `say` is told each step in words."""

    def __init__(self, *, home: Home, port: int, environment: str, say: Callable[[str], None]) -> None:
        self._home = home
        self._port = port
        self._environment = environment
        self._say = say
        self._stopping = threading.Event()
        self._watched: list[_Watched] = []
        self._state: dict[str, Any] = {}
        self._pause = Pause(home)
        self.is_first_time = False

    def ask_to_stop(self, *_: object) -> None:
        """Makes `watch` return soon; safe in a signal handler."""
        self._stopping.set()

    def start(self) -> None:
        """Starts everything and returns when it serves. On a problem, stops what it started and says what was wrong."""
        self._home.create()
        stop_orphans(self._home)
        if not is_free(self._port):
            raise Problem(f"Port {self._port} is taken by another program. Stop that one, or choose another port with --port.")
        postgres, broker, services, caddy = self._plan()
        try:
            self._start(postgres, "PostgreSQL")
            asyncio.run(self._databases(postgres))
            self._start(broker, "the broker")
            store_was_lost = asyncio.run(self._streams())
            self._say("Preparing the databases of the services")
            urls = {name: self._home.dsn(name, driver="postgresql+asyncpg") for name in SERVICES}
            migrate_all(urls=urls, log=self._home.log("migrations"))
            if store_was_lost:
                self._say("The broker's store is empty: it is filled again from the databases")
                log.warning("the broker's store was empty; told again: %s", replay.mark_everything_untold(self._home))
            if self._environment != "production":
                asyncio.run(staff.ensure_first_admin(self._home))
            self._say(f"Starting {', '.join(service.name for service in services)}")
            for service in services:
                self._begin(service)
            for service in services:
                self._wait(service)
            self._start(caddy, "the front door")
        except BaseException:
            self.stop()
            raise
        self.is_first_time = not self._state["was_ready"]
        self._state |= {"ready": True, "was_ready": True}
        self._write_state()

    def watch(self) -> None:
        """Starts again whatever ends, after a pause that grows while it keeps ending; returns when asked to stop.

        While somebody holds the home's pause, its services stay stopped.
        """
        while not self._stopping.wait(_WATCH_SECONDS):
            paused, wanted = bool(self._state.get("paused")), self._pause.is_held
            if wanted and not paused:
                self._stop_services()
            elif paused and not wanted:
                self._resume_services()
            for watched in self._watched:
                if not (wanted and isinstance(watched.process, ServiceProcess)):
                    self._look_at(watched)

    def stop(self) -> None:
        """The front door first, then the services together, the broker, and the database last."""
        self._state |= {"ready": False, "paused": False}
        processes = [watched.process for watched in reversed(self._watched)]
        for kind in (CaddyServer, ServiceProcess, NatsServer, PostgresServer):
            group = [process for process in processes if isinstance(process, kind)]
            with ThreadPoolExecutor() as pool:
                list(pool.map(ServerProcess.stop, group))
        self._watched = []
        self._state = {**self._state, "processes": {}}
        self._write_state()

    def _plan(self) -> tuple[PostgresServer, NatsServer, Sequence[ServiceProcess], CaddyServer]:
        home, before = self._home, self._home.state
        password = secret_files.kept(home.secrets / "postgres-admin")
        postgres = PostgresServer(folder=home.folder / "postgres", log=home.log("PostgreSQL"), admin_password=password)
        broker = _Broker(home=home, port=free_port(preferred=before.get("nats_port")))
        ports = {name: free_port(preferred=before.get("service_ports", {}).get(name)) for name in SERVICES}
        smtp_port = free_port(preferred=before.get("smtp_port"))
        self._state = {
            "ready": False,
            "was_ready": before.get("was_ready", False),
            "supervisor": running_processes.identity(os.getpid()),
            "environment": self._environment,
            "port": self._port,
            "public_url": f"http://localhost:{self._port}",
            "nats_port": broker.port,
            "service_ports": ports,
            "smtp_port": smtp_port,
            "postgres_socket": str(postgres.sockets),
            "processes": {},
        }
        self._write_state()
        services = [
            ServiceProcess(name=name, log=home.log(name), port=port, settings=home.service_settings(name))
            for name, port in ports.items()
        ]
        caddy = CaddyServer(folder=home.folder / "caddy", log=home.log("caddy"), port=self._port, service_ports=ports)
        return postgres, broker, services, caddy

    async def _databases(self, postgres: PostgresServer) -> None:
        try:
            for name in SERVICES:
                await postgres.ensure_database(name=name, password=secret_files.kept(self._home.database_password_file(name)))
        except asyncpg.InvalidPasswordError as error:
            secret = self._home.secrets / "postgres-admin"
            raise Problem(f"PostgreSQL refuses the password in {secret}: its data folder was made with another one.") from error

    async def _streams(self) -> bool:
        """Makes the broker match the declaration; says whether a home that had run before finds its store empty."""
        try:
            async with admin_client(self._home) as client:
                was_lost = self._state["was_ready"] and await replay.is_store_empty(client)
                for phrase in await apply(client, load()):
                    log.info(phrase)
                await replay.ensure_receipts(self._home, client, load())
        except (CannotApplyError, DeclarationError) as error:
            raise Problem(f"The streams could not be made as deploy/nats/streams.toml says. {error}") from error
        return was_lost

    def _start(self, process: ServerProcess, words: str) -> None:
        self._say(f"Starting {words}")
        self._begin(process)
        self._wait(process)

    def _begin(self, process: ServerProcess) -> None:
        process.start()
        self._watched.append(_Watched(process=process))
        self._note(process)

    def _wait(self, process: ServerProcess) -> None:
        process.wait_until_ready(seconds=60, give_up=self._stopping.is_set)

    def _stop_services(self) -> None:
        log.info("stopping the services, because somebody asked for a pause")
        with ThreadPoolExecutor() as pool:
            list(pool.map(ServerProcess.stop, [watched.process for watched in self._services()]))
        self._state["paused"] = True
        self._write_state()

    def _resume_services(self) -> None:
        log.info("starting the services again after a pause")
        for watched in self._services():
            watched.pause = _FIRST_PAUSE
            self._start_again(watched)
        self._state["paused"] = False
        self._write_state()

    def _services(self) -> list[_Watched]:
        return [watched for watched in self._watched if isinstance(watched.process, ServiceProcess)]

    def _look_at(self, watched: _Watched) -> None:
        process, now = watched.process, time.monotonic()
        if watched.start_again_at is not None:
            if now >= watched.start_again_at:
                self._start_again(watched)
        elif not process.is_running:
            if now - watched.started_at > _STEADY_SECONDS:
                watched.pause = _FIRST_PAUSE
            log.warning("%s ended (%s); starting it again in %.1f s", process.name, process.ending, watched.pause)
            watched.start_again_at = now + watched.pause
            watched.pause = min(watched.pause * 2, _LONGEST_PAUSE)

    def _start_again(self, watched: _Watched) -> None:
        watched.start_again_at = None
        watched.started_at = time.monotonic()
        try:
            watched.process.start()
        except (Problem, OSError) as error:
            log.warning("%s could not be started: %s", watched.process.name, error)
            watched.start_again_at = time.monotonic() + watched.pause
            return
        log.info("%s was started again", watched.process.name)
        self._note(watched.process)

    def _note(self, process: ServerProcess) -> None:
        self._state["processes"][process.name] = running_processes.identity(process.pid or 0)
        self._write_state()

    def _write_state(self) -> None:
        self._home.write_state(self._state)


def stop_orphans(home: Home) -> None:
    """Stops what a supervisor that was killed left running, in the usual order."""
    recorded = home.state.get("processes", {})
    order = ("caddy", *SERVICES, "nats-server", "PostgreSQL")
    for name in order:
        if name in recorded and running_processes.is_alive(recorded[name]):
            log.info("stopping %s, left behind by an earlier run", name)
            number = signal.SIGINT if name == "PostgreSQL" else signal.SIGTERM
            running_processes.stop(recorded[name], signal_number=number)
