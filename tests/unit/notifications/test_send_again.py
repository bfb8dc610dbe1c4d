"""Staff have a message sent again: a message of its own, while it is of use, and never one that still goes by itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from notifications.domain.message import Channel, Kind, Message, Reason, RepeatError, Status
from notifications.use_cases.send_again import Repeat, send_again
from support.notifications_fakes import MARY, FakeDesk

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
PLANNED = Message(
    id=UUID(int=0),
    participant_id=MARY.participant_id,
    kind=Kind.PLACE_FOUND,
    about_id="a",
    due_at=NOW,
    useful_until=NOW + timedelta(days=1),
    planned_at=NOW,
    changed_at=NOW,
)
SENDING = PLANNED.claim(channel=Channel.SMS, provider="sms", until=NOW, now=NOW)
ENDS = {
    Status.SENT: SENDING.sent(now=NOW),
    Status.DELIVERED: SENDING.delivered(now=NOW),
    Status.FAILED: SENDING.refused(reason=Reason.REFUSED_BY_PROVIDER, now=NOW),
    Status.UNKNOWN: SENDING.lose_sight(now=NOW),
    Status.DROPPED: PLANNED.drop(reason=Reason.NO_CHANNEL, now=NOW),
}


async def again(message: Message, *, because: str = "She has a new phone.", now: datetime = NOW, times: int = 1) -> FakeDesk:
    desk = FakeDesk()
    desk.messages.rows[message.id] = message
    for _ in range(times):
        repeat = Repeat(message_id=message.id, by="Cora", because=because)
        await send_again(repeat=repeat, desk=desk.desk(), now=now, new_id=desk.new_id)
    return desk


@pytest.mark.parametrize("status", ENDS)
async def test_a_message_that_has_ended_is_planned_once_more_with_who_and_why(status: Status) -> None:
    first, second = (await again(ENDS[status])).all()
    assert first == ENDS[status]
    assert (second.status, second.kind, second.useful_until) == (Status.PLANNED, first.kind, first.useful_until)
    assert (second.asked_by, second.asked_because) == ("Cora", "She has a new phone.")


async def test_each_time_is_a_message_of_its_own() -> None:
    assert len({message.about_id for message in (await again(ENDS[Status.SENT], times=3)).all()}) == 4


@pytest.mark.parametrize(
    ("message", "because", "now", "says"),
    [
        (PLANNED, "why", NOW, "has not ended yet"),
        (SENDING, "why", NOW, "has not ended yet"),
        (ENDS[Status.SENT], "why", PLANNED.useful_until, "is over"),
        (ENDS[Status.SENT], "  ", NOW, "Reason: say why"),
    ],
)
async def test_it_is_refused_in_plain_words(message: Message, because: str, now: datetime, says: str) -> None:
    with pytest.raises(RepeatError, match=says):
        await again(message, because=because, now=now)


async def test_a_message_that_is_not_there_is_none() -> None:
    desk = FakeDesk()
    repeat = Repeat(message_id=UUID(int=5), by="Cora", because="why")
    assert await send_again(repeat=repeat, desk=desk.desk(), now=NOW, new_id=desk.new_id) is None
