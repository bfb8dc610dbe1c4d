"""STOP and START by text, which notifications reads and enrolment keeps as what the person wishes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from event_contracts.notifications import ReplyReceived
from service_kit.ids import new_id
from support.enrolment_bench import EnrolmentBench, bearer, enrolment, eventually, referral
from support.place_facts import service_says

__all__ = ["enrolment"]

SAID_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


async def say(bench: EnrolmentBench, participant: str, answer: str, *, at: datetime = SAID_AT) -> None:
    """A person answers a text, as notifications tells it; returns once enrolment has taken it."""
    reply = ReplyReceived(reply_id=new_id(), participant_id=UUID(participant), answer=answer, received_at=at)
    before = await bench.query("SELECT count(*) FROM inbox WHERE consumer = 'enrolment_notifications'")
    await service_says(bench, "notifications", [("notifications.reply.received.v1", reply.participant_id, 1, reply)])

    async def taken() -> bool:
        rows = await bench.query("SELECT count(*) FROM inbox WHERE consumer = 'enrolment_notifications'")
        return bool(rows[0][0] > before[0][0])

    await eventually(taken)


async def wishes(bench: EnrolmentBench) -> list[Any]:
    rows = await bench.query("SELECT allows_sms, source, changed_at FROM preference_changes ORDER BY sequence")
    return [tuple(row) for row in rows]


async def test_stop_and_start_are_kept_with_time_and_source_and_told(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    participant = (await practice.refer(referral(1)))["participant_id"]
    later = SAID_AT + timedelta(hours=1)
    await say(enrolment, participant, "stop")
    await say(enrolment, participant, "start", at=later)
    assert await wishes(enrolment) == [(False, "text_message", SAID_AT), (True, "text_message", later)]
    told = await enrolment.published("enrolment.preferences.changed.v1", at_least=2)
    assert [(each["allows_sms"], each["allows_email"], each["source"]) for each in told] == [
        (False, True, "text_message"),
        (True, True, "text_message"),
    ]
    deeds = await enrolment.query("SELECT actor_kind, details FROM audit WHERE deed = 'preferences_changed'")
    assert [each["actor_kind"] for each in deeds] == ["person", "person"]


async def test_contacts_carry_what_was_said(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    participant = (await practice.refer(referral(1)))["participant_id"]
    await say(enrolment, participant, "stop")

    async def stopped() -> bool:
        told = await enrolment.last_message("CONTACTS", f"contacts.v1.{participant}")
        return (told["allows_sms"], told["allows_email"]) == (False, True)

    assert await eventually(stopped)


@pytest.mark.parametrize("answer", ["yes", "no", "help", "a_word_of_the_future"])
async def test_other_words_are_no_wish(enrolment: EnrolmentBench, answer: str) -> None:
    practice = await enrolment.practice("A81001")
    await say(enrolment, (await practice.refer(referral(1)))["participant_id"], answer)
    assert await wishes(enrolment) == []


async def test_who_is_nobody_here_or_erased_gets_no_preferences(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    participant = (await practice.refer(referral(1)))["participant_id"]
    await say(enrolment, str(new_id()), "stop")
    await enrolment.http.post(
        f"/enrolment/participants/{participant}/erasure", data={"confirmed": "yes"}, headers=bearer("admin")
    )
    await say(enrolment, participant, "stop")
    assert await wishes(enrolment) == []


async def test_a_stop_to_somebody_who_was_merged_counts_for_whom_they_are_now(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    stays = (await practice.refer(referral(1)))["participant_id"]
    goes = (await practice.refer(referral(2, patient={"nhs_number": None})))["participant_id"]
    merged = await enrolment.http.post(
        f"/enrolment/participants/{stays}/merge", data={"other": goes}, headers=bearer("coordinator")
    )
    assert merged.status_code < 400, merged.text
    await say(enrolment, goes, "stop")
    [row] = await enrolment.query("SELECT participant_id, allows_sms FROM preferences")
    assert (str(row["participant_id"]), row["allows_sms"]) == (stays, False)


async def test_staff_record_what_somebody_told_them_and_the_page_shows_it(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    participant = (await practice.refer(referral(1)))["participant_id"]
    path = f"/enrolment/participants/{participant}"
    wishes = {"language": "cy", "preferred_channel": "email", "messages": ["email"], "agree": ["gp"]}
    for _ in range(2):
        answer = await enrolment.http.post(f"{path}/preferences", data=wishes, headers=bearer("coordinator"))
        assert answer.status_code == 200, answer.text
    [told] = await enrolment.published("enrolment.preferences.changed.v1")
    assert (told["language"], told["allows_sms"], told["allows_email"], told["source"]) == ("cy", False, True, "staff")
    [row] = await enrolment.query("SELECT changed_by FROM preference_changes")
    assert row["changed_by"] == "Test Coordinator"
    page = await enrolment.http.get(f"{path}/change", headers=bearer("clinician") | {"Accept": "text/html"})
    assert "(staff)" in page.text
    denied = await enrolment.http.post(f"{path}/preferences", data=wishes, headers=bearer("facilitator"))
    assert denied.status_code == 403


async def test_a_no_under_either_name_is_a_no_after_a_merge(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    stays = (await practice.refer(referral(1)))["participant_id"]
    goes = (await practice.refer(referral(2, patient={"nhs_number": None})))["participant_id"]
    await say(enrolment, goes, "stop")
    await enrolment.http.post(f"/enrolment/participants/{stays}/merge", data={"other": goes}, headers=bearer("coordinator"))
    told = await enrolment.published("enrolment.preferences.changed.v1", at_least=2)
    assert [(each["participant_id"], each["allows_sms"], each["source"]) for each in told] == [
        (goes, False, "text_message"),
        (stays, False, "staff"),
    ]
