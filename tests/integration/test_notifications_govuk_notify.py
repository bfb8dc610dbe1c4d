"""Messages through GOV.UK Notify: the stub is held to the official client, and our adapter to the stub."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from notifications.domain.message import Channel
from notifications.providers.govuk_notify import GovukNotify, KeyUnreadableError, NotifyService
from notifications.use_cases.provider import Accepted, Answer, Letter, Refused, Unavailable, Unclear, Words
from support.notify_stub import API_KEY, EMAIL_TEMPLATE, SMS_TEMPLATE, Fault, NotifyStub, running_notify

PHONE = "07700 900123"


@pytest.fixture
async def notify() -> AsyncIterator[NotifyStub]:
    async with running_notify() as stub:
        yield stub


def adapter(stub: NotifyStub, channel: Channel = Channel.SMS, *, api_key: str = API_KEY, timeout: float = 5) -> GovukNotify:
    service = NotifyService(
        base_url=stub.url, api_key=api_key, sms_template=SMS_TEMPLATE, email_template=EMAIL_TEMPLATE, timeout=timeout
    )
    return GovukNotify(service, name=f"notify_{channel}", channel=channel, real_now=lambda: datetime.now(UTC))


def official_client(stub: NotifyStub) -> Any:
    # Any, because the client has no types.
    make: Any = NotificationsAPIClient
    return make(API_KEY, base_url=stub.url)


def a_letter(body: str = "Hello Mary") -> Letter:
    return Letter(reference=uuid4(), to=PHONE, words=Words(body=body))


async def test_the_official_client_sends_finds_and_reads_errors_from_the_stub(notify: NotifyStub) -> None:
    client = official_client(notify)

    def use_it() -> tuple[str, list[str], str, str]:
        sent = client.send_sms_notification(PHONE, str(SMS_TEMPLATE), personalisation={"body": "Hello"}, reference="r-1")
        client.send_email_notification(
            "mary@example.org", str(EMAIL_TEMPLATE), personalisation={"subject": "S", "body": "B"}, reference="r-2"
        )
        listed = client.get_all_notifications(template_type="sms", reference="r-1")["notifications"]
        one = client.get_notification_by_id(sent["id"])
        notify.faults.append(Fault.TOO_MANY)
        with pytest.raises(HTTPError) as refused:
            client.send_sms_notification(PHONE, str(SMS_TEMPLATE))
        error: Any = refused.value
        return sent["content"]["body"], [found["id"] for found in listed], one["status"], error.message[0]["error"]

    body, listed, status, error = await asyncio.to_thread(use_it)
    assert (body, status, error) == ("Hello", "sending", "RateLimitError")
    assert len(listed) == 1


async def test_what_we_send_is_what_the_official_client_finds(notify: NotifyStub) -> None:
    letter = Letter(
        reference=uuid4(), to="mary@example.org", words=Words(subject="A place", body="Hello Mary,\n\nwe have a place.")
    )
    assert await adapter(notify, Channel.EMAIL).send(letter) == Accepted()
    client = official_client(notify)
    [found] = (await asyncio.to_thread(client.get_all_notifications, reference=str(letter.reference)))["notifications"]
    assert (found["email_address"], found["subject"], found["body"]) == (letter.to, letter.words.subject, letter.words.body)


@pytest.mark.parametrize(
    ("fault", "answer", "is_there"),
    [
        (Fault.TOO_MANY, Unavailable(), False),
        (Fault.DOWN, Unavailable(), False),
        (Fault.WRONG_NUMBER, Refused(), False),
        (Fault.CUT_BEFORE, Unclear(), False),
        (Fault.CUT_AFTER, Unclear(), True),
        (Fault.BROKEN_AFTER, Unclear(), True),
    ],
)
async def test_each_failure_has_its_meaning_and_the_reference_settles_the_unclear(
    notify: NotifyStub, fault: Fault, answer: Answer, *, is_there: bool
) -> None:
    notify.faults.append(fault)
    letter = a_letter()
    provider = adapter(notify)
    assert await provider.send(letter) == answer
    assert await provider.find([letter.reference, uuid4()]) == frozenset({letter.reference} if is_there else ())


async def test_a_time_out_is_unclear_because_notify_may_take_it_later(notify: NotifyStub) -> None:
    notify.delay = 0.5
    letter = a_letter()
    provider = adapter(notify, timeout=0.2)
    assert await provider.send(letter) == Unclear()


async def test_a_reference_of_the_other_channel_is_not_found(notify: NotifyStub) -> None:
    letter = a_letter()
    assert await adapter(notify).send(letter) == Accepted()
    assert await adapter(notify, Channel.EMAIL).find([letter.reference]) == frozenset()


async def test_a_wrong_key_is_ours_to_mend_so_the_message_waits(notify: NotifyStub) -> None:
    wrong = f"{API_KEY[:-4]}0000"
    provider = adapter(notify, api_key=wrong)
    letter = a_letter()
    assert await provider.send(letter) == Unavailable()
    with pytest.raises(OSError, match="did not say whether it has a message"):
        await provider.find([letter.reference])


async def test_nobody_at_the_address_means_that_nobody_has_it() -> None:
    provider = adapter(NotifyStub(url="http://127.0.0.1:9"))
    assert await provider.send(a_letter()) == Unavailable()
    with pytest.raises(OSError, match="did not say"):
        await provider.find([UUID(int=1)])


def test_a_key_of_another_form_is_refused_at_the_start() -> None:
    with pytest.raises(KeyUnreadableError, match="two UUIDs"):
        adapter(NotifyStub(url="http://127.0.0.1:9"), api_key="abc")


async def test_text_messages_and_emails_share_the_rate_that_notify_allows(notify: NotifyStub) -> None:
    known = NotifyService(
        base_url=notify.url, api_key=API_KEY, sms_template=SMS_TEMPLATE, email_template=EMAIL_TEMPLATE, per_minute=60
    )
    both = [GovukNotify(known, name=name, channel=name, real_now=lambda: datetime.now(UTC)) for name in Channel]
    letters = [a_letter(), Letter(reference=uuid4(), to="mary@example.org", words=Words(subject="S", body="B"))]
    began = asyncio.get_running_loop().time()
    answers = await asyncio.gather(*(one.send(letter) for one, letter in zip(both, letters, strict=True)))
    assert answers == [Accepted(), Accepted()]
    # One a second: the second of the two had to wait for its turn.
    assert asyncio.get_running_loop().time() - began >= 0.9
