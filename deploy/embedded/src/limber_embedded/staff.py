"""Members of staff: each service holds the hash of every token in its own database and verifies it alone."""

import contextlib
import hashlib
import json
import secrets
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files

ROLES = ("facilitator", "coordinator", "clinician", "admin")
FIRST_ADMIN = "First administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One member of staff as `./limber staff list` shows them."""

    id: uuid.UUID
    name: str
    role: str
    sites: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


async def add(home: Home, *, name: str, role: str, sites: Sequence[str] = ()) -> str:
    """Makes a member known to all services or to none; returns the token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    async with _everywhere(home) as connections:
        taken = await connections[0].fetchval("SELECT 1 FROM credentials WHERE name = $1 AND revoked_at IS NULL", name)
        if taken:
            raise Problem(f"There is a member of staff named {name!r} already. Revoke that one first, or choose another name.")
        await _insert(connections, name=name, role=role, sites=sites, token=token)
    return token


async def ensure_first_admin(home: Home) -> None:
    """Makes the first administrator and keeps the token in the home. Harmless to repeat."""
    token = secret_files.kept(home.admin_token_file)
    async with _everywhere(home) as connections:
        await _insert(connections, name=FIRST_ADMIN, role="admin", sites=(), token=token)


async def members(home: Home) -> list[Listed]:
    """Everybody, the revoked too, by name."""
    async with _everywhere(home) as connections:
        rows = await connections[0].fetch("SELECT * FROM credentials ORDER BY name, created_at")
    return [
        Listed(
            id=row["id"],
            name=row["name"],
            role=row["role"],
            sites=tuple(json.loads(row["sites"])),
            created_at=row["created_at"],
            revoked_at=row["revoked_at"],
        )
        for row in rows
    ]


async def revoke(home: Home, *, name: str) -> None:
    """The member's token is refused by every service from now on."""
    now = datetime.now(UTC)
    async with _everywhere(home) as connections:
        results = [
            await connection.execute("UPDATE credentials SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL", name, now)
            for connection in connections
        ]
    if all(result == "UPDATE 0" for result in results):
        raise Problem(f"There is no member of staff named {name!r} with a valid token. ./limber staff list shows them.")


async def _insert(connections: Sequence[Any], *, name: str, role: str, sites: Sequence[str], token: str) -> None:
    row = (uuid.uuid4(), name, role, json.dumps(list(sites)), hashlib.sha256(token.encode()).hexdigest(), datetime.now(UTC))
    for connection in connections:
        await connection.execute(
            "INSERT INTO credentials (id, name, role, sites, token_hash, created_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6)"
            " ON CONFLICT (token_hash) DO NOTHING",
            *row,
        )


@contextlib.asynccontextmanager
async def _everywhere(home: Home) -> AsyncIterator[list[Any]]:
    """A connection in a transaction to every service's database: all commit, or none does."""
    async with contextlib.AsyncExitStack() as stack:
        connections = []
        for service in SERVICES:
            connection = await asyncpg.connect(home.dsn(service))
            stack.push_async_callback(connection.close)
            await stack.enter_async_context(connection.transaction())
            connections.append(connection)
        yield connections
