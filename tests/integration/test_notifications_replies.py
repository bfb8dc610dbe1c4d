"""The service with GOV.UK Notify's stand-in: deliveries and replies come back to it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.notifications_bench import (
    MORNING,
    STAFF_TOKEN,
    Group,
    NotificationsBench,
    Participant,
    bearer,
    eventually,
    prepared,
    within_this_process,
)
from support.notify_stub import API_KEY, SMS_TEMPLATE, Fault, NotifyStub, running_notify

TOKEN = "a-token-that-the-provider-was-given"


@pytest.fixture
async def notify() -> AsyncIterator[NotifyStub]:
    async with running_notify() as stub:
        yield stub


@pytest.fixture
async def notifications(database: Any, nats_server: Any, folder: Path, notify: NotifyStub) -> AsyncIterator[NotificationsBench]:
    (folder / "key").write_text(API_KEY)
    (folder / "token").write_text(TOKEN)
    settings = {
        "sms_provider": "govuk-notify",
        "notify_base_url": notify.url,
        "notify_api_key_file": folder / "key",
        "notify_sms_template": SMS_TEMPLATE,
        "notify_callback_token_file": folder / "token",
    }
    async with prepared(await database("notifications"), nats_server, folder, **settings) as bench, within_this_process(bench):
        yield bench


async def post(bench: NotificationsBench, what: str, *, token: str = TOKEN, **body: Any) -> httpx.Response:
    return await bench.client.post(f"/notifications/callbacks/govuk-notify/{what}", json=body, headers=bearer(token))


async def text(bench: NotificationsBench, words: str, *, phone: str, provider_id: str | None = None) -> None:
    answered = await post(
        bench,
        "texts",
        id=provider_id or str(uuid4()),
        source_number=phone,
        destination_number="07700900000",
        message=words,
        date_received=MORNING.isoformat(),
    )
    assert answered.status_code == 204, answered.text


async def replies(bench: NotificationsBench) -> list[dict[str, Any]]:
    told = await bench.query("SELECT body FROM outbox WHERE type = 'notifications.reply.received.v1' ORDER BY id")
    return [json.loads(one["body"]) for one in told]


async def told(bench: NotificationsBench, number: int) -> list[dict[str, Any]]:
    async def found() -> list[dict[str, Any]]:
        answers = await replies(bench)
        return answers if len(answers) >= number else []

    answers: list[dict[str, Any]] = await eventually(found)
    return answers


async def for_staff(bench: NotificationsBench) -> list[dict[str, Any]]:
    answered = await bench.client.get("/notifications/replies", headers=bearer(STAFF_TOKEN))
    found: list[dict[str, Any]] = answered.json()["replies"]
    return found


async def offered(bench: NotificationsBench, person: Participant) -> None:
    group = Group.of(MORNING)
    await bench.tell_cohort(group)
    await bench.tell_place(person, status="offered", group=group)
    await bench.all_read()


async def test_a_message_is_sent_once_over_a_cut_connection_and_its_delivery_comes_back(
    notifications: NotificationsBench, notify: NotifyStub
) -> None:
    notify.faults.append(Fault.CUT_AFTER)
    person = Participant()
    await notifications.tell_contact(person)
    await notifications.tell_referral(person)
    [sent] = await notifications.messages(person, "referral_received", "sent")
    [stored] = notify.stored
    assert (stored["reference"], stored["phone_number"]) == (str(sent["id"]), person.phone)
    for status in ("sending", "delivered", "delivered", "a-status-of-tomorrow"):
        answered = await post(notifications, "deliveries", id=stored["id"], reference=stored["reference"], status=status)
        assert answered.status_code == 204, answered.text
    [delivered] = await notifications.messages(person, "referral_received", "delivered")
    assert [stage["status"] for stage in await stages(notifications, delivered["id"])] == ["sending", "sent", "delivered"]


async def stages(bench: NotificationsBench, message_id: Any) -> list[Any]:
    rows = await bench.query("SELECT jsonb_array_elements(life)->>'status' AS status FROM messages WHERE id = $1", message_id)
    return list(rows)


async def test_a_number_that_does_not_work_is_told_by_email(notifications: NotificationsBench, notify: NotifyStub) -> None:
    person = Participant()
    await notifications.tell_contact(person)
    await notifications.tell_referral(person)
    [sent] = await notifications.messages(person, "referral_received", "sent")
    await post(notifications, "deliveries", reference=str(sent["id"]), status="permanent-failure")
    [email] = await notifications.messages(person, "referral_received", "sent")
    assert email["channel"] == "email"
    assert [item["to"] for item in await notifications.mailbox()] == [person.email]


async def test_stop_holds_at_once_and_news_of_the_contact_does_not_lift_it_but_start_does(
    notifications: NotificationsBench, notify: NotifyStub
) -> None:
    person = Participant(email=None)
    await notifications.tell_contact(person)
    await notifications.all_read()
    await text(notifications, "Stop", phone="447700900123")
    await notifications.tell_contact(person, greeting_name="Mary Ann")
    await notifications.tell_referral(person)
    [dropped] = await notifications.messages(person, "referral_received", "dropped")
    assert dropped["reason"] == "stopped"
    await text(notifications, "START", phone="+447700900123")
    await notifications.tell_questionnaire(person)
    await notifications.messages(person, "questionnaire_due", "sent")
    assert len(notify.stored) == 1
    answers = await told(notifications, 2)
    assert {one["answer"] for one in answers} == {"stop", "start"}
    assert {one["participant_id"] for one in answers} == {str(person.participant_id)}
    assert await for_staff(notifications) == []


@pytest.mark.parametrize("says", ["contact", "wishes", "both"])
async def test_a_text_message_goes_only_where_the_number_and_enrolment_both_allow_it(
    notifications: NotificationsBench, notify: NotifyStub, says: str
) -> None:
    person = Participant(email=None)

    async def enrolment_says(*, allows: bool) -> None:
        if says != "wishes":
            await notifications.tell_contact(person, allows_sms=allows)
        if says != "contact":
            await notifications.tell_wishes(person, allows_sms=allows)
        await notifications.all_read()

    async def asked() -> str | None:
        """Why the next message doesn't go; None where it goes."""
        questionnaire = await notifications.tell_questionnaire(person, token=f"token-{person.next_version('asked')}")
        [found] = await eventually(
            lambda: notifications.query(
                "SELECT reason FROM messages WHERE about_id = $1 AND status IN ('sent', 'dropped')", str(questionnaire)
            )
        )
        return str(found["reason"]) if found["reason"] else None

    await notifications.tell_contact(person)
    assert await asked() is None
    # STOP from the number holds against whatever enrolment tells, also that everything is allowed.
    await text(notifications, "STOP", phone="07700 900123")
    await enrolment_says(allows=True)
    assert await asked() == "stopped"
    # Enrolment has recorded the STOP: START from the number alone is not enough.
    await enrolment_says(allows=False)
    await text(notifications, "START", phone="07700 900123")
    assert await asked() == "no_channel"
    # Both allow it again.
    await enrolment_says(allows=True)
    assert await asked() is None
    assert len(notify.stored) == 2


