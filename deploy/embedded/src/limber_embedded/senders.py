"""Sending as an outside organisation does: with its own credential, over NATS, until the receipt comes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError

from limber_embedded import organisations
from limber_embedded.home import Home
from limber_embedded.nats_users import DOMAIN, inbox_prefix, organisation_user
from limber_embedded.organisations import Organisation
from limber_embedded.problem import Problem
from service_kit.ids import new_id

DEFAULT_PRACTICE = Organisation(channel="gp", code="A81001", name="Example Surgery")
REFERRAL_TYPE = "intake.gp.referral.v1"
_RECEIPT_TYPE = "receipts.gp.v1"
_RESEND_AFTER_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A body on its way to INTAKE. Sent again under the same `event_id`, it is the same event."""

    body: bytes
    content_type: str = "application/json"
    event_id: str = field(default_factory=lambda: str(new_id()))


def message_from(path: Path, *, event_id: str | None = None) -> Message:
    """Read a referral file: FHIR XML, FHIR JSON (it has a resourceType) or the project's own JSON, told by what is in it."""
    body = path.read_bytes()
    content_type = "application/json"
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        content_type = "application/fhir+xml"
    else:
        with contextlib.suppress(ValueError):
            content = json.loads(body)
            if isinstance(content, dict) and "resourceType" in content:
                content_type = "application/fhir+json"
    return Message(body=body, content_type=content_type, event_id=event_id or str(new_id()))


class Practice:
    """A GP practice's connection. One reader of its receipts at a time: they go to whoever asks first."""

    def __init__(self, code: str, client: Client) -> None:
        self.code = code
        self._subject = f"intake.gp.{code}.referral.v1"
        self._jetstream: JetStreamContext = client.jetstream(timeout=10, domain=DOMAIN)
        self._subscription: JetStreamContext.PullSubscription | None = None

    async def publish(self, message: Message) -> None:
        """Publish one event; Problem says why the broker refused it."""
        try:
            await self._jetstream.publish(self._subject, message.body, headers=self._headers(message))
        except APIError as error:
            raise Problem(f"The broker refused the event: {error.description}.") from error
        except NatsError as error:
            raise Problem(f"The event could not be published: {error or type(error).__name__}.") from error

    async def publish_soon(self, message: Message) -> asyncio.Future[PubAck]:
        """Publish one event without waiting: the future ends when the broker has stored it."""
        return await self._jetstream.publish_async(self._subject, message.body, headers=self._headers(message))

    def _headers(self, message: Message) -> dict[str, str]:
        return {
            "ce-specversion": "1.0",
            "ce-id": message.event_id,
            "ce-source": f"urn:ods:{self.code}",
            "ce-type": REFERRAL_TYPE,
            "ce-datacontenttype": message.content_type,
        }

    async def receipts(self, *, seconds: float) -> list[dict[str, Any]]:
        """Return the receipts that have come, waiting at most so long for the first."""
        if self._subscription is None:
            durable = f"receipts_gp_{self.code}"
            self._subscription = await self._jetstream.pull_subscribe_bind(durable, stream="RECEIPTS", durable=durable)
        try:
            messages = await self._subscription.fetch(batch=256, timeout=seconds)
        except (TimeoutError, NatsTimeoutError):
            return []
        for message in messages:
            await message.ack()
        # What becomes of people later comes the same way, as an event of another type.
        return [json.loads(message.data) for message in messages if (message.headers or {}).get("ce-type") == _RECEIPT_TYPE]

    async def refer(self, message: Message, *, seconds: float) -> dict[str, Any] | None:
        """Publish, and again until the receipt comes; None when it doesn't within so many seconds."""
        loop = asyncio.get_running_loop()
        deadline, resend_at = loop.time() + seconds, 0.0
        while loop.time() < deadline:
            if loop.time() >= resend_at:
                await self.publish(message)
                resend_at = loop.time() + _RESEND_AFTER_SECONDS
            for receipt in await self.receipts(seconds=min(1.0, max(0.05, deadline - loop.time()))):
                if receipt["event_id"] == message.event_id:
                    return receipt
        return None


async def add_practices(home: Home, practices: Mapping[str, str]) -> None:
    """Make the practices (code and name) known where they aren't."""
    known = set(home.organisations())
    for code, name in practices.items():
        if ("gp", code) not in known:
            await organisations.add(home, Organisation(channel="gp", code=code, name=name), with_api_key=False)


@contextlib.asynccontextmanager
async def practice(home: Home, code: str) -> AsyncIterator[Practice]:
    """Connect as a practice that `limber organisations add` has made known."""
    user, password = home.credentials(organisation_user(channel="gp", organisation=code))
    client = await nats.connect(
        home.nats_url, user=user, password=password, inbox_prefix=inbox_prefix(user), tls=home.nats_tls(), error_cb=_quiet
    )
    try:
        yield Practice(code, client)
    finally:
        await client.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is raised as well; the client's own report would be a stack trace."""
