"""Fetches a promised referral from where its sender said it is."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from enrolment.domain.promises import HOST_NOT_ALLOWED, AddressError, AllowedHost, Promise, allowed_host, check_address, host_of
from enrolment.use_cases.fetch_promised import Fetched, NotFetched
from service_kit.outside import NotResolvedError, resolve

LARGEST = 1_048_576
CONTENT_TYPES = ("application/fhir+json", "application/fhir+xml", "application/json")
_ACCEPT = "application/fhir+json, application/fhir+xml;q=0.9, application/json;q=0.8"
_SECONDS_FOR_ALL = 15.0
_SECONDS_FOR_EACH_STEP = 5.0


class _ProblemError(Exception):
    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class PromisedReferrals:
    """Fetches over HTTPS, from hosts that the operator allowed for the sender alone.

    A name is resolved once, every address that it has must be public unless the operator said otherwise, and the connection goes
    to that very address: a name that leads elsewhere a moment later changes nothing. Redirects are not followed, and the
    environment's proxies are not used. `tokens` are bearer tokens by host (`example.org:443`), `tls` whose certificates count.
    """

    tokens: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def __call__(self, promise: Promise, allowed: Sequence[AllowedHost]) -> Fetched | NotFetched:
        """Make one attempt."""
        try:
            async with asyncio.timeout(_SECONDS_FOR_ALL):
                return await self._fetch(promise.address or "", allowed)
        except (_ProblemError, NotResolvedError) as error:
            return NotFetched(problem=error.problem)
        except (TimeoutError, httpx.TimeoutException):
            return NotFetched(problem="no_answer_in_time")
        except (OSError, httpx.HTTPError):
            return NotFetched(problem="no_connection")

    async def _fetch(self, address: str, allowed: Sequence[AllowedHost]) -> Fetched:
        try:
            parts = check_address(address)
        except AddressError:
            raise _ProblemError(HOST_NOT_ALLOWED) from None
        host = allowed_host(parts, allowed)
        if host is None:
            raise _ProblemError(HOST_NOT_ALLOWED)
        url = httpx.URL(address)
        headers = {"Accept": _ACCEPT, "User-Agent": "Limber", "Host": url.netloc.decode()}
        if host.host in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[host.host]}"
        port = int(host_of(parts).rpartition(":")[2])
        resolved = await resolve(parts.hostname or "", port, may_be_private=host.may_be_private)
        async with httpx.AsyncClient(
            verify=self.tls, timeout=_SECONDS_FOR_EACH_STEP, trust_env=False, follow_redirects=False
        ) as client:
            request = client.build_request(
                "GET", url.copy_with(host=resolved), headers=headers, extensions={"sni_hostname": url.host}
            )
            response = await client.send(request, stream=True)
            try:
                return await _read(response)
            finally:
                await response.aclose()


async def _read(response: httpx.Response) -> Fetched:
    if response.status_code != httpx.codes.OK:
        raise _ProblemError("refused")
    content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        raise _ProblemError("unknown_content_type")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise _ProblemError("too_large")
    return Fetched(content_type=content_type, body=bytes(body))
