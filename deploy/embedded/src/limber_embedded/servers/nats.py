"""nats-server from its wheel, with JetStream on disk."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from limber_embedded.checkout import DEPLOY
from limber_embedded.nats_users import NatsUser, accounts_conf
from limber_embedded.problem import Problem
from limber_embedded.servers import programs, secret_files
from limber_embedded.servers.process import ServerProcess

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

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.settimeout(1)
            return connection.recv(5) == b"INFO "
        return False


def write_users(folder: Path, users: Sequence[NatsUser], *, readable_by_containers: bool = False) -> None:
    """Writes who may connect, and has nats-server itself check the whole configuration in that folder.

    A container's user is another one than the file's owner: there only the folder above keeps others out.
    """
    accounts = folder / "accounts.conf"
    secret_files.write(accounts, accounts_conf(users))
    if readable_by_containers:
        accounts.chmod(0o444)
    command = [str(programs.script("nats-server")), "--config", str(folder / _CONFIG), "-t"]
    check = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if check.returncode != 0:
        raise Problem(f"nats-server refuses its configuration in {folder}: {check.stderr.strip() or check.stdout.strip()}")
