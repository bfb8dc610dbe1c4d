"""Email through an SMTP server that isn't ours: what it gets, what its answers mean, and what nobody can know."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from support.notifications_bench import (
    MORNING,
    STAFF_TOKEN,
    Group,
    NotificationsBench,
    Participant,
    bearer,
    prepared,
    within_this_process,
)
from support.servers import Broker, Database


@pytest.fixture
async def bench(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[NotificationsBench]:
    async with prepared(await database("notifications"), nats_server, folder) as ready:
        yield ready


@dataclass
class Outside:
    """An SMTP server that isn't ours: it answers as it is told to, and can't be asked what it has."""

    answers: list[str] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers and self.answers[0].startswith("RCPT"):
            return self.answers.pop(0).removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd calls
        self.received.append(envelope.content if isinstance(envelope.content, bytes) else b"")
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "silence":
            transport: Any = server.transport
            transport.abort()
        return answer


@pytest.fixture
async def outside() -> AsyncIterator[tuple[Outside, int]]:
    handler = Outside()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="outside", loop=loop), "127.0.0.1", 0)
    yield handler, server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def through_smtp(
    bench: NotificationsBench, outside: tuple[Outside, int]
) -> AsyncIterator[tuple[NotificationsBench, Outside]]:
    bench.settings |= {"email_provider": "smtp", "sms_provider": "none", "smtp_host": "127.0.0.1", "smtp_port": str(outside[1])}
    async with within_this_process(bench):
        yield bench, outside[0]


async def test_an_email_that_nobody_can_vouch_for_is_unknown_and_not_sent_again(
    through_smtp: tuple[NotificationsBench, Outside],
) -> None:
    bench, server = through_smtp
    server.answers = ["silence"]
    person = Participant()
    await bench.tell_contact(person)
    await bench.tell_referral(person)
    [unknown] = await bench.messages(person, "referral_received", "unknown")
    assert unknown["reason"] == "not_confirmed"
    await bench.all_read()
    assert [(one["status"], one["reason"]) for one in await bench.published()] == [("unknown", "not_confirmed")]
    assert len(server.received) == 1
    page = await bench.client.get("/notifications/messages?status=unknown", headers=bearer(STAFF_TOKEN) | {"Accept": "text/html"})
    assert "It is not sent again by itself." in page.text
    assert (await bench.audit())["funnel"]["messages_unknown"] == 1


@pytest.mark.parametrize("answer", ["RCPT 550 5.1.1 No such user", "554 5.7.1 Refused"])
async def test_a_permanent_refusal_fails_the_message(through_smtp: tuple[NotificationsBench, Outside], answer: str) -> None:
    bench, server = through_smtp
    server.answers = [answer]
    person = Participant()
    await bench.tell_contact(person)
    await bench.tell_referral(person)
    [failed] = await bench.messages(person, "referral_received", "failed")
    assert (failed["reason"], failed["attempts"]) == ("refused_by_provider", 1)


@pytest.mark.parametrize("answer", ["RCPT 451 4.7.1 Later", "RCPT 421 4.3.0 Going down", "451 4.3.0 Later"])
async def test_a_temporary_failure_is_tried_again_later(through_smtp: tuple[NotificationsBench, Outside], answer: str) -> None:
    bench, server = through_smtp
    server.answers = [answer]
    person = Participant()
    await bench.tell_contact(person)
    await bench.tell_referral(person)
    [waiting] = await bench.messages(person, "referral_received", "deferred")
    assert waiting["reason"] == "provider_unavailable"
    assert timedelta(seconds=0) < waiting["retry_at"] - datetime.now(UTC) <= timedelta(seconds=5)
    await bench.query("UPDATE messages SET retry_at = now()")
    [sent] = await bench.messages(person, "referral_received", "sent")
    assert sent["attempts"] == 2


async def test_a_server_that_is_not_there_is_tried_again_later(bench: NotificationsBench) -> None:
    bench.settings |= {"email_provider": "smtp", "sms_provider": "none", "smtp_host": "127.0.0.1", "smtp_port": "1"}
    person = Participant()
    async with within_this_process(bench):
        await bench.tell_contact(person)
        await bench.tell_referral(person)
        [waiting] = await bench.messages(person, "referral_received", "deferred")
    assert waiting["reason"] == "provider_unavailable"


async def test_a_place_arrives_as_text_as_html_and_as_an_invitation_and_without_a_way_to_unsubscribe(
    through_smtp: tuple[NotificationsBench, Outside],
) -> None:
    bench, server = through_smtp
    person, group = Participant(), Group.of(MORNING + timedelta(days=7), MORNING + timedelta(days=10))
    await bench.tell_contact(person, greeting_name="Siân")
    await bench.tell_cohort(group)
    await bench.tell_place(person, group=group)
    await bench.messages(person, "place_found", "sent")
    [received] = server.received
    mail = email.message_from_bytes(received, policy=email.policy.default)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "text/calendar",
    ]
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "Hello Siân," in plain.get_content()
    assert "Hello Siân," in html.get_content()
    invitation, attached = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert invitation.get_param("method") == "REQUEST"
    assert attached.get_filename() == "sessions-1.ics"
    starts = [event.start for event in icalendar.Calendar.from_ical(invitation.get_content()).events]
    assert starts == [session.starts_at for session in group.sessions]
    assert (mail["To"], mail["List-Unsubscribe"], mail["Auto-Submitted"]) == (person.email, None, "auto-generated")


async def test_what_comes_next_carries_the_header_by_which_a_mail_program_unsubscribes(
    through_smtp: tuple[NotificationsBench, Outside],
) -> None:
    bench, server = through_smtp
    person = Participant()
    await bench.tell_contact(person)
    await bench.tell_signposting(person, "Walking group")
    await bench.messages(person, "what_comes_next", "sent")
    mail = email.message_from_bytes(server.received[0], policy=email.policy.default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip("<>").partition("/notifications/")[2]
    answered = await bench.client.post(f"/notifications/{path}", data={"List-Unsubscribe": "One-Click"})
    assert answered.status_code == 200
    await bench.tell_signposting(person, "Swimming")
    [dropped] = await bench.messages(person, "what_comes_next", "dropped")
    assert (dropped["reason"], len(server.received)) == ("unsubscribed", 1)
