"""A FastStream subscriber that pulls from one durable consumer and hands over whatever waits, as one group, at once.

FastStream's own batch subscriber always waits its full time-out, and nats-py's fetch takes a message with a `Status` header from
outside for one of the broker's control messages. Here a control message is one that has no `$JS.ACK` reply.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from faststream._internal.endpoint.subscriber.call_item import CallsCollection  # the only name that FastStream keeps to itself
from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.broker.registrator import NatsRegistrator
from faststream.nats.subscriber.config import NatsSubscriberConfig, NatsSubscriberSpecificationConfig
from faststream.nats.subscriber.specification import NatsSubscriberSpecification
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig

from service_kit.ids import new_id
from service_kit.waiting import set_within

GROUP_SIZE = 256
_EXPIRES_SECONDS = 30
_HEARTBEAT_SECONDS = 5
# Two heartbeats and a bit: the broker has forgotten the request, as after a restart, so it is made again.
_SILENCE_SECONDS = 12.0
_IDLE_HEARTBEAT = "100"

Handle = Callable[[Sequence[Msg]], Awaitable[None]]


class GroupSubscriber(BatchPullStreamSubscriber):
    """Keeps one pull request open with the broker while `gate` is open, so that a lone message waits for nobody."""

    _inbox: str
    _durable: str
    _gate: asyncio.Event

    def listen(self, *, inbox: str, durable: str, gate: asyncio.Event) -> None:
        """Say where messages are to arrive, from which durable, and which event lets messages be asked for."""
        self._inbox = f"{inbox}.{durable}.{new_id().hex}"
        self._durable = durable
        self._gate = gate
        self._arrived: list[Msg] = []
        self._news = asyncio.Event()
        self._request = 0
        self._open = 0

    def ask_again(self) -> None:
        """Forget the request that is open: the broker has, after a reconnection."""
        self._open = 0
        self._news.set()

    async def _create_subscription(self) -> None:
        if self.subscription:
            return
        # FastStream only ever unsubscribes it, which a core subscription does as well as a pull subscription.
        self.subscription = await self.connection.subscribe(  # type: ignore[assignment] # see above
            f"{self._inbox}.*", cb=self._arrive, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        self.add_task(self._pull)

    async def stop(self) -> None:
        """Stop asking, let the group that was begun end, and give back what was fetched and not begun."""
        self.running = False
        await super().stop()
        await self._give_back()

    async def _give_back(self) -> None:
        unbegun, self._arrived = self._arrived, []
        with suppress(NatsError):
            for message in unbegun:
                await message.nak()

    async def _arrive(self, message: Msg) -> None:
        if message.reply.startswith("$JS.ACK."):
            self._arrived.append(message)
            self._open -= 1
        elif (message.headers or {}).get("Status") != _IDLE_HEARTBEAT and message.subject == f"{self._inbox}.{self._request}":
            self._open = 0
        self._news.set()

    async def _ask(self) -> None:
        self._request += 1
        self._open = GROUP_SIZE
        request = {"batch": GROUP_SIZE, "expires": _EXPIRES_SECONDS * 10**9, "idle_heartbeat": _HEARTBEAT_SECONDS * 10**9}
        await self.connection.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{self.stream.name}.{self._durable}",
            json.dumps(request).encode(),
            reply=f"{self._inbox}.{self._request}",
        )

    async def _pull(self) -> None:
        while self.running:
            self._news.clear()
            if not self._gate.is_set():
                await self._give_back()
                self._open = 0
                await self._gate.wait()
            try:
                if self._open <= 0 and len(self._arrived) <= GROUP_SIZE:
                    await self._ask()
                if self._arrived:
                    group, self._arrived = self._arrived[:GROUP_SIZE], self._arrived[GROUP_SIZE:]
                    if self._open <= 0:
                        # The next group is on its way while this one is committed.
                        await self._ask()
                    await self.consume(group)
                    continue
                if not await set_within(self._news, _SILENCE_SECONDS):
                    self._open = 0
            except NatsError:
                self._open = 0
                await asyncio.sleep(0.2)


class GroupBroker(NatsBroker):
    """FastStream's broker, with group subscribers."""

    def group_subscriber(self, *, stream: str, durable: str, inbox: str, gate: asyncio.Event, handle: Handle) -> GroupSubscriber:
        """Register `handle` for the groups of one durable. Nothing is ever replied, and only the handler acknowledges."""
        outer: Any = self.config
        subscriber_config = NatsSubscriberConfig(
            subject="",
            sub_config=ConsumerConfig(durable_name=durable),
            extra_options={},
            no_reply=True,
            _outer_config=outer,
            _ack_policy=AckPolicy.MANUAL,
        )
        calls = CallsCollection[Any]()
        specification = NatsSubscriberSpecification(
            _outer_config=outer,
            calls=calls,
            specification_config=NatsSubscriberSpecificationConfig(
                subject=durable, queue=None, title_=durable, description_=None, include_in_schema=True
            ),
        )
        subscriber = GroupSubscriber(
            config=subscriber_config,
            specification=specification,
            calls=calls,
            stream=JStream(stream, declare=False),
            pull_sub=PullSub(batch_size=GROUP_SIZE, batch=True),
        )
        subscriber.listen(inbox=inbox, durable=durable, gate=gate)
        # The group goes to the handler as it came: raw messages, which `delivery` reads, because FastStream's decoder would
        # keep a body that isn't JSON from ever being seen.
        subscriber._decoder = _as_it_came  # noqa: SLF001 - the subscriber is ours
        super(NatsRegistrator, self).subscriber(subscriber, persistent=True)

        # FastStream makes a pydantic model of a handler's signature, which must therefore promise nothing.
        async def take(messages: Any) -> None:
            await handle(messages)

        subscriber.add_call(parser_=None, decoder_=None, dependencies_=())(take)
        return subscriber


async def _as_it_came(message: Any) -> Any:
    return message.raw_message
