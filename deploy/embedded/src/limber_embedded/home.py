"""One home: the folder in which a single-machine Limber keeps its data, secrets, logs and what is running."""

import contextlib
import fcntl
import json
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from limber_embedded import nats_users
from limber_embedded.checkout import CHECKOUT, SERVICES
from limber_embedded.nats_users import NatsUser
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files
from limber_streams.declaration import load

DEFAULT_HOME = CHECKOUT / ".limber" / "home"
_LOCK_TRIES = 10
_LOCK_PAUSE_SECONDS = 0.05
# What an operator may set for one service when it is started.
_PASSED_ON = {"enrolment": ("LIMBER_WEBHOOK_PRIVATE_HOSTS",)}


class Home:
    """Paths and secrets of a home; addresses and process ids too while it is running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.secrets = self.folder / "secrets"
        self.logs = self.folder / "logs"

    @classmethod
    def running(cls, folder: Path = DEFAULT_HOME) -> "Home":
        """Opens a home that is up and ready; otherwise says how to start it."""
        home = cls(folder)
        if not home.is_running:
            raise Problem(f"Limber is not running in {home.folder}. Start it with ./limber up{home.option}.")
        if not home.state.get("ready"):
            raise Problem(f"Limber is still starting in {home.folder}. Try again in a moment.")
        return home

    @property
    def option(self) -> str:
        """What a command needs to mean this home."""
        return "" if self.folder == DEFAULT_HOME else f" --home {self.folder}"

    def create(self) -> None:
        """Makes the folder on first use; says so if that isn't possible."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.secrets.mkdir(mode=0o700, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            probe = self.folder / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise Problem(f"The home {self.folder} can't be written: {error.strerror}. Choose another with --home.") from error

    # --- what is running ---------------------------------------------------------------------------------------------

    @property
    def state(self) -> dict[str, Any]:
        """The content of state.json; empty when there is none."""
        try:
            content = json.loads((self.folder / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def write_state(self, state: dict[str, Any]) -> None:
        secret_files.write(self.folder / "state.json", json.dumps(state, indent=2) + "\n")

    @property
    def is_elsewhere(self) -> bool:
        """Whether the processes of this home are containers or somebody else's; this folder has their secrets and addresses."""
        return bool(self.state.get("elsewhere"))

    @property
    def is_running(self) -> bool:
        """Whether a supervisor holds this home's lock. What runs elsewhere says itself, when it is asked something."""
        if self.is_elsewhere:
            return True
        try:
            with (self.folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Held by the one supervisor of this home for as long as it lives."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _obtained(descriptor):
                address = self.state.get("public_url", "another port")
                raise Problem(f"Limber is already running in {self.folder} ({address}). ./limber down{self.option} stops it.")
            yield
        finally:
            os.close(descriptor)

    @property
    def port(self) -> int:
        """Of the front door."""
        return int(self.state["port"])

    @property
    def public_url(self) -> str:
        """Of the front door, without a slash at its end."""
        return str(self.state["public_url"])

    @property
    def nats_url(self) -> str:
        state = self.state
        return str(state.get("nats_url") or f"nats://127.0.0.1:{state['nats_port']}")

    @property
    def nats_ca_file(self) -> Path | None:
        """Whose certificates the broker shows; None where it is on this machine and without TLS."""
        path = self.folder / "nats" / "ca.pem"
        return path if path.exists() else None

    def nats_tls(self) -> ssl.SSLContext | None:
        """For `nats.connect`."""
        return ssl.create_default_context(cafile=self.nats_ca_file) if self.nats_ca_file else None

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name: supervisor, PostgreSQL, nats-server, the services, caddy."""
        processes = {name: int(entry["pid"]) for name, entry in self.state.get("processes", {}).items()}
        return {"supervisor": int(self.state["supervisor"]["pid"]), **processes}

    def service_url(self, service: str) -> str:
        """Straight to the service, past the front door, where that can be reached; its paths begin with /<service>/ too."""
        if self.is_elsewhere:
            return self.public_url
        return f"http://127.0.0.1:{self.state['service_ports'][service]}"

    def service_settings(self, service: str) -> dict[str, str]:
        """The environment of one service of this home: where everything is; passwords are files."""
        state = self.state
        return {
            "LIMBER_DATABASE_URL": self.database_url(service),
            "LIMBER_DATABASE_PASSWORD_FILE": str(self.database_password_file(service)),
            "LIMBER_NATS_URL": self.nats_url,
            "LIMBER_NATS_USER": service,
            "LIMBER_NATS_PASSWORD_FILE": str(self.nats_password_file(service)),
            **({"LIMBER_NATS_CA_FILE": str(self.nats_ca_file)} if self.nats_ca_file else {}),
            "LIMBER_HTTP_HOST": "127.0.0.1",
            "LIMBER_PUBLIC_URL": self.public_url,
            "LIMBER_ENVIRONMENT": str(state["environment"]),
            "LIMBER_LOG_LEVEL": os.environ.get("LIMBER_LOG_LEVEL", "info"),
            **{name: os.environ[name] for name in _PASSED_ON.get(service, ()) if name in os.environ},
            **({"LIMBER_MAILBOX_SMTP_PORT": str(state["smtp_port"])} if service == "notifications" else {}),
        }

    def log(self, name: str) -> Path:
        return self.logs / f"{name.lower()}.log"

    # --- databases ---------------------------------------------------------------------------------------------------

    def dsn(self, service: str, *, driver: str = "postgresql") -> str:
        """For asyncpg, or with driver="postgresql+asyncpg" for SQLAlchemy, as the service's own role. It holds the password."""
        password = quote(secret_files.kept(self.database_password_file(service)), safe="")
        return f"{driver}://{service}:{password}@{self._database_place(service)}"

    def database_url(self, service: str) -> str:
        """For LIMBER_DATABASE_URL, without the password."""
        return f"postgresql+asyncpg://{service}@{self._database_place(service)}"

    def _database_place(self, service: str) -> str:
        state = self.state
        if "postgres_address" in state:
            return f"{state['postgres_address']}/{service}"
        return f"/{service}?{urlencode({'host': state['postgres_socket']})}"

    def database_password_file(self, service: str) -> Path:
        return self.secrets / f"postgres-{service}"

    # --- the broker --------------------------------------------------------------------------------------------------

    def credentials(self, user: str = nats_users.ADMIN) -> tuple[str, str]:
        """(user, password) of `admin`, of a service, or of an organisation such as `gp_A81001`."""
        path = self.nats_password_file(user)
        if not path.exists():
            raise Problem(f"There is no NATS user {user} in {self.folder}.")
        return user, path.read_text().strip()

    def nats_password_file(self, user: str) -> Path:
        known = user in {nats_users.ADMIN, nats_users.SYSTEM, *SERVICES}
        return self.secrets / (f"nats-{user}" if known else f"organisations/{user}")

    def organisations(self) -> list[tuple[str, str]]:
        """(channel, code) of every outside organisation that has a NATS user."""
        folder = self.secrets / "organisations"
        names = sorted(path.name for path in folder.iterdir() if "." not in path.name) if folder.is_dir() else []
        return [(channel, code) for channel, _, code in (name.partition("_") for name in names)]

    def nats_users(self) -> list[NatsUser]:
        """Everyone who may connect to the broker, with passwords made on first use."""
        declaration = load()
        return [
            nats_users.admin(password=secret_files.kept(self.nats_password_file(nats_users.ADMIN))),
            nats_users.system(password=secret_files.kept(self.nats_password_file(nats_users.SYSTEM))),
            *(
                nats_users.service(name=name, password=secret_files.kept(self.nats_password_file(name)), declaration=declaration)
                for name in SERVICES
            ),
            *(
                nats_users.organisation(
                    channel=channel,
                    organisation=code,
                    password=self.credentials(nats_users.organisation_user(channel=channel, organisation=code))[1],
                    declaration=declaration,
                )
                for channel, code in self.organisations()
            ),
        ]

    # --- staff -------------------------------------------------------------------------------------------------------

    @property
    def admin_token_file(self) -> Path:
        return self.secrets / "admin-token"

    @property
    def admin_token(self) -> str:
        """The first administrator's, for commands that ask the services something. A production home has none."""
        if not self.admin_token_file.exists():
            raise Problem(f"{self.folder} keeps no administrator's token (a production home never does).")
        return self.admin_token_file.read_text().strip()


def _obtained(descriptor: int) -> bool:
    """Whether the lock is ours; tried for a moment, because whoever asks `is_running` holds it for an instant."""
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return True
    return False
