"""How the parts of the kit are put together into one running service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, Response
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit import held
from service_kit.access import Access
from service_kit.broker import NotDeclaredError, create_broker, durable_info, follow_clock, inbox_prefix, require_durable
from service_kit.clock import Clock
from service_kit.consumer import Consumer
from service_kit.database import create_engine, create_relay_engine, describe
from service_kit.delivery import Delivery
from service_kit.due import DueWork, said_soon
from service_kit.leadership import Leadership
from service_kit.logs import logger
from service_kit.measures import measure
from service_kit.metrics import CONTENT_TYPE, Gauge, Metrics
from service_kit.questions import Answer, answer_questions, ask
from service_kit.relay import CurrentBody, Relay
from service_kit.retention import forget_old
from service_kit.settings import ServiceSettings
from service_kit.subscription import GroupSubscriber
from service_kit.unacknowledged import Unacknowledged
from service_kit.waiting import set_within

_DUE_POLL_SECONDS = 1.0
# Looking and finding nothing is a transaction too; were it to wake those who look, they would never sleep.
_LOOKING_FOR_DUE_WORK = ContextVar("looking_for_due_work", default=False)
_CONNECT_RETRY_SECONDS = 0.5
_UNACKNOWLEDGED_LOOK_SECONDS = 20.0
_START_AGAIN_SECONDS = 1.0
_MEASURE_SECONDS = 5.0


class Service:
    """One service's engine, clock, access and broker; `app` starts everything with the HTTP server and stops it in order."""

    def __init__(self, *, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self.settings = settings
        self.engine = create_engine(settings.full_database_url())
        self._relay_engine = create_relay_engine(settings.full_database_url())
        self.clock = Clock()
        self.access = Access(self.engine)
        self.leadership = Leadership(settings.full_database_url())
        self._wake_up_calls: list[asyncio.Event] = []
        self._due_wake_up_calls: list[asyncio.Event] = []
        self._connected = False
        self._delivery: Delivery | None = None
        self._subscribers: list[GroupSubscriber] = []
        self._due_work: Sequence[DueWork] = ()
        self._consumers: Sequence[Consumer] = ()
        self._answers: Mapping[str, Answer] = {}
        self._broker = create_broker(settings, name=name, on_reconnected=self._ask_again)
        self._unacknowledged = Unacknowledged()
        self.metrics = Metrics(service=name)
        self._own_gauges: Sequence[Callable[[AsyncConnection], Awaitable[Sequence[Gauge]]]] = ()
        self._doing = 0
        self._activity = 0
        # Nothing is handled before it is known how far the clock was moved, or a restart would act at another time for a moment.
        self._clock_known = asyncio.Event()
        if settings.in_production:
            self._clock_known.set()

    @property
    def consumers(self) -> Sequence[Consumer]:
        """What the service reads, as `app` wired it."""
        return self._consumers

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end; then the relay and due work look at once for what it left to do."""
        async with self.engine.begin() as conn:
            yield conn
            due = said_soon(conn)
        if not _LOOKING_FOR_DUE_WORK.get():
            self._wake_up(due=due)

    def _wake_up(self, *, due: bool) -> None:
        self._activity += 1
        for call in (*self._wake_up_calls, *(self._due_wake_up_calls if due else ())):
            call.set()

    def app(
        self,
        *,
        consumers: Sequence[Consumer],
        routers: Sequence[APIRouter],
        due_work: Sequence[DueWork] = (),
        current: Mapping[str, CurrentBody] | None = None,
        alongside: Callable[[], Any] | None = None,
        answers: Mapping[str, Answer] | None = None,
        gauges: Sequence[Callable[[AsyncConnection], Awaitable[Sequence[Gauge]]]] = (),
    ) -> FastAPI:
        """Return the ASGI app that runs the service. Routers are mounted under `/<name>`.

        Reactions of one group run in the order of `consumers`. `current` renders the bodies of events that are published from
        current rows. `alongside` gives an async context that is entered before the service begins, such as a local server.
        `answers` are the subjects on which questions of other services are answered. `gauges` measure what is this service's own.
        """
        self._consumers, self._due_work, self._answers, self._own_gauges = consumers, due_work, answers or {}, gauges
        self._delivery = Delivery(
            consumers=consumers, transaction=self.transaction, clock=self.clock, gate=self.leadership.active, metrics=self.metrics
        )
        relay = Relay(
            source=f"urn:limber:{self.name}",
            engine=self._relay_engine,
            jetstream=self._jetstream,
            gate=self.leadership.active,
            current=current or {},
            metrics=self.metrics,
        )
        self._wake_up_calls = [relay.wake]
        for consumer in consumers:
            self._subscribers.append(
                self._broker.group_subscriber(
                    stream=consumer.stream,
                    durable=consumer.durable,
                    inbox=inbox_prefix(self.settings.nats_user),
                    gate=self.leadership.active,
                    handle=partial(self._delivery.submit, consumer),
                )
            )

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                if alongside is not None:
                    await stack.enter_async_context(alongside())
                async with self._running(relay):
                    yield

        app = FastAPI(title=f"Limber {self.name}", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
        app.state.service = self
        app.include_router(self._health(), prefix=f"/{self.name}/health")
        app.add_api_route("/metrics", self._show_metrics, include_in_schema=False)
        for router in routers:
            app.include_router(router, prefix=f"/{self.name}")
        return app

    @asynccontextmanager
    async def _running(self, relay: Relay) -> AsyncIterator[None]:
        if self._delivery is None:
            raise RuntimeError("the app was not built")
        dues = [(work, asyncio.Event()) for work in self._due_work]
        self._due_wake_up_calls = [wake for _, wake in dues]
        parts: list[Callable[[], Awaitable[None]]] = [
            self.leadership.run,
            relay.run,
            self._delivery.run,
            self._delivery.retry_held,
            partial(forget_old, self.engine, self.leadership.active),
            *(partial(self._do_due, work, wake) for work, wake in dues),
        ]
        background = [asyncio.create_task(_keep_going(part)) for part in parts]
        consume = partial(self._consume, [wake for _, wake in dues])
        consuming = asyncio.create_task(_keep_going(consume))
        try:
            yield
        finally:
            # Stop asking for messages and let what was begun be committed; what is not told yet stays in the outbox.
            consuming.cancel()
            with suppress(asyncio.CancelledError):
                await consuming
            with suppress(Exception):
                await self._broker.stop()
            for task in reversed(background):
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await self.engine.dispose()
            await self._relay_engine.dispose()
            await asyncio.to_thread(self.metrics.close)

    async def _consume(self, moved: Sequence[asyncio.Event]) -> None:
        while not self._connected:
            try:
                await self._broker.connect()
                self._connected = True
            except (TimeoutError, OSError, NatsError) as error:
                logger().warning("broker not available", error=type(error).__name__)
                await asyncio.sleep(_CONNECT_RETRY_SECONDS)
        client = self._broker.connection
        await answer_questions(client, self._answers, name=self.name)
        while True:
            try:
                for consumer in self._consumers:
                    await require_durable(client, consumer)
                break
            except NotDeclaredError as error:
                logger().critical("refusing to consume", reason=str(error))
            except (TimeoutError, NatsError) as error:
                logger().warning("broker not available", error=type(error).__name__)
            await asyncio.sleep(_CONNECT_RETRY_SECONDS)

        def wake_all() -> None:
            for event in moved:
                event.set()

        allowed = not self.settings.in_production
        following = asyncio.create_task(
            follow_clock(client, self.clock, allowed=allowed, known=self._clock_known, moved=wake_all)
        )
        watching = asyncio.create_task(self._watch_unacknowledged())
        try:
            await self._clock_known.wait()
            await self._broker.start()
            await following
        finally:
            following.cancel()
            watching.cancel()

    async def ask(self, subject: str, question: bytes, *, seconds: float = 5.0) -> bytes | None:
        """Ask another service, by request and reply; None when it doesn't answer in time, or can't."""
        return await ask(self._broker.connection, subject, question, seconds=seconds) if self._connected else None

    async def _ask_again(self) -> None:
        for subscriber in self._subscribers:
            subscriber.ask_again()

    def _jetstream(self) -> JetStreamContext:
        if not self._connected:
            raise NatsError("not connected yet")
        return self._broker.config.broker_config.connection_state.stream

    async def _do_due(self, work: DueWork, wake: asyncio.Event) -> None:
        _LOOKING_FOR_DUE_WORK.set(True)
        while True:
            await self._clock_known.wait()
            await self.leadership.active.wait()
            wake.clear()
            done = 0
            self._doing += 1
            try:
                done = await work.run(self.clock.now())
            except Exception as error:  # noqa: BLE001 - what is due stays due, and the next round tries again
                logger().warning("due work failed", work=work.name, error=describe(error))
                await asyncio.sleep(_DUE_POLL_SECONDS)
            finally:
                self._doing -= 1
            if done:
                self._wake_up(due=True)
                continue
            await set_within(wake, _DUE_POLL_SECONDS)

    def _health(self) -> APIRouter:
        router = APIRouter()

        @router.get("/live")
        async def live() -> dict[str, str]:
            """The process answers."""
            return {"status": "live"}

        @router.get("/ready")
        async def ready() -> JSONResponse:
            """The database and the broker answer, and consuming hasn't been stopped by too many failures."""
            problems = await self._problems()
            state = "active" if self.leadership.active.is_set() else "standing by"
            status = "not ready" if problems else "ready"
            answer = {"status": status, "state": state, "now": self.clock.now().isoformat(), "problems": problems}
            return JSONResponse(answer, 503 if problems else 200)

        @router.get("/work")
        async def work() -> dict[str, Any]:
            """What is still to be done, so that one can wait until nothing is."""
            return await self._work_left()

        return router

    async def _show_metrics(self) -> Response:
        """Everything counted and measured. Not below the service's own path: the front door must not show it to everybody."""
        await self._measure()
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)

    async def _measure(self) -> None:
        self.metrics.measured(
            [
                Gauge.of("limber_ready", not await self._problems()),
                Gauge.of("limber_active", self.leadership.active.is_set()),
                Gauge.of("limber_consuming_stopped", self._delivery is not None and self._delivery.stopped_consuming),
            ]
        )
        with suppress(Exception):
            async with asyncio.timeout(_MEASURE_SECONDS), self.engine.connect() as conn:
                self.metrics.measured(await measure(conn, self._due_work, real_now=self.clock.real_now(), now=self.clock.now()))
                for own in self._own_gauges:
                    self.metrics.measured(await own(conn))
        with suppress(NatsError, TimeoutError, NotDeclaredError):
            await self._look_at_durables()

    async def _problems(self) -> list[str]:
        problems = []
        try:
            async with asyncio.timeout(3), self.engine.connect() as conn:
                await conn.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - whatever the reason, it isn't ready
            problems.append("the database does not answer")
        if not self._connected or not self._broker.connection.is_connected:
            problems.append("the broker is not connected")
        elif self._consumers and not all(subscriber.running for subscriber in self._subscribers):
            problems.append("not consuming yet")
        if self._delivery is not None and self._delivery.stopped_consuming:
            problems.append("consuming was stopped: too many unexpected failures in a row")
        return problems + self._unacknowledged.problems(self.clock.real_now())

    async def _watch_unacknowledged(self) -> None:
        while True:
            await asyncio.sleep(_UNACKNOWLEDGED_LOOK_SECONDS)
            if self.metrics.is_pushed:
                await self._measure()
                continue
            with suppress(NatsError, TimeoutError, NotDeclaredError):
                await self._look_at_durables()

    async def _look_at_durables(self) -> None:
        if not self._connected:
            return
        now = self.clock.real_now()
        for consumer in self._consumers:
            name, info = consumer.durable, await durable_info(self._broker.connection, consumer)
            self._unacknowledged.look(name, info, now)
            still = self._unacknowledged.standing_still(name, now)
            self.metrics.measured(
                [
                    Gauge.of("limber_consumer_lag", info.num_pending or 0, consumer=name),
                    Gauge.of("limber_consumer_unacknowledged", info.num_ack_pending or 0, consumer=name),
                    Gauge.of("limber_consumer_standing_still_seconds", still.total_seconds(), consumer=name),
                ]
            )

    async def _work_left(self) -> dict[str, Any]:
        now = self.clock.now()
        dues: list[datetime] = []
        async with self.engine.connect() as conn:
            outbox = (await conn.execute(text("SELECT count(*) FROM outbox WHERE published_at IS NULL"))).scalar_one()
            counts = await held.count(conn)
            for work in self._due_work:
                due = await work.next_due_at(conn)
                if due is not None:
                    dues.append(due)
        unread = 0
        if self._connected:
            client = self._broker.connection
            for consumer in self._consumers:
                info = await durable_info(client, consumer)
                unread += (info.num_pending or 0) + (info.num_ack_pending or 0)
        return {
            "now": now.isoformat(),
            "activity": self._activity,
            "to_read": unread,
            "handling": self._delivery.busy if self._delivery else 0,
            "outbox": outbox,
            "held_waiting": counts[held.WAITING],
            "set_aside": counts[held.SET_ASIDE],
            "doing": self._doing,
            "due_now": sum(due <= now for due in dues),
            "next_due_at": min(dues).isoformat() if dues else None,
        }


async def _keep_going(part: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the service that never ends, and start it again, loudly, should it end all the same."""
    while True:
        try:
            await part()
        except Exception as error:  # noqa: BLE001 - a part that nobody foresaw to fail must not leave the service idle
            logger().critical("a part of the service failed and is started again", error=describe(error))
        await asyncio.sleep(_START_AGAIN_SECONDS)
