"""Wiring: settings, database, broker, providers, use cases and pages become one running service."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.breaker import Rule
from notifications.domain.message import Channel, Message
from notifications.http import answering, callbacks, life, log, mailbox, previews, replies, unsubscribe
from notifications.messaging.consume import consumers
from notifications.messaging.publish import publish_ended, publish_reply
from notifications.providers.counted import Counted
from notifications.providers.govuk_notify import GovukNotify, NotifyService
from notifications.providers.local_mailbox import serving_mailbox
from notifications.providers.local_sms import LocalSms
from notifications.providers.smtp import Smtp, SmtpServer
from notifications.settings import Settings
from notifications.storage import unsubscribing
from notifications.storage.desk import desk
from notifications.storage.export import export_of
from notifications.storage.mailbox import StoredMailbox
from notifications.storage.messages import earliest_due, earliest_overdue, earliest_retry, oldest_deferral
from notifications.storage.reads import StoredViews
from notifications.storage.replies import StoredReplies
from notifications.templates.samples import Previews
from notifications.templates.wording import TemplateWording
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.provider import Provider
from notifications.use_cases.record_delivery import Delivery, record_delivery
from notifications.use_cases.send_again import Repeat, send_again
from notifications.use_cases.send_due_messages import Counter, Sending, send_due_messages
from notifications.use_cases.settle_interrupted import settle_interrupted
from notifications.use_cases.take_reply import Reply, TextFromPerson, take_reply
from page_base.installation import install
from page_base.pages import Pages
from service_kit.clock import Clock
from service_kit.command import run
from service_kit.due import DueWork
from service_kit.ids import new_id
from service_kit.metrics import Gauge, Metrics
from service_kit.service import Service

NAME = "notifications"
TOKEN_BYTES = 32
# In a wheel the migrations lie inside the package, in a checkout beside `src`.
MIGRATIONS = next(
    path for path in (Path(__file__).parent / "migrations", Path(__file__).parents[2] / "migrations") if path.is_dir()
)


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app."""
    service = Service(name=NAME, settings=settings)
    stored_mailbox = StoredMailbox(service.engine)
    carriers = _carriers(settings, service=service, stored_mailbox=stored_mailbox)
    wording = TemplateWording(public_url=settings.public_url, organiser=settings.email_sender)
    pages = Pages("notifications.http")
    clock = service.clock

    @asynccontextmanager
    async def reading() -> AsyncIterator[StoredViews]:
        async with service.engine.connect() as conn:
            yield StoredViews(conn)

    @asynccontextmanager
    async def alongside() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if settings.email_provider == "local":
                serving = serving_mailbox(
                    host="127.0.0.1", port=settings.mailbox_smtp_port, mailbox=stored_mailbox, new_id=new_id, now=clock.now
                )
                await stack.enter_async_context(serving)
            for provider in carriers.all():
                stack.push_async_callback(provider.close)
            yield

    @asynccontextmanager
    async def open_counter() -> AsyncIterator[Counter]:
        async with service.transaction() as conn:

            async def announce(messages: Sequence[Message]) -> None:
                await publish_ended(conn, [(message, None) for message in messages])

            yield Counter(desk=desk(conn), announce=announce)

    @asynccontextmanager
    async def open_inbox() -> AsyncIterator[StoredReplies]:
        async with service.transaction() as conn:
            yield StoredReplies(conn)

    async def unsubscribe_by(token: str, *, decided: bool) -> str | None:
        async with service.transaction() as conn:
            return await unsubscribing.unsubscribe(conn, token, at=clock.now() if decided else None)

    async def repeat_message(repeat: Repeat) -> Message | None:
        async with service.transaction() as conn:
            return await send_again(repeat=repeat, desk=desk(conn), now=clock.now(), new_id=new_id)

    takes = _Callbacks(service, open_counter)

    app = service.app(
        consumers=consumers(desk=desk, new_id=new_id),
        routers=[
            *_answering(settings, service=service, takes=takes),
            mailbox.router(pages=pages, access=service.access, reading=reading, can_answer=settings.sms_provider == "local"),
            callbacks.router(callbacks=takes, tokens=settings.callback_tokens()),
            unsubscribe.router(pages=pages, unsubscribe=unsubscribe_by),
            replies.router(pages=pages, access=service.access, opened=open_inbox, now=clock.now),
            life.router(pages=pages, access=service.access, reading=reading, send_again=repeat_message, now=clock.now),
            previews.router(pages=pages, access=service.access, previews=Previews(wording), now=clock.now),
            log.router(pages=pages, access=service.access, reading=reading, now=clock.now, real_now=clock.real_now),
        ],
        due_work=_due_work(settings, service=service, carriers=carriers, wording=wording, open_counter=open_counter),
        alongside=alongside,
        answers={f"export.{NAME}": export_of(service.engine)},
        gauges=[_deferral(service.metrics, clock)],
    )
    install(app, service=NAME, pages=pages, verify=service.access.verify)
    return app


