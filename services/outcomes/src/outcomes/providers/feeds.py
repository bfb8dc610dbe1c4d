"""Fetches a page of a feed from where its publisher has it."""

import asyncio
import json
import ssl
from collections.abc import Collection
from dataclasses import dataclass, field

import httpx

from outcomes.domain.feeds import Feed, NotRead, Page
from outcomes.providers.openactive import Reader, WrongPageError
from service_kit.outside import NotResolvedError, resolve

LARGEST = 20_000_000
_SECONDS_FOR_ALL = 60.0
_SECONDS_FOR_EACH_STEP = 15.0


class _ProblemError(Exception):
    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Feeds:
    """Fetches over HTTPS. `allowed` are the hosts (`host:port`) that the operator allows though private or without TLS.

    A name is resolved once, every address that it has must be public, and the connection goes to that very address: a name that
    leads elsewhere a moment later changes nothing. This holds for every page, for a feed names its next one itself. Redirects
    are not followed, and the environment's proxies are not used. `tls` says whose certificates count.
    """

    reader: Reader
    allowed: Collection[str] = ()
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def __call__(self, feed: Feed) -> Page | NotRead:
        """Fetch and read a feed's next page."""
        try:
            async with asyncio.timeout(_SECONDS_FOR_ALL):
                body = await self._fetch(feed.next_url)
            return self.reader.page(json.loads(body), feed=feed.code, url=feed.next_url)
        except (_ProblemError, NotResolvedError) as error:
            return NotRead(problem=error.problem)
        except (WrongPageError, ValueError, RecursionError):
            return NotRead(problem="not_a_feed")
        except (TimeoutError, httpx.TimeoutException):
            return NotRead(problem="no_answer_in_time")
        except (OSError, httpx.HTTPError, httpx.InvalidURL):
            return NotRead(problem="no_connection")

    async def _fetch(self, address: str) -> bytes:
        url = httpx.URL(address)
        port = url.port or (443 if url.scheme == "https" else 80)
        is_allowed = f"{url.host}:{port}" in self.allowed
        if url.scheme != "https" and not (is_allowed and url.scheme == "http"):
            raise _ProblemError("not_https")
        if url.userinfo:
            raise _ProblemError("not_a_feed")
        resolved = await resolve(url.host, port, may_be_private=is_allowed)
        headers = {"Accept": "application/json", "User-Agent": "Limber", "Host": url.netloc.decode()}
        async with httpx.AsyncClient(
            verify=self.tls, timeout=_SECONDS_FOR_EACH_STEP, trust_env=False, follow_redirects=False
        ) as client:
            request = client.build_request(
                "GET", url.copy_with(host=resolved), headers=headers, extensions={"sni_hostname": url.host}
            )
            response = await client.send(request, stream=True)
            try:
                return await _body(response)
            finally:
                await response.aclose()


async def _body(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise _ProblemError("refused")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise _ProblemError("too_large")
    return bytes(body)
