"""Who sends over HTTP: an outside organisation, by the API key that it was given."""

import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.http.limits import Limit
from enrolment.use_cases.known import Sender
from service_kit import api_keys

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="organisation",
    description="An organisation's API key, as ./limber organisations add prints it.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]

_KEY = text(
    "SELECT channel, organisation, key_hash FROM api_keys"
    " WHERE id = :id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)"
)


class OrganisationRefusedError(Exception):
    """A request that isn't let in: the answer's status, a sentence, and headers that belong to it."""

    def __init__(self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers


class Organisations:
    """Verifies API keys against enrolment's own table and counts each organisation's requests."""

    def __init__(self, *, engine: AsyncEngine, limit: Limit, real_now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._limit = limit
        self._real_now = real_now

    async def identify(self, credentials: HTTPAuthorizationCredentials | None, *, channel: str | None = None) -> Sender:
        """Return whose key it is, of any channel or of one.

        OrganisationRefusedError without a valid key, with another channel's, or when the organisation asks too often.
        """
        sender = await self._owner(credentials.credentials) if credentials else None
        if sender is None:
            sentence = "This needs a valid API key of an organisation, in the header Authorization: Bearer."
            raise OrganisationRefusedError(HTTPStatus.UNAUTHORIZED, sentence, {"WWW-Authenticate": "Bearer"})
        if channel is not None and sender.channel != channel:
            sentence = f"This API key is for the channel {sender.channel}; this address is for {channel}."
            raise OrganisationRefusedError(HTTPStatus.FORBIDDEN, sentence)
        wait = await self._limit(f"{sender.channel}.{sender.organisation}")
        if wait > 0:
            seconds = math.ceil(wait)
            sentence = f"Too many requests from this organisation at once. Try again in {seconds} seconds."
            raise OrganisationRefusedError(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": str(seconds)})
        return sender

    def allow(self, channel: str | None = None) -> Callable[[HTTPAuthorizationCredentials | None], Awaitable[Sender]]:
        """Return a FastAPI dependency that lets organisations in, of any channel or of one, and gives the sender.

        It answers 401, 403 or 429 otherwise.
        """

        async def sender(credentials: Credentials) -> Sender:
            try:
                return await self.identify(credentials, channel=channel)
            except OrganisationRefusedError as refused:
                raise HTTPException(refused.status, refused.sentence, dict(refused.headers)) from None

        return sender

    async def _owner(self, key: str) -> Sender | None:
        key_id = api_keys.id_of(key)
        if key_id is None or not key_id.isalnum():
            return None
        async with self._engine.connect() as conn:
            row = (await conn.execute(_KEY, {"id": key_id, "now": self._real_now()})).one_or_none()
        if row is None or not api_keys.is_key(key, stored_hash=row.key_hash):
            return None
        return Sender(row.channel, row.organisation)


def organisations_router(organisations: Organisations) -> APIRouter:
    """`GET /enrolment/organisation`: what a sender's key is good for, to try it."""
    router = APIRouter()

    @router.get("/organisation")
    async def whose_key(sender: Annotated[Sender, Depends(organisations.allow())]) -> dict[str, str]:
        """The organisation and the channel of the API key that came with the request."""
        return {"organisation": sender.organisation, "channel": sender.channel}

    return router