def _deferral(metrics: Metrics, clock: Clock) -> Callable[[AsyncConnection], Awaitable[list[Gauge]]]:
    name = "limber_message_oldest_deferred_age_seconds"
    metrics.gauge(name, "How long the message waits that was deferred first")

    async def measured(conn: AsyncConnection) -> list[Gauge]:
        since = await oldest_deferral(conn)
        age = 0.0 if since is None else max(0.0, (clock.now() - since).total_seconds())
        return [Gauge.of(name, age)]

    return measured


class _Callbacks:
    """What providers tell us, each in a transaction of its own."""

    def __init__(self, service: Service, open_counter: Callable[[], AbstractAsyncContextManager[Counter]]) -> None:
        self._service = service
        self._open_counter = open_counter

    async def delivery(self, delivery: Delivery) -> bool:
        async with self._open_counter() as counter:
            return await record_delivery(delivery=delivery, counter=counter, now=self._service.clock.now(), new_id=new_id)

    async def text(self, arrived: TextFromPerson) -> Reply | None:
        async with self._service.transaction() as conn:
            announce, replies = partial(publish_reply, conn), StoredReplies(conn)
            return await take_reply(arrived=arrived, desk=desk(conn), replies=replies, announce=announce, new_id=new_id)

    async def answer_as(self, phone: str, text: str) -> Reply:
        answer_id, now = str(new_id()), self._service.clock.now()
        reply = await self.text(TextFromPerson(provider="local", provider_id=answer_id, phone=phone, text=text, received_at=now))
        if reply is None:
            msg = "an answer with an id of its own is new"
            raise RuntimeError(msg)
        return reply


def _answering(settings: Settings, *, service: Service, takes: _Callbacks) -> list[APIRouter]:
    """Where text messages end in the local mailbox, they can be answered there."""
    return [answering.router(access=service.access, answer_as=takes.answer_as)] if settings.sms_provider == "local" else []


def _due_work(
    settings: Settings,
    *,
    service: Service,
    carriers: Carriers,
    wording: TemplateWording,
    open_counter: Callable[[], AbstractAsyncContextManager[Counter]],
) -> list[DueWork]:
    sending = Sending(
        open_counter=open_counter,
        carriers=carriers,
        wording=wording,
        real_now=service.clock.real_now,
        new_id=new_id,
        new_token=partial(secrets.token_urlsafe, TOKEN_BYTES),
        lease=timedelta(seconds=settings.sending_lease_seconds),
        portion=settings.portion,
    )

    def in_domain_time(real: datetime | None) -> list[datetime]:
        return [] if real is None else [real + service.clock.offset]

    async def next_to_send_at(conn: AsyncConnection) -> datetime | None:
        due_at = await earliest_due(conn)
        return min([*([] if due_at is None else [due_at]), *in_domain_time(await earliest_retry(conn))], default=None)

    async def next_to_settle_at(conn: AsyncConnection) -> datetime | None:
        return min(in_domain_time(await earliest_overdue(conn)), default=None)

    async def send(now: datetime) -> int:
        return await send_due_messages(sending=sending, now=now)

    async def settle(now: datetime) -> int:
        return await settle_interrupted(sending=sending, now=now)

    return [
        DueWork(name="send due messages", run=send, next_due_at=next_to_send_at),
        DueWork(name="settle interrupted messages", run=settle, next_due_at=next_to_settle_at),
    ]


