"""PostgreSQL 18 from its wheel: data folder, socket, roles and databases."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import asyncpg

from limber_embedded.checkout import DEPLOY
from limber_embedded.problem import Problem
from limber_embedded.servers import programs
from limber_embedded.servers.process import ServerProcess, last_line
from limber_embedded.servers.unprivileged import unprivileged

ADMIN = "limber_admin"
_MAJOR = "18"
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 107  # bytes; a limit of the kernel


class PostgresServer(ServerProcess):
    """One PostgreSQL on a Unix socket. `folder` holds what it keeps; `settings` override deploy/postgres/postgresql.conf."""

    stop_signal = signal.SIGINT  # "fast": ends the connections, then stops

    def __init__(self, *, folder: Path, log: Path, admin_password: str, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(name="PostgreSQL", log=log)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.sockets = _socket_folder(self.folder)
        self.admin_password = admin_password
        self._settings = dict(settings or {})
        self._runner = unprivileged(folder=self.folder, program=programs.postgres("postgres"))

    def prepare(self) -> None:
        """Makes the data folder on first use; refuses one that is not PostgreSQL 18's."""
        if not self.data.exists():
            self._initialise()
        version = self.data / "PG_VERSION"
        found = version.read_text(errors="replace").strip()[:20] if version.is_file() else None
        if found != _MAJOR:
            says = f"its PG_VERSION says {found!r}" if found is not None else "it has no PG_VERSION"
            raise Problem(
                f"{self.data} doesn't hold a PostgreSQL {_MAJOR} database: {says}. "
                "Restore it, or move it away to begin with an empty one."
            )
        for name in ("postgresql.conf", "pg_hba.conf"):
            shutil.copyfile(DEPLOY / "postgres" / name, self.data / name)
            self._runner.give(self.data / name)

    def command(self) -> Sequence[str]:
        settings = {"unix_socket_directories": str(self.sockets), **self._settings}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*self._runner.prefix, str(programs.postgres("postgres")), "-D", str(self.data), *options]

    def start(self) -> None:
        self.prepare()
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self._runner.give(self.sockets)
        super().start()

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its line 8
        return False

    def url(self, *, database: str, user: str, password: str | None = None, driver: str = "postgresql") -> str:
        """An address for asyncpg, or with driver="postgresql+asyncpg" for SQLAlchemy."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"{driver}://{quote(user)}{secret}@/{quote(database)}?{urlencode({'host': str(self.sockets)})}"

    @contextlib.asynccontextmanager
    async def admin(self, *, database: str = "postgres") -> AsyncIterator[Any]:
        """A connection of the superuser."""
        connection = await asyncpg.connect(self.url(database=database, user=ADMIN, password=self.admin_password))
        try:
            yield connection
        finally:
            await connection.close()

    async def ensure_database(self, *, name: str, password: str) -> None:
        """One role and one database of that name; nobody else may connect to it."""
        async with self.admin() as connection:
            role = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
            action = "ALTER" if role else "CREATE"
            await connection.execute(f"{action} ROLE {_quoted(name)} LOGIN PASSWORD {_literal(password)}")
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(name)}")
            for database in (name, "postgres", "template1"):
                await connection.execute(f"REVOKE CONNECT ON DATABASE {_quoted(database)} FROM PUBLIC")

    def _initialise(self) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = self.folder / "password.new"
        password.touch(mode=0o600)
        password.write_text(self.admin_password)
        self._runner.give(fresh, password)
        command = [
            *self._runner.prefix,
            str(programs.postgres("initdb")),
            *("--pgdata", str(fresh), "--username", ADMIN, "--pwfile", str(password)),
            *("--auth-local", "scram-sha-256", "--auth-host", "reject", "--encoding", "UTF8"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
        ]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.log.open("ab") as log:
                done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        finally:
            password.unlink()
        if done.returncode != 0:
            raise Problem(f"PostgreSQL could not make its data folder: {last_line(self.log)} (its log: {self.log})")
        fresh.rename(self.data)


def _socket_folder(folder: Path) -> Path:
    """Inside `folder`, or under the temporary folder where that path would be too long for a socket."""
    inside = folder / "socket"
    if len(os.fsencode(inside / _SOCKET)) <= _LONGEST_SOCKET:
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"limber-{os.geteuid()}-{digest}"
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
    state = short.lstat()
    if not short.is_dir() or short.is_symlink() or state.st_mode & 0o077:
        raise Problem(f"{short} should be a private folder for PostgreSQL's socket and is not. Remove it.")
    return short


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
