"""Who may use a service's HTTP: named members of staff, each with a token that this service's own database has hashed."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from fastapi import HTTPException, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from service_kit.tables import CREDENTIALS

ADMIN = "admin"
SESSION_COOKIE = "limber_session"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. Empty `sites` means all sites."""

    id: UUID
    name: str
    role: str
    sites: tuple[str, ...]


def hash_of(token: str) -> str:
    """Return what is stored of a token. Tokens are 256 random bits, so a plain SHA-256 can't be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


class Access:
    """Verifies tokens against the service's own table, so that no other service need be up."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def verify(self, token: str) -> Member | None:
        """Return the member whose unrevoked token this is. The look-up is by hash, so its time says nothing about any token."""
        query = select(CREDENTIALS).where(CREDENTIALS.c.token_hash == hash_of(token), CREDENTIALS.c.revoked_at.is_(None))
        async with self._engine.connect() as conn:
            row = (await conn.execute(query)).one_or_none()
        return None if row is None else Member(row.id, row.name, row.role, tuple(row.sites))

    def allow(self, *roles: str) -> Callable[[Request], Awaitable[Member]]:
        """Return a FastAPI dependency that lets in members with one of the roles; none given means any role. Admin may do all."""

        async def member(request: Request) -> Member:
            token = _token_of(request)
            found = await self.verify(token) if token else None
            if found is None:
                raise HTTPException(401, "Sign in first: this needs a member of staff's token.", {"WWW-Authenticate": "Bearer"})
            if roles and found.role != ADMIN and found.role not in roles:
                raise HTTPException(403, f"This needs the role {' or '.join(roles)}.")
            return found

        return member


def _token_of(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.cookies.get(SESSION_COOKIE)
