"""What a person hears of a link that opens something of theirs."""

from uuid import UUID

import pytest

from notifications.domain.message import Reason, Status
from notifications.use_cases.plan_message_about_link import LinkState, plan_message_about_link
from support.notifications_fakes import FakeDesk
from support.notifications_planning import DAY, NOW, PERSON


def a_link(status: str, sequence: int = 1, purpose: str = "own_page") -> LinkState:
    return LinkState(
        link_id=UUID(int=9),
        sequence=sequence,
        participant_id=PERSON,
        purpose=purpose,
        status=status,
        token="t" * 43 if status == "issued" else None,
        code=None,
        channel="sms",
        expires_at=NOW + DAY,
    )


async def tell_links(desk: FakeDesk, *links: LinkState) -> None:
    await plan_message_about_link(links=links, now=NOW, new_id=desk.new_id, desk=desk.desk())


@pytest.mark.parametrize("purpose", ["complete_nomination", "confirm_contact", "own_page"])
async def test_a_link_that_was_issued_is_sent_once_while_it_opens(purpose: str) -> None:
    desk = FakeDesk()
    await tell_links(desk, a_link("issued", purpose=purpose), a_link("issued", 2, purpose=purpose))
    (message,) = desk.all()
    assert (message.kind, message.due_at, message.useful_until) == (purpose, NOW, NOW + DAY)
    assert message.facts["token"] == "t" * 43


@pytest.mark.parametrize("status", ["used", "revoked", "expired"])
async def test_a_link_that_no_longer_opens_is_not_sent_in_whichever_order_it_is_heard(status: str) -> None:
    desk = FakeDesk()
    await tell_links(desk, a_link("issued"))
    await tell_links(desk, a_link(status, 2))
    assert [(message.status, message.reason) for message in desk.all()] == [(Status.DROPPED, Reason.LINK_ENDED)]
    reversed_ = FakeDesk()
    await tell_links(reversed_, a_link(status, 2))
    await tell_links(reversed_, a_link("issued"))
    assert reversed_.all() == []


async def test_a_link_for_a_purpose_that_we_do_not_know_is_not_told() -> None:
    desk = FakeDesk()
    await tell_links(desk, a_link("issued", purpose="a_purpose_of_the_future"))
    assert desk.all() == []
