"""Outside organisations: rows in enrolment's database, a user of the broker, and a durable for their receipts."""

import contextlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from limber_embedded import nats_users
from limber_embedded.broker import admin_client, take_users
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files
from limber_streams.apply import ensure_durable
from limber_streams.declaration import load
from service_kit import api_keys

CHANNELS = nats_users.channels()
_CODE = re.compile(r"[A-Z0-9]{3,10}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation that may send. The code is an ODS code or, where an organisation has none, one like it."""

    channel: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an organisation gets. `api_key` is None when none was made now: a key is shown once."""

    nats_user: str
    nats_password: str
    api_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An organisation as `./limber organisations list` shows it, with the ids of the keys that it may use now."""

    organisation: Organisation
    revoked_at: datetime | None
    keys: tuple[tuple[str, datetime | None], ...]


async def add(home: Home, organisation: Organisation, *, with_api_key: bool = True, expires_in: timedelta | None = None) -> Given:
    """Make an organisation known. What it has already is not renewed; one that was revoked gets new credentials.

    Problem if the code isn't 3 to 10 capital letters and digits.
    """
    if not _CODE.fullmatch(organisation.code):
        raise Problem(f"{organisation.code!r} is not an ODS code: 3 to 10 capital letters and digits, such as A81001.")
    async with _enrolment(home) as connection:
        await connection.execute(
            "INSERT INTO organisations (code, channel, name, added_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (channel, code) DO UPDATE SET name = excluded.name, revoked_at = NULL",
            organisation.code,
            organisation.channel,
            organisation.name,
            datetime.now(UTC),
        )
        has_key = await connection.fetchval(
            "SELECT 1 FROM api_keys WHERE channel = $1 AND organisation = $2 AND revoked_at IS NULL"
            " AND (expires_at IS NULL OR expires_at > now())",
            organisation.channel,
            organisation.code,
        )
        key = None
        if with_api_key and not has_key:
            key = await _make_key(connection, organisation.channel, organisation.code, expires_in)
    user = nats_users.organisation_user(channel=organisation.channel, organisation=organisation.code)
    if not home.nats_password_file(user).exists():
        secret_files.write(home.nats_password_file(user), secrets.token_hex(32))
        await take_users(home)
    async with admin_client(home) as client:
        durable = load().receipts_durable(channel=organisation.channel, organisation=organisation.code)
        await ensure_durable(client, durable)
    return Given(nats_user=user, nats_password=home.credentials(user)[1], api_key=key)


async def rotate_key(
    home: Home, *, channel: str, code: str, expires_in: timedelta | None = None, old_for: timedelta = timedelta()
) -> str:
    """Return a new API key; those before it are refused at once, or after `old_for`."""
    async with _enrolment(home) as connection:
        await _require_known(connection, channel, code)
        now = datetime.now(UTC)
        await connection.execute(
            "UPDATE api_keys SET revoked_at = CASE WHEN $4 THEN $3::timestamptz END,"
            " expires_at = least(expires_at, $3::timestamptz)"
            " WHERE channel = $1 AND organisation = $2 AND revoked_at IS NULL",
            channel,
            code,
            now + old_for,
            not old_for,
        )
        return await _make_key(connection, channel, code, expires_in)


async def allow_fetching(home: Home, *, channel: str, code: str, host: str, may_be_private: bool, remove: bool = False) -> None:
    """Let an organisation name a host (`example.org`, or with a port) from which its promised referrals are fetched, or no more.

    What waited for that is tried at once. Problem if the host isn't a name or an address.
    """
    name, _, port = host.lower().partition(":")
    if not _HOST.fullmatch(name) or (port and not port.isdecimal()):
        raise Problem(f"{host!r} is not a host: a name such as referrals.example.org, perhaps with a port.")
    full = f"{name}:{port or 443}"
    async with _enrolment(home) as connection:
        await _require_known(connection, channel, code)
        if remove:
            await connection.execute(
                "DELETE FROM fetch_hosts WHERE channel = $1 AND organisation = $2 AND host = $3", channel, code, full
            )
            return
        await connection.execute(
            "INSERT INTO fetch_hosts (channel, organisation, host, may_be_private, added_at) VALUES ($1, $2, $3, $4, now())"
            " ON CONFLICT (channel, organisation, host) DO UPDATE SET may_be_private = excluded.may_be_private",
            channel,
            code,
            full,
            may_be_private,
        )
        await connection.execute(
            "UPDATE promised_referrals SET state = 'waiting', attempts = 0, due_at = now()"
            " WHERE channel = $1 AND organisation = $2 AND state = 'failed'"
            " AND problem IN ('host_not_allowed', 'private_address')",
            channel,
            code,
        )


async def revoke(home: Home, *, channel: str, code: str) -> None:
    """Refuse the organisation's API keys and its NATS user from now on. What it sent stays, and receipts are kept for it."""
    async with _enrolment(home) as connection:
        await _require_known(connection, channel, code)
        now = datetime.now(UTC)
        await connection.execute("UPDATE organisations SET revoked_at = $3 WHERE channel = $1 AND code = $2", channel, code, now)
        await connection.execute(
            "UPDATE api_keys SET revoked_at = $3 WHERE channel = $1 AND organisation = $2 AND revoked_at IS NULL",
            channel,
            code,
            now,
        )
    home.nats_password_file(nats_users.organisation_user(channel=channel, organisation=code)).unlink(missing_ok=True)
    await take_users(home)


async def known(home: Home) -> list[Listed]:
    """All of them, the revoked too, by channel and code."""
    async with _enrolment(home) as connection:
        rows = await connection.fetch("SELECT channel, code, name, revoked_at FROM organisations ORDER BY channel, code")
        keys = await connection.fetch(
            "SELECT channel, organisation, id, expires_at FROM api_keys"
            " WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at"
        )
    return [
        Listed(
            organisation=Organisation(channel=row["channel"], code=row["code"], name=row["name"]),
            revoked_at=row["revoked_at"],
            keys=tuple(
                (key["id"], key["expires_at"])
                for key in keys
                if (key["channel"], key["organisation"]) == (row["channel"], row["code"])
            ),
        )
        for row in rows
    ]


@contextlib.asynccontextmanager
async def _enrolment(home: Home) -> AsyncIterator[Any]:
    """A connection to enrolment's database, in a transaction."""
    connection = await asyncpg.connect(home.dsn("enrolment"))
    try:
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()


async def _require_known(connection: Any, channel: str, code: str) -> None:
    query = "SELECT 1 FROM organisations WHERE channel = $1 AND code = $2 AND revoked_at IS NULL"
    if not await connection.fetchval(query, channel, code):
        raise Problem(f"There is no organisation {code} of the channel {channel}. ./limber organisations list shows them.")


async def _make_key(connection: Any, channel: str, code: str, expires_in: timedelta | None) -> str:
    key, now = api_keys.new_key(), datetime.now(UTC)
    await connection.execute(
        "INSERT INTO api_keys (id, channel, organisation, key_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        key.id,
        channel,
        code,
        key.hash,
        now,
        None if expires_in is None else now + expires_in,
    )
    return key.text
