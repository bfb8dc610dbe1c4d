"""Outside organisations: a row in enrolment's database, a user of the broker, and a durable for their receipts."""

import contextlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import nats
from nats.aio.client import Client

from limber_embedded import nats_users
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files
from limber_embedded.servers.nats import reload, write_users
from limber_streams.apply import ensure_durable
from limber_streams.declaration import load

CHANNELS = ("gp",)
_CODE = re.compile(r"[A-Z0-9]{3,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation that may send."""

    channel: str
    code: str
    name: str


async def add(home: Home, organisation: Organisation) -> tuple[str, str]:
    """Returns the NATS user and its password, which the home keeps too; again for a known one it renews nothing.

    The code is an ODS code: 3 to 10 capital letters and digits.
    """
    if not _CODE.fullmatch(organisation.code):
        raise Problem(f"{organisation.code!r} is not an ODS code: 3 to 10 capital letters and digits, such as A81001.")
    connection = await asyncpg.connect(home.dsn("enrolment"))
    try:
        await connection.execute(
            "INSERT INTO organisations (code, channel, name, added_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (channel, code) DO UPDATE SET name = excluded.name",
            organisation.code,
            organisation.channel,
            organisation.name,
            datetime.now(UTC),
        )
    finally:
        await connection.close()
    user = nats_users.organisation_user(channel=organisation.channel, organisation=organisation.code)
    if not home.nats_password_file(user).exists():
        secret_files.write(home.nats_password_file(user), secrets.token_hex(32))
        write_users(home.folder / "nats", home.nats_users())
        reload(pid=home.pids["nats-server"], log=home.log("nats-server"))
    async with admin_client(home) as client:
        durable = load().receipts_durable(channel=organisation.channel, organisation=organisation.code)
        await ensure_durable(client, durable)
    return home.credentials(user)


async def known(home: Home) -> list[Organisation]:
    """All of them, by channel and code."""
    connection = await asyncpg.connect(home.dsn("enrolment"))
    try:
        rows = await connection.fetch("SELECT channel, code, name FROM organisations ORDER BY channel, code")
    finally:
        await connection.close()
    return [Organisation(channel=row["channel"], code=row["code"], name=row["name"]) for row in rows]


@contextlib.asynccontextmanager
async def admin_client(home: Home) -> AsyncIterator[Client]:
    """A connection to a running home's broker as its administrator."""
    user, password = home.credentials()
    prefix = nats_users.inbox_prefix(user)
    client = await nats.connect(
        home.nats_url, user=user, password=password, inbox_prefix=prefix, allow_reconnect=False, error_cb=_quiet
    )
    try:
        yield client
    finally:
        await client.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is raised as well; the client's own report would be a stack trace."""
