"""Webhooks of every channel's organisations, each step in a transaction of its own."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from random import random
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.webhooks import Delivery, Endpoint
from enrolment.providers.webhooks import new_secret
from enrolment.storage.webhooks import WebhookRepository, next_try_at, opener
from enrolment.use_cases import send_webhooks
from enrolment.use_cases.known import Sender
from enrolment.use_cases.send_webhooks import Notice, Post
from service_kit.due import DueWork


@dataclass(frozen=True, kw_only=True)
class WebhookDesk:
    """Sets addresses, writes deliveries and sends what is due. `allowed` are the private hosts that the operator allows."""

    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    post: Post
    allowed: Sequence[str]
    new_id: Callable[[], UUID]
    now: Callable[[], datetime]

    def open_store(self) -> AbstractAsyncContextManager[WebhookRepository]:
        """Open a store in a transaction of its own."""
        return opener(self.transaction)()

    async def set_endpoint(self, sender: Sender, url: str) -> tuple[Endpoint, bool]:
        """Say where an organisation hears; return that and whether its secret is new. EndpointRefusedError."""
        async with self.open_store() as store:
            return await send_webhooks.set_endpoint(
                sender, url, store=store, new_secret=new_secret, allowed=self.allowed, now=self.now()
            )

    async def rotate_secret(self, sender: Sender) -> Endpoint:
        """Give it a new secret. NoEndpointError."""
        async with self.open_store() as store:
            return await send_webhooks.rotate_secret(sender, store=store, new_secret=new_secret, now=self.now())

    async def tell(self, notices: Sequence[Notice]) -> int:
        """Write a delivery for each notice whose organisation listens; return how many."""
        async with self.transaction() as conn:
            return await self.tell_in(conn, notices, self.now())

    async def tell_in(self, conn: AsyncConnection, notices: Sequence[Notice], now: datetime) -> int:
        """Do the same in a transaction that is open."""
        return await send_webhooks.tell(notices, store=WebhookRepository(conn), new_id=self.new_id, now=now)

    async def send_again(self, delivery_id: str, *, sender: Sender | None) -> Delivery:
        """Send a delivery once more. NoSuchDeliveryError."""
        async with self.open_store() as store:
            return await send_webhooks.send_again(delivery_id, sender=sender, store=store, now=self.now())

    def due_work(self) -> DueWork:
        """Return the work of sending what is due."""

        async def run(now: datetime) -> int:
            return await send_webhooks.send_due(open_store=self.open_store, post=self.post, jitter=random, now=now)

        return DueWork(name="webhooks", run=run, next_due_at=next_try_at)
