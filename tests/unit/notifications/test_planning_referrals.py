"""What a person hears of a referral, and what waits for their first contact."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from notifications.domain.message import Kind, Reason, Status
from notifications.use_cases.keep_contact import keep_contact
from notifications.use_cases.plan_messages_about_referral import ReferralDecision, plan_messages_about_referral
from support.notifications_fakes import MARY, FakeDesk
from support.notifications_planning import DAY, NOW, PERSON


def a_decision(status: str, sequence: int = 1) -> ReferralDecision:
    return ReferralDecision(referral_id=UUID(int=7), sequence=sequence, participant_id=PERSON, status=status)


async def tell_referrals(desk: FakeDesk, *decisions: ReferralDecision) -> None:
    await plan_messages_about_referral(decisions=decisions, now=NOW, new_id=desk.new_id, desk=desk.desk())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("accepted", Kind.REFERRAL_RECEIVED),
        ("needs_review", Kind.REFERRAL_RECEIVED),
        ("declined", Kind.REFERRAL_DECLINED),
        ("duplicate", None),
        ("invalid", None),
        ("cancelled", None),
        ("a status we don't know", None),
    ],
)
async def test_a_referral_is_told_to_the_person_where_it_is_theirs_to_hear(status: str, kind: Kind | None) -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision(status))
    assert [message.kind for message in desk.all()] == ([kind] if kind else [])


async def test_a_review_that_ends_well_is_not_told_twice_and_one_that_ends_badly_is_told() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision("needs_review"), a_decision("accepted", 2))
    assert len(desk.all()) == 1
    await tell_referrals(desk, a_decision("declined", 3), a_decision("accepted", 2))
    assert [(m.kind, m.status, m.reason) for m in desk.all()] == [
        (Kind.REFERRAL_RECEIVED, Status.DROPPED, Reason.REPLACED),
        (Kind.REFERRAL_DECLINED, Status.PLANNED, None),
    ]


async def test_a_cancelled_referral_takes_back_what_was_not_sent() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision("accepted"))
    await tell_referrals(desk, a_decision("cancelled", 2))
    assert [(m.status, m.reason) for m in desk.all()] == [(Status.DROPPED, Reason.REFERRAL_CANCELLED)]


async def test_a_first_contact_sends_off_what_waited_for_it_and_nothing_else() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision("accepted"))
    [message] = desk.all()
    await desk.messages.change([message.defer(reason=Reason.CONTACT_UNKNOWN, until=NOW + DAY, now=NOW)])
    await keep_contact(contacts=[MARY], now=NOW, new_id=desk.new_id, desk=desk.desk())
    assert [(m.status, m.due_at) for m in desk.all()] == [(Status.PLANNED, NOW)]
    [message] = desk.all()
    quiet = message.defer(reason=Reason.QUIET_HOURS, until=NOW + DAY, now=NOW)
    await desk.messages.change([quiet])
    await keep_contact(contacts=[replace(MARY, sequence=2)], now=NOW, new_id=desk.new_id, desk=desk.desk())
    assert desk.all() == [quiet]
    assert desk.contacts.rows[PERSON].sequence == 2


def a_question(asked: str, sequence: int, *, hour: int = 0) -> ReferralDecision:
    return replace(a_decision("needs_review", sequence), asked=asked, asked_at=NOW + timedelta(hours=hour))


@pytest.mark.parametrize("asked", ["sender", "person"])
async def test_a_person_hears_that_more_was_asked_once_for_each_time_whatever_the_channel_of_the_referral(asked: str) -> None:
    desk = FakeDesk()
    await tell_referrals(desk, replace(a_decision("needs_review"), channel="self_referral"))
    assert desk.all() == []
    await tell_referrals(desk, a_question(asked, 2), a_question(asked, 3), a_question(asked, 4, hour=1))
    assert [(m.kind, m.facts) for m in desk.all()] == [(Kind.MORE_INFORMATION_NEEDED, {"asked": asked})] * 2
    assert {m.reason for m in desk.with_status(Status.DROPPED)} == {Reason.REPLACED}


async def test_what_was_asked_and_not_sent_yet_is_taken_back_when_the_referral_is_decided() -> None:
    for status, reason in (
        ("accepted", Reason.REPLACED),
        ("declined", Reason.REPLACED),
        ("cancelled", Reason.REFERRAL_CANCELLED),
    ):
        desk = FakeDesk()
        await tell_referrals(desk, a_question("sender", 1))
        await tell_referrals(desk, a_decision(status, 2))
        [asked] = [message for message in desk.all() if message.kind is Kind.MORE_INFORMATION_NEEDED]
        assert (asked.status, asked.reason) == (Status.DROPPED, reason)


async def test_a_question_to_somebody_we_do_not_know_is_told_as_the_review_that_it_is() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_question("an oracle", 1))
    assert [message.kind for message in desk.all()] == [Kind.REFERRAL_RECEIVED]


@pytest.mark.parametrize(
    ("channel", "told"), [("gp", True), ("self_referral", False), ("workplace", False), ("of tomorrow", False)]
)
async def test_who_is_declined_hears_that_the_sender_knows_only_where_that_is_so(channel: str, *, told: bool) -> None:
    desk = FakeDesk()
    await tell_referrals(desk, replace(a_decision("declined", 2), channel=channel))
    assert [message.facts for message in desk.all()] == [{"sender_told": told}]
