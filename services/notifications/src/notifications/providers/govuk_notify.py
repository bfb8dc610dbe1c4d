"""Text messages and email through GOV.UK Notify's HTTP interface, or any service that speaks it.

Notify sends what stands in its own templates, so it needs one for text messages that consists of `((body))` and one for email
whose subject is `((subject))` and whose text is `((body))`: the words stay with this service.
Source: docs.notifications.service.gov.uk/rest-api.html.
"""

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import jwt
from aiolimiter import AsyncLimiter

from notifications.domain.message import Channel
from notifications.use_cases.provider import Accepted, Answer, Letter, Refused, Unavailable, Unclear

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEY = re.compile(rf"(?:.+-)?(?P<service>{_UUID})-(?P<secret>{_UUID})")
# What Notify says of a request that it will never take. 403 is not among them: it means our key, and a key can be mended.
_NEVER = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
_NOT_YET = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)
_SECONDS_A_MINUTE = 60


class KeyUnreadableError(ValueError):
    """The API key isn't of the form name-service-secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyService:
    """Who we are to Notify. `timeout` in seconds for one request, `per_minute` the most messages it is given in a minute.

    Notify counts text messages and emails together, so the adapters of both channels share one of these, and its `turn`.
    """

    base_url: str
    api_key: str = field(repr=False)
    sms_template: UUID | None
    email_template: UUID | None
    at_once: int = 50
    per_minute: int = 3000
    timeout: float = 8
    turn: AsyncLimiter = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the turn, once for all who share this."""
        object.__setattr__(self, "turn", AsyncLimiter(max(1, self.per_minute // _SECONDS_A_MINUTE), 1))


class GovukNotify:
    """Hands the messages of one channel to Notify, which keeps our message id as their reference and can be asked by it."""

    def __init__(
        self,
        service: NotifyService,
        *,
        name: str,
        channel: Channel,
        real_now: Callable[[], datetime],
    ) -> None:
        """KeyUnreadableError where the key has another form."""
        key = _KEY.fullmatch(service.api_key)
        if key is None:
            msg = "the API key of GOV.UK Notify must end in two UUIDs, the service's and the secret"
            raise KeyUnreadableError(msg)
        self.name = name
        self.at_once = service.at_once
        self._issuer, self._secret = key["service"], key["secret"]
        self._channel = channel
        self._template = service.sms_template if channel is Channel.SMS else service.email_template
        self._real_now = real_now
        self._turn = service.turn
        self._timeout = service.timeout
        self._base_url = service.base_url.rstrip("/")
        self._post_to = httpx.URL(f"{self._base_url}/v2/notifications/{channel}")
        self._certificates = httpx.create_ssl_context()
        self._idle: list[httpx.AsyncHTTPTransport] = []

    async def send(self, letter: Letter) -> Answer:
        """Hand it over. Where the connection broke or Notify failed after it was asked, nobody knows: Unclear."""
        asked = False
        try:
            async with asyncio.timeout(self._timeout):
                await self._turn.acquire()
                asked = True
                answered = await self._ask(httpx.Request("POST", self._post_to, json=self._body(letter), **self._common()))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Unavailable()
        except (httpx.HTTPError, TimeoutError):
            return Unclear() if asked else Unavailable()
        return _meaning(answered)

    async def find(self, references: Collection[UUID]) -> frozenset[UUID] | None:
        """Which of these Notify has. Raises OSError while it can't be reached or doesn't answer as it should."""
        turns = asyncio.Semaphore(self.at_once)

        async def has(reference: UUID) -> UUID | None:
            async with turns:
                return reference if await self._has(reference) else None

        found = await asyncio.gather(*(has(reference) for reference in references))
        return frozenset(reference for reference in found if reference is not None)

    async def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        """One request over a connection that nobody else uses meanwhile.

        Not httpx.AsyncClient, whose pool looks at every connection and every waiting request for each request: with 50 at once
        that takes the processor seven times as long as the request itself (measured with httpcore 1.0).
        """
        transport = self._idle.pop() if self._idle else httpx.AsyncHTTPTransport(verify=self._certificates)
        try:
            answered = await transport.handle_async_request(request)
            answered.request = request
            await answered.aread()
        except BaseException:
            await transport.aclose()
            raise
        self._idle.append(transport)
        return answered

    async def _has(self, reference: UUID) -> bool:
        wanted = {"reference": str(reference), "template_type": str(self._channel)}
        try:
            answered = await self._ask(
                httpx.Request("GET", f"{self._base_url}/v2/notifications", params=wanted, **self._common())
            )
            answered.raise_for_status()
            listed = answered.json()["notifications"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            msg = f"{self.name} did not say whether it has a message: {type(error).__name__}"
            raise OSError(msg) from None
        # Some services that speak the interface ignore a filter that they don't know.
        return any(one.get("reference") == str(reference) for one in listed)

    def _body(self, letter: Letter) -> dict[str, Any]:
        common = {"template_id": str(self._template), "reference": str(letter.reference)}
        if self._channel is Channel.SMS:
            return {**common, "phone_number": letter.to, "personalisation": {"body": letter.words.body}}
        words = {"subject": letter.words.subject or "", "body": letter.words.body}
        asked = {**common, "email_address": letter.to, "personalisation": words}
        return asked if letter.unsubscribe is None else {**asked, "one_click_unsubscribe_url": letter.unsubscribe}

    def _common(self) -> dict[str, Any]:
        seconds = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        # Notify takes a token for 30 seconds, so each request gets its own.
        claims = {"iss": self._issuer, "iat": int(self._real_now().timestamp())}
        token = jwt.encode(claims, self._secret, algorithm="HS256")
        return {
            "headers": {"Authorization": f"Bearer {token}", "User-Agent": "limber", "Accept": "application/json"},
            "extensions": {"timeout": seconds},
        }


def _meaning(answered: httpx.Response) -> Answer:
    if answered.is_success:
        return Accepted()
    if answered.status_code in _NEVER:
        return Refused()
    return Unavailable() if answered.status_code in _NOT_YET else Unclear()
