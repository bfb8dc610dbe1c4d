"""The service's connection to NATS, the declared durables it insists on, and domain time as the broker's clock bucket has it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

from faststream.nats.security import NatsSecurity, NatsUserPassword
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerInfo

from service_kit.clock import Clock
from service_kit.consumer import Consumer
from service_kit.logs import logger
from service_kit.settings import ServiceSettings
from service_kit.subscription import GroupBroker

CLOCK_SUBJECT = "$KV.clock.offset"
_CLOCK_READ = f"$JS.API.DIRECT.GET.KV_clock.{CLOCK_SUBJECT}"
_CLOCK_POLL_SECONDS = 5.0
LEAST_ACK_WAIT_SECONDS = 30
_CLOCK_RETRY_SECONDS = 0.2


class NotDeclaredError(RuntimeError):
    """A durable consumer isn't there, or isn't what delivery relies on; the service must not run against it."""


def inbox_prefix(user: str | None) -> str:
    """Return the user's own inbox prefix; the shared `_INBOX` would let one user receive another's messages."""
    return f"_INBOX_{user or 'local'}"


def create_broker(settings: ServiceSettings, *, name: str, on_reconnected: Callable[[], Awaitable[None]]) -> GroupBroker:
    """Return the broker, not yet connected. It reconnects for ever."""
    security: NatsSecurity | None = None
    if settings.nats_user is not None:
        security = NatsUserPassword(settings.nats_user, settings.nats_password() or "", ssl_context=settings.nats_tls())
    return GroupBroker(
        settings.nats_url,
        name=name,
        inbox_prefix=inbox_prefix(settings.nats_user),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type] # nats-py sleeps so long, and takes fractions
        ping_interval=10,
        max_outstanding_pings=2,
        reconnected_cb=on_reconnected,
        apply_types=False,
        graceful_timeout=10,
        logger=None,
        security=security,
    )


async def require_durable(client: Client, consumer: Consumer) -> ConsumerInfo:
    """Read the durable's declaration and refuse one that could lose or reorder; FastStream would make a missing one silently."""
    info = await durable_info(client, consumer)
    config = info.config
    problems = [
        problem
        for wrong, problem in (
            (config.ack_policy != AckPolicy.EXPLICIT, "its acknowledgement policy is not explicit"),
            (config.max_deliver not in {None, -1}, "it gives up after some deliveries"),
            (bool(config.deliver_subject), "it pushes instead of being pulled"),
            (
                (config.ack_wait or 0) < LEAST_ACK_WAIT_SECONDS,
                f"it waits less than {LEAST_ACK_WAIT_SECONDS} seconds for an acknowledgement",
            ),
        )
        if wrong
    ]
    if problems:
        raise NotDeclaredError(f"The durable {consumer.durable} on {consumer.stream} can't be used: {'; '.join(problems)}.")
    return info


async def durable_info(client: Client, consumer: Consumer) -> ConsumerInfo:
    """Return the broker's account of the durable."""
    reply = await client.request(f"$JS.API.CONSUMER.INFO.{consumer.stream}.{consumer.durable}", b"", timeout=5)
    answer = json.loads(reply.data)
    if "error" in answer:
        raise NotDeclaredError(
            f"The durable {consumer.durable} on {consumer.stream} is not declared: apply deploy/nats/streams.toml first."
        )
    info: ConsumerInfo = ConsumerInfo.from_response(answer)
    return info


async def follow_clock(client: Client, clock: Clock, *, allowed: bool, known: asyncio.Event, moved: Callable[[], None]) -> None:
    """Keep the clock's offset as the bucket has it, until cancelled; `known` is set once it was read.

    In production a bucket that was moved is ignored, loudly.
    """

    def set_offset(data: bytes) -> None:
        try:
            offset = timedelta(seconds=float(data or b"0"))
        except ValueError:
            logger().warning("the clock bucket holds no number")
            return
        if offset and not allowed:
            logger().critical("the clock bucket was moved; ignored in production")
            return
        if clock.move_to(offset):
            moved()

    async def heard(message: Msg) -> None:
        set_offset(message.data)

    subscription = await client.subscribe(CLOCK_SUBJECT, cb=heard)
    try:
        while True:
            try:
                answer = await client.request(_CLOCK_READ, b"", timeout=2)
                if not (answer.headers or {}).get("Status"):
                    set_offset(answer.data)
                known.set()
            except (TimeoutError, NatsError):
                logger().debug("clock bucket not read")
            await asyncio.sleep(_CLOCK_POLL_SECONDS if known.is_set() else _CLOCK_RETRY_SECONDS)
    finally:
        await subscription.unsubscribe()
