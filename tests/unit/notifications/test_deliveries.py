"""A provider says what became of a message: twice, late, out of order, and it comes to the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from notifications.domain.message import Channel, Kind, Message, Reason, Status
from notifications.use_cases.record_delivery import Delivery, record_delivery
from support.notifications_fakes import MARY, FakeDesk

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
ARRIVED = None


def sent(channel: Channel = Channel.SMS) -> Message:
    planned = Message(
        id=UUID(int=0),
        participant_id=MARY.participant_id,
        kind=Kind.REFERRAL_RECEIVED,
        about_id="a",
        due_at=NOW,
        useful_until=NOW + timedelta(days=30),
        planned_at=NOW,
        changed_at=NOW,
    )
    return planned.claim(channel=channel, provider="notify", until=NOW, now=NOW).sent(now=NOW)


async def told(*failures: Reason | None, message: Message | None = None, now: datetime = NOW) -> FakeDesk:
    desk = FakeDesk()
    first = message or sent()
    desk.messages.rows[first.id] = first
    desk.contacts.rows[MARY.participant_id] = MARY
    for failure in failures:
        async with desk.open_counter() as counter:
            delivery = Delivery(reference=first.id, failure=failure)
            assert await record_delivery(delivery=delivery, counter=counter, now=now, new_id=desk.new_id)
    return desk


async def test_what_arrived_is_delivered_and_told_once_however_often_the_provider_says_so() -> None:
    desk = await told(ARRIVED, ARRIVED)
    assert [m.status for m in desk.announced] == [Status.DELIVERED]


@pytest.mark.parametrize("order", list(permutations([ARRIVED, ARRIVED, Reason.OUT_OF_REACH])))
async def test_what_arrived_stays_arrived_in_whatever_order_it_is_told(order: tuple[Reason | None, ...]) -> None:
    [message] = (await told(*order)).all()
    assert (message.status, message.reason) == (Status.DELIVERED, None)


async def test_a_receipt_may_be_here_before_our_own_note_that_it_was_sent() -> None:
    planned = replace(sent(), status=Status.PLANNED)
    sending = planned.claim(channel=Channel.SMS, provider="notify", until=NOW, now=NOW)
    [message] = (await told(ARRIVED, message=sending)).all()
    assert (message.status, message.claimed_until) == (Status.DELIVERED, None)


async def test_a_number_that_does_not_work_is_told_by_email_once() -> None:
    desk = await told(Reason.NO_SUCH_ADDRESS, Reason.NO_SUCH_ADDRESS)
    [failed, email] = desk.all()
    assert (failed.status, failed.reason) == (Status.FAILED, Reason.NO_SUCH_ADDRESS)
    assert (email.status, email.only_channel) == (Status.PLANNED, Channel.EMAIL)


@pytest.mark.parametrize(
    ("message", "now"),
    [(sent(Channel.EMAIL), NOW), (sent(), NOW + timedelta(days=31))],
    ids=["an email that failed", "a text message past its use"],
)
async def test_nothing_takes_the_place_of(message: Message, now: datetime) -> None:
    assert len((await told(Reason.NO_SUCH_ADDRESS, message=message, now=now)).all()) == 1


async def test_a_phone_that_was_off_is_no_reason_for_another_channel() -> None:
    [message] = (await told(Reason.OUT_OF_REACH)).all()
    assert (message.status, message.reason) == (Status.FAILED, Reason.OUT_OF_REACH)


async def test_what_arrived_after_all_takes_back_the_email_in_its_place() -> None:
    [message, email] = (await told(Reason.NO_SUCH_ADDRESS, ARRIVED)).all()
    assert message.status is Status.DELIVERED
    assert (email.status, email.reason) == (Status.DROPPED, Reason.REPLACED)


async def test_a_message_that_is_not_ours_is_said_to_be_unknown() -> None:
    desk = FakeDesk()
    async with desk.open_counter() as counter:
        delivery = Delivery(reference=UUID(int=5))
        assert not await record_delivery(delivery=delivery, counter=counter, now=NOW, new_id=desk.new_id)
