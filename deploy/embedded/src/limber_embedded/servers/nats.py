"""nats-server from its wheel, with JetStream on disk."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from limber_embedded.checkout import DEPLOY
from limber_embedded.nats_users import NatsUser, accounts_conf
from limber_embedded.problem import Problem
from limber_embedded.servers import programs, secret_files
from limber_embedded.servers.process import ServerProcess, last_line

_CONFIG = "nats-server.conf"


class NatsServer(ServerProcess):
    """One broker on 127.0.0.1. `folder` holds its configuration and its store, which is encrypted with `key`."""

    stop_signal = signal.SIGTERM

    def __init__(self, *, folder: Path, log: Path, port: int, key: str, users: Sequence[NatsUser]) -> None:
        super().__init__(name="nats-server", log=log)
        self.folder = folder
        self.port = port
        self.key = key
        self.users = tuple(users)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def config(self) -> Path:
        return self.folder / _CONFIG

    def password(self, user: str) -> str:
        return next(known.password for known in self.users if known.name == user)

    def command(self) -> Sequence[str]:
        return [str(programs.script("nats-server")), "--config", str(self.config)]

    def start(self) -> None:
        self.prepare()
        super().start()

    def prepare(self) -> None:
        """Writes the configuration and has nats-server itself check it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(DEPLOY / "nats" / _CONFIG, self.config)
        (self.folder / "listen.conf").write_text(f"host: 127.0.0.1\nport: {self.port}\n")
        store = f"store_dir: {json.dumps(str(self.store))}\ncipher: chacha\nkey: {json.dumps(self.key)}\n"
        secret_files.write(self.folder / "store.conf", store)
        write_users(self.folder, self.users)

    def set_users(self, users: Sequence[NatsUser]) -> None:
        """Takes a new list of users without a restart: connections of users that stay are kept."""
        self.users = tuple(users)
        write_users(self.folder, self.users)
        if self.pid is not None and self.is_running:
            reload(pid=self.pid, log=self.log)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.settimeout(1)
            return connection.recv(5) == b"INFO "
        return False


def write_users(folder: Path, users: Sequence[NatsUser]) -> None:
    """Writes who may connect, and has nats-server itself check the whole configuration in that folder."""
    secret_files.write(folder / "accounts.conf", accounts_conf(users))
    command = [str(programs.script("nats-server")), "--config", str(folder / _CONFIG), "-t"]
    check = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if check.returncode != 0:
        raise Problem(f"nats-server refuses its configuration in {folder}: {check.stderr.strip() or check.stdout.strip()}")


def reload(*, pid: int, log: Path, seconds: float = 10) -> None:
    """Has a running nats-server read its configuration again, and returns once it has.

    Twice, because nats-server 2.15.1 finds no stream behind the imports of an account that a reload brought until the next one.
    """
    for _ in range(2):
        _reload_once(pid, log, seconds)


def _reload_once(pid: int, log: Path, seconds: float) -> None:
    already = log.stat().st_size
    os.kill(pid, signal.SIGHUP)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with log.open("rb") as lines:
            lines.seek(already)
            said = lines.read()
        if b"Reloaded server configuration" in said:
            return
        if b"Failed to reload" in said:
            raise Problem(f"nats-server refuses its new configuration: {last_line(log)}")
        time.sleep(0.01)
    raise Problem(f"nats-server did not take its new configuration within {seconds:.0f} seconds (its log: {log})")
