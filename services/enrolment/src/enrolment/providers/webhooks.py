"""One attempt at a webhook: signed after Standard Webhooks, to an address that was looked at before the connection was made."""

import asyncio
import secrets
import ssl
from base64 import b64encode
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import SplitResult

import httpx
from standardwebhooks.webhooks import Webhook

from enrolment.domain.webhooks import Answer, Delivery, Endpoint, EndpointRefusedError, check_url, host_and_port
from service_kit.outside import NotResolvedError, resolve

_SECONDS_FOR_ALL = 15.0
_SECONDS_FOR_EACH_STEP = 10.0
_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a secret as Standard Webhooks has them."""
    return "whsec_" + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


@dataclass(frozen=True, kw_only=True)
class WebhookPost:
    """Sends deliveries. `allowed` are the hosts (`host:port`) that the operator allows although they are private or without TLS.

    A name is resolved once, every address that it has must be public, and the connection goes to that very address: a name that
    leads elsewhere a moment later changes nothing. `tls` says whose certificates are trusted. Redirects are not followed, and
    the environment's proxies are not used.
    """

    allowed: Collection[str]
    real_now: Callable[[], datetime]
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def __call__(self, endpoint: Endpoint, delivery: Delivery) -> Answer:
        """Make one attempt; the answer says what came of it, in words that hold no address."""
        try:
            async with asyncio.timeout(_SECONDS_FOR_ALL):
                return await self._post(endpoint, delivery)
        except EndpointRefusedError as error:
            return Answer(None, error.reason.code)
        except (TimeoutError, httpx.TimeoutException):
            return Answer(None, "no answer in time")
        except OSError:
            return Answer(None, "the name has no address")
        except httpx.HTTPError as error:
            return Answer(None, f"no connection ({type(error).__name__})")

    async def _post(self, endpoint: Endpoint, delivery: Delivery) -> Answer:
        parts = check_url(endpoint.url, allowed=self.allowed)
        address = await self._address(parts)
        url = httpx.URL(endpoint.url)
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                httpx.AsyncClient(verify=self.tls, timeout=_SECONDS_FOR_EACH_STEP, trust_env=False, follow_redirects=False)
            )
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=delivery.body.encode(),
                headers=self._headers(endpoint, delivery) | {"Host": url.netloc.decode()},
                extensions={"sni_hostname": url.host},
            )
            # Only the status counts: a body without end would be read for nothing.
            response = await client.send(request, stream=True)
            await response.aclose()
        if response.is_redirect:
            return Answer(response.status_code, f"HTTP {response.status_code}: redirects are not followed")
        return Answer(response.status_code, f"HTTP {response.status_code}")

    def _headers(self, endpoint: Endpoint, delivery: Delivery) -> dict[str, str]:
        now = self.real_now()
        signatures = [Webhook(secret).sign(delivery.id, now, delivery.body) for secret in endpoint.secrets_at(now)]
        return {
            "Content-Type": "application/json",
            "User-Agent": "Limber",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    async def _address(self, parts: SplitResult) -> str:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        allowed = host_and_port(parts.scheme, host, parts.port) in self.allowed
        try:
            return await resolve(host, port, may_be_private=allowed)
        except NotResolvedError as error:
            if error.problem == "private_address":
                raise EndpointRefusedError.private() from None
            raise