async def test_yes_answers_the_one_open_offer_once_however_often_the_provider_hands_it_over(
    notifications: NotificationsBench,
) -> None:
    person = Participant()
    await notifications.tell_contact(person)
    await offered(notifications, person)
    for _ in range(2):
        await text(notifications, "Yes please", phone="07700900123", provider_id="one")
    [answer] = await told(notifications, 1)
    assert (answer["answer"], answer["place_id"]) == ("yes", str(person.place_id))
    await notifications.all_read()
    assert len(await replies(notifications)) == 1


async def test_two_names_of_one_person_who_were_merged_do_not_share_a_phone(notifications: NotificationsBench) -> None:
    former, mary = Participant(), Participant()
    for person in (former, mary):
        await notifications.tell_contact(person)
    await offered(notifications, mary)
    await text(notifications, "Yes", phone="07700900123")
    assert [one["why"] for one in await for_staff(notifications)] == ["Several people share this phone."]
    await notifications.tell_standing(former, "merged", merged_into=mary.participant_id)
    await notifications.all_read()
    await text(notifications, "Yes", phone="07700900123")
    [answer] = await told(notifications, 1)
    assert (answer["answer"], answer["participant_id"]) == ("yes", str(mary.participant_id))


async def test_what_is_not_sure_goes_to_staff_who_read_it_and_then_its_words_are_forgotten(
    notifications: NotificationsBench,
) -> None:
    mary, john = Participant(), Participant()
    for person in (mary, john):
        await notifications.tell_contact(person)
        await offered(notifications, person)
    await text(notifications, "YES", phone="07700900123")
    await text(notifications, "Who is this?", phone="07700900999")
    shared, unknown = await for_staff(notifications)
    assert shared["why"] == "Several people share this phone."
    assert (unknown["phone"], unknown["text"]) == ("07700900999", "Who is this?")
    answered = await notifications.client.post(f"/notifications/replies/{unknown['reply_id']}/done", headers=bearer(STAFF_TOKEN))
    assert answered.status_code == 204
    assert [one["reply_id"] for one in await for_staff(notifications)] == [shared["reply_id"]]
    [kept] = await notifications.query("SELECT phone, text, done_by FROM replies WHERE done_at IS NOT NULL")
    assert tuple(kept) == (None, None, "Cora")
    assert await replies(notifications) == []


@pytest.mark.parametrize("token", ["", "another", TOKEN + "x"])
async def test_a_callback_without_the_providers_token_is_refused(notifications: NotificationsBench, token: str) -> None:
    answered = await post(notifications, "deliveries", token=token, reference=str(uuid4()), status="delivered")
    assert answered.status_code == 401
    other = await notifications.client.post(
        "/notifications/callbacks/second-notify/deliveries", json={"status": "delivered"}, headers=bearer(TOKEN)
    )
    assert other.status_code == 401


async def test_where_real_text_messages_are_sent_nobody_answers_in_a_persons_name(notifications: NotificationsBench) -> None:
    answered = await notifications.client.post(
        "/notifications/mailbox/answers", data={"phone": "07700 900123", "text": "STOP"}, headers=bearer(STAFF_TOKEN)
    )
    assert answered.status_code in (404, 405)
    page = await notifications.client.get("/notifications/mailbox", headers=bearer(STAFF_TOKEN) | {"Accept": "text/html"})
    assert page.status_code == 200
    assert "mailbox/answers" not in page.text
