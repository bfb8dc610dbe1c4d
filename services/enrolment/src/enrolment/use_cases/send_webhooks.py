"""Webhooks: what an organisation is told, and the attempts at telling it.

No transaction is open while another system is spoken to: deliveries are taken for a while, sent, and then what became of them is
written. Whatever is killed in between sends them again under the same id.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from enrolment.domain.webhooks import OLD_SECRET_LIVES, Answer, Delivery, Endpoint, check_url
from enrolment.use_cases.known import Sender

PORTION = 20
# Longer than the longest attempt takes.
LEASE = timedelta(minutes=2)


class NoEndpointError(ValueError):
    """The organisation has said nowhere to hear."""

    def __init__(self) -> None:
        super().__init__("This organisation has no webhook address. Set one first.")


class NoSuchDeliveryError(ValueError):
    """There is no such delivery."""

    def __init__(self) -> None:
        super().__init__("There is no such delivery.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that one organisation is to hear; nothing is kept of it where the organisation has no endpoint."""

    sender: Sender
    type: str
    data: Mapping[str, Any]


class WebhookStore(Protocol):
    """The database, as far as webhooks need it, within one transaction."""

    async def endpoints(self, senders: Sequence[Sender]) -> Mapping[Sender, Endpoint]:
        """Return the endpoints of those that have one."""

    async def put_endpoint(self, endpoint: Endpoint) -> None:
        """Add or replace an organisation's endpoint."""

    async def drop_endpoint(self, sender: Sender) -> None:
        """Forget an organisation's endpoint and what waits for it."""

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries."""

    async def take_due(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        """Return due deliveries, which nobody else takes until then."""

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Lock and return one."""

    async def change(self, deliveries: Sequence[Delivery]) -> None:
        """Write them as they are now."""


class Post(Protocol):
    """Makes one attempt. It never raises for what the other side does."""

    async def __call__(self, endpoint: Endpoint, delivery: Delivery) -> Answer: ...


async def tell(notices: Sequence[Notice], *, store: WebhookStore, new_id: Callable[[], UUID], now: datetime) -> int:
    """Write a delivery for each notice whose organisation listens; return how many."""
    endpoints = await store.endpoints(sorted({notice.sender for notice in notices}, key=str)) if notices else {}
    deliveries = [_delivery(notice, new_id(), now) for notice in notices if _listens(endpoints.get(notice.sender))]
    if deliveries:
        await store.add(deliveries)
    return len(deliveries)


async def send_due(
    *,
    open_store: Callable[[], AbstractAsyncContextManager[WebhookStore]],
    post: Post,
    jitter: Callable[[], float],
    now: datetime,
) -> int:
    """Make an attempt at one portion of what is due; return how many."""
    async with open_store() as store:
        due = await store.take_due(now=now, until=now + LEASE, limit=PORTION)
        endpoints = await store.endpoints([Sender(each.channel, each.organisation) for each in due])
    if not due:
        return 0
    answers = await asyncio.gather(*(_attempt(each, endpoints, post) for each in due))
    done = [_after(each, answer, now=now, jitter=jitter()) for each, answer in zip(due, answers, strict=True)]
    async with open_store() as store:
        await store.change(done)
        for each, answer in zip(due, answers, strict=True):
            endpoint = endpoints.get(Sender(each.channel, each.organisation))
            if answer.is_gone and endpoint is not None:
                await store.put_endpoint(replace(endpoint, status="gone", changed_at=now))
    return len(due)


async def set_endpoint(
    sender: Sender,
    url: str,
    *,
    store: WebhookStore,
    new_secret: Callable[[], str],
    allowed: Sequence[str],
    now: datetime,
) -> tuple[Endpoint, bool]:
    """Say where an organisation hears; return that and whether its secret is new. EndpointRefusedError for a wrong address."""
    check_url(url, allowed=allowed)
    before = (await store.endpoints([sender])).get(sender)
    endpoint = Endpoint(
        channel=sender.channel,
        organisation=sender.organisation,
        url=url,
        secret=before.secret if before else new_secret(),
        previous_secret=before.previous_secret if before else None,
        previous_until=before.previous_until if before else None,
        status="active",
        created_at=before.created_at if before else now,
        changed_at=now,
    )
    await store.put_endpoint(endpoint)
    return endpoint, before is None


async def rotate_secret(sender: Sender, *, store: WebhookStore, new_secret: Callable[[], str], now: datetime) -> Endpoint:
    """Give an organisation a new secret; the one before signs as well for a day. NoEndpointError if it has none."""
    before = (await store.endpoints([sender])).get(sender)
    if before is None:
        raise NoEndpointError
    endpoint = replace(
        before,
        secret=new_secret(),
        previous_secret=before.secret,
        previous_until=now + OLD_SECRET_LIVES,
        changed_at=now,
    )
    await store.put_endpoint(endpoint)
    return endpoint


async def send_again(delivery_id: str, *, sender: Sender | None, store: WebhookStore, now: datetime) -> Delivery:
    """Send a delivery once more under its id; NoSuchDeliveryError if there is none (of that sender, where one is given)."""
    delivery = await store.delivery(delivery_id)
    if delivery is None or (sender is not None and Sender(delivery.channel, delivery.organisation) != sender):
        raise NoSuchDeliveryError
    again = delivery.again(now=now)
    await store.change([again])
    return again


async def _attempt(delivery: Delivery, endpoints: Mapping[Sender, Endpoint], post: Post) -> Answer:
    endpoint = endpoints.get(Sender(delivery.channel, delivery.organisation))
    if endpoint is None or not _listens(endpoint):
        return Answer(None, "no address to send to")
    return await post(endpoint, delivery)


def _after(delivery: Delivery, answer: Answer, *, now: datetime, jitter: float) -> Delivery:
    if answer.is_success:
        return delivery.delivered(answer=answer.words, now=now)
    return delivery.failed(answer=answer.words, now=now, jitter=jitter, for_good=answer.is_gone)


def _listens(endpoint: Endpoint | None) -> bool:
    return endpoint is not None and endpoint.status == "active"


def _delivery(notice: Notice, delivery_id: UUID, now: datetime) -> Delivery:
    body = {"type": notice.type, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": dict(notice.data)}
    return Delivery(
        id=f"msg_{delivery_id.hex}",
        channel=notice.sender.channel,
        organisation=notice.sender.organisation,
        type=notice.type,
        body=json.dumps(body, separators=(",", ":")),
        status="waiting",
        attempts=0,
        next_try_at=now,
        last_answer=None,
        created_at=now,
        changed_at=now,
    )
