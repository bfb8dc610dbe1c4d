"""What `docker-compose.yml` needs beside it: a home with secrets, certificates and the broker's configuration.

The containers' users are others than the owner of these files, so the files are readable and the home's folder is not: 0700.
"""

import base64
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limber_embedded import nats_users
from limber_embedded.checkout import CHECKOUT, DEPLOY, SERVICES
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files
from limber_embedded.servers.nats import write_users

DEFAULT_FOLDER = CHECKOUT / ".limber" / "containers"
ENVIRONMENT_FILE = CHECKOUT / ".env"
_SETTINGS_HEAD = """\
# Further settings of {service}, a line each: LIMBER_NAME=value. docs/operating.md lists them.
# Files that they name lie beside this one, readable by everybody, and are called /etc/limber/NAME here.
"""
_SETTINGS = "settings.env"
_READABLE = 0o444
_FOLDER = 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an operator says once. Ports are published on `bind`; names are those by which others reach the broker."""

    environment: str
    public_url: str
    bind: str
    http_port: int
    nats_port: int
    postgres_port: int
    broker_names: tuple[str, ...]


def prepare(home: Home, wishes: Wishes) -> None:
    """Makes what is missing and keeps what is there: secrets, the broker's certificate, its configuration, the addresses.

    Problem if the home is one of `./limber up`.
    """
    if home.state and not home.is_elsewhere:
        raise Problem(f"{home.folder} belongs to ./limber up. Choose another folder for the containers with --home.")
    home.create()
    home.folder.chmod(0o700)
    home.write_state(
        {
            "elsewhere": "containers",
            "ready": True,
            "was_ready": True,
            "environment": wishes.environment,
            "public_url": wishes.public_url,
            "port": wishes.http_port,
            "nats_url": f"tls://{wishes.bind}:{wishes.nats_port}",
            "postgres_address": f"{wishes.bind}:{wishes.postgres_port}",
            "processes": {},
        }
    )
    for name in ("postgres-admin", *(home.database_password_file(service).name for service in SERVICES)):
        secret_files.kept(home.secrets / name)
    users = home.nats_users()
    _broker(home, names=("nats", "*.nats", "localhost", wishes.bind, *wishes.broker_names))
    write_users(home.folder / "nats", users, readable_by_containers=True)
    for service in SERVICES:
        _own_settings(home, service)
    for path in _seen_by_containers(home):
        path.chmod(_READABLE)
    home.secrets.chmod(_FOLDER)


def write_environment(home: Home, wishes: Wishes, *, file: Path = ENVIRONMENT_FILE) -> None:
    """Writes the file that `docker compose` reads by itself. What an operator added to it stays."""
    ours = {
        "COMPOSE_PROFILES": "all",
        "LIMBER_HOME": str(home.folder),
        "LIMBER_ENVIRONMENT": wishes.environment,
        "LIMBER_PUBLIC_URL": wishes.public_url,
        "LIMBER_BIND": wishes.bind,
        "LIMBER_PORT": str(wishes.http_port),
        "LIMBER_NATS_PORT": str(wishes.nats_port),
        "LIMBER_POSTGRES_PORT": str(wishes.postgres_port),
    }
    before = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in before if line.partition("=")[0].strip() not in ours]
    secret_files.write(file, "\n".join([*(f"{name}={value}" for name, value in ours.items()), *kept]) + "\n")


def secret_objects(home: Home, *, namespace: str) -> list[dict[str, Any]]:
    """The Secrets that `deploy/kubernetes` asks for.

    One for the broker, one for the streams' Job, and two for each service, the second with the files that its settings name.
    """
    authority = home.folder / "nats" / "ca.pem"
    broker = ("accounts.conf", "store.conf", "server.pem", "server.key", "ca.pem")
    wanted: dict[str, dict[str, Path]] = {
        "nats": {name: home.folder / "nats" / name for name in broker},
        "nats-admin": {"password": home.nats_password_file(nats_users.ADMIN), "nats-ca.pem": authority},
    }
    for service in SERVICES:
        wanted[service] = {
            "database-password": home.database_password_file(service),
            "nats-password": home.nats_password_file(service),
            "nats-ca.pem": authority,
        }
        folder = home.folder / "settings" / service
        wanted[f"{service}-files"] = {path.name: path for path in sorted(folder.iterdir()) if path.name != _SETTINGS}
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/part-of": "limber"}},
            "type": "Opaque",
            "data": {key: base64.b64encode(path.read_bytes()).decode() for key, path in files.items()},
        }
        for name, files in wanted.items()
    ]


def _own_settings(home: Home, service: str) -> None:
    """The folder that this service alone sees as /etc/limber: its further settings, and the files that they name."""
    folder = home.folder / "settings" / service
    folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    file = folder / _SETTINGS
    if not file.exists():
        file.write_text(_SETTINGS_HEAD.format(service=service))


def _seen_by_containers(home: Home) -> list[Path]:
    return [
        home.secrets / "postgres-admin",
        home.nats_password_file(nats_users.ADMIN),
        *(path for service in SERVICES for path in (home.database_password_file(service), home.nats_password_file(service))),
    ]


def _broker(home: Home, *, names: Sequence[str]) -> None:
    from limber_embedded import certificates  # noqa: PLC0415 - the other commands shall not carry cryptography

    folder = home.folder / "nats"
    folder.mkdir(mode=_FOLDER, exist_ok=True)
    folder.chmod(_FOLDER)
    certificates.ensure(folder, names=names)
    shutil.copyfile(DEPLOY / "nats" / "nats-server.conf", folder / "nats-server.conf")
    key = secret_files.kept(home.secrets / "nats-store-key")
    # Relative paths: nats-server runs in this folder, in its container as well as when the configuration is checked.
    written = {
        "listen.conf": (
            "host: 0.0.0.0\nport: 4222\nhttp: 127.0.0.1:8222\n"
            'tls { cert_file: "server.pem", key_file: "server.key", min_version: "1.2" }\n'
        ),
        "store.conf": f'store_dir: "/data"\ncipher: chacha\nkey: {json.dumps(key)}\n',
        "accounts.conf": "",
    }
    for name, text in written.items():
        secret_files.write(folder / name, text)
        (folder / name).chmod(_READABLE)
    (folder / "nats-server.conf").chmod(_READABLE)