def _carriers(settings: Settings, *, service: Service, stored_mailbox: StoredMailbox) -> Carriers:
    answers = service.metrics.counter("limber_provider_answers", "What providers of messages said, by provider and outcome")

    def counted(provider: Provider) -> Provider:
        return Counted(provider, count=lambda outcome: answers({"provider": provider.name, "outcome": outcome}))

    notify = _notify(settings)
    sms: list[Provider] = []
    if settings.sms_provider == "local":
        sms.append(LocalSms(mailbox=stored_mailbox, new_id=new_id, now=service.clock.now))
    elif settings.sms_provider == "govuk-notify":
        sms.append(GovukNotify(notify, name="govuk_notify_sms", channel=Channel.SMS, real_now=service.clock.real_now))
    if settings.sms_second_provider == "govuk-notify":
        second = NotifyService(
            base_url=settings.second_notify_base_url,
            api_key=_secret(settings.second_notify_api_key_file),
            sms_template=settings.second_notify_sms_template,
            email_template=None,
            at_once=settings.notify_at_once,
            per_minute=settings.notify_per_minute,
            timeout=settings.provider_timeout_seconds,
        )
        sms.append(GovukNotify(second, name="second_notify_sms", channel=Channel.SMS, real_now=service.clock.real_now))
    email: list[Provider] = []
    if settings.email_provider == "govuk-notify":
        email.append(GovukNotify(notify, name="govuk_notify_email", channel=Channel.EMAIL, real_now=service.clock.real_now))
    elif settings.email_provider != "none":
        email.append(_smtp(settings, service=service, stored_mailbox=stored_mailbox))
    rule = Rule(
        down_for=timedelta(seconds=settings.provider_down_seconds),
        failures=settings.provider_down_failures,
        left_alone_for=timedelta(seconds=settings.provider_left_alone_seconds),
    )
    by_channel = {Channel.SMS: [counted(one) for one in sms], Channel.EMAIL: [counted(one) for one in email]}
    return Carriers(by_channel, rule=rule)


def _notify(settings: Settings) -> NotifyService:
    return NotifyService(
        base_url=settings.notify_base_url,
        api_key=_secret(settings.notify_api_key_file),
        sms_template=settings.notify_sms_template,
        email_template=settings.notify_email_template,
        at_once=settings.notify_at_once,
        per_minute=settings.notify_per_minute,
        timeout=settings.provider_timeout_seconds,
    )


def _smtp(settings: Settings, *, service: Service, stored_mailbox: StoredMailbox) -> Smtp:
    local = settings.email_provider == "local"
    server = SmtpServer(
        host="127.0.0.1" if local else settings.smtp_host,
        port=settings.mailbox_smtp_port if local else settings.smtp_port,
        sender=settings.email_sender,
        sender_name=settings.email_sender_name,
        user=None if local else settings.smtp_user,
        password=None if local else settings.smtp_password(),
        start_tls=False if local else settings.smtp_start_tls,
        timeout=settings.provider_timeout_seconds,
    )
    return Smtp(
        server,
        name="local_mailbox" if local else "smtp",
        now=service.clock.now,
        mailbox=stored_mailbox if local else None,
    )


def _secret(file: Path | None) -> str:
    return "" if file is None else file.read_text().strip()


def main() -> None:
    """Be `python -m notifications`."""
    run(name=NAME, build=lambda: build(Settings()), settings=Settings, migrations=MIGRATIONS)
