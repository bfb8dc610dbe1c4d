"""Notifications on real servers: what people are told, when, and what stops it."""

from datetime import UTC, datetime, timedelta

import httpx

from support.notifications_bench import (
    MORNING,
    STAFF_TOKEN,
    Group,
    NotificationsBench,
    Participant,
    bearer,
    eventually,
    notifications,
)

__all__ = ["notifications"]

FIRST = MORNING + timedelta(days=7)


def twelve_sessions() -> Group:
    return Group.of(*(FIRST + timedelta(days=7 * (number // 2) + 3 * (number % 2)) for number in range(12)))


async def test_a_person_hears_each_thing_once_from_referral_to_what_comes_next(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_referral(person)
    await notifications.messages(person, "referral_received", "sent")
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "place_found", "sent")
    await notifications.tell_questionnaire(person)
    await notifications.messages(person, "questionnaire_due", "sent")
    reminders = await notifications.messages(person, "session_reminder", "planned", at_least=12)
    assert [reminder["due_at"] for reminder in reminders] == [session.starts_at - timedelta(days=1) for session in group.sessions]

    for number, session in enumerate(group.sessions, start=1):
        await notifications.move_clock_to(session.starts_at - timedelta(hours=23))
        await notifications.messages(person, "session_reminder", "sent", at_least=number)
    await notifications.tell_signposting(person, "Walking group", "Swimming")
    await notifications.messages(person, "what_comes_next", "sent")
    await notifications.all_read()

    mailbox = await notifications.mailbox()
    assert len(mailbox) == 16
    assert {item["channel"] for item in mailbox} == {"sms"}
    assert all(item["to"] == "07700 900123" and item["sms_parts"] >= 1 and item["copies"] == 1 for item in mailbox)
    assert "Your first session is on Monday 14 December at 10am" in mailbox[-2]["body"]
    assert "/outcomes/q/a-token" in mailbox[-3]["body"]
    published = await notifications.published(at_least=16)
    assert {(one["status"], one["channel"]) for one in published} == {("sent", "sms")}
    assert len({(one["kind"], one["about_id"]) for one in published}) == 16
    audit = await notifications.audit()
    assert audit["problems"] == []
    assert audit["funnel"]["sent_session_reminder"] == 12
    assert audit["funnel"]["messages_sent"] == 16


async def test_an_email_goes_through_a_real_smtp_server_and_is_read_in_welsh(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person, preferred_channel="email", language="cy", greeting_name="Siân")
    await notifications.tell_cohort(group, site_name="Canolfan Hamdden Tŷ Gwyn")
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "place_found", "sent")
    [item] = await notifications.mailbox(channel="email", to="mary@example.org")
    assert item["subject"] == "Mae gennych le yn Canolfan Hamdden Tŷ Gwyn"
    assert item["body"].startswith("Helo Siân,")
    assert "dydd Llun 14 Rhagfyr am 10:00" in item["body"]


async def test_who_can_be_reached_by_nothing_is_told_nothing_and_the_log_says_why(notifications: NotificationsBench) -> None:
    person = Participant(phone=None)
    await notifications.tell_contact(person, allows_email=False)
    await notifications.tell_referral(person)
    [dropped] = await notifications.messages(person, "referral_received", "dropped")
    assert dropped["reason"] == "no_channel"
    [told] = await notifications.published()
    assert (told["status"], told["reason"], told["channel"]) == ("dropped", "no_channel", "none")
    assert await notifications.mailbox() == []


async def test_what_a_person_wishes_since_a_message_was_planned_decides_about_it(notifications: NotificationsBench) -> None:
    person = Participant()
    await notifications.tell_contact(person)
    await notifications.move_clock_to(datetime(2026, 12, 7, 23, 30, tzinfo=UTC))
    await notifications.tell_referral(person)
    await notifications.messages(person, "referral_received", "deferred")
    await notifications.tell_wishes(person, language="cy", preferred_channel="email")
    await notifications.all_read()
    await notifications.move_clock_to(datetime(2026, 12, 8, 8, 0, 1, tzinfo=UTC))
    await notifications.messages(person, "referral_received", "sent")
    [item] = await notifications.mailbox()
    assert (item["channel"], item["subject"]) == ("email", "Rydym wedi derbyn eich atgyfeiriad")


async def test_a_person_hears_that_more_was_asked_about_a_referral_and_is_asked_again_months_later(
    notifications: NotificationsBench,
) -> None:
    person = Participant()
    await notifications.tell_contact(person)
    await notifications.tell_referral(person, "needs_review", asked="sender", asked_at=MORNING)
    await notifications.messages(person, "more_information_needed", "sent")
    await notifications.tell_questionnaire(person, time_point="followup_6m")
    await notifications.messages(person, "follow_up", "sent")
    follow_up, more = await notifications.mailbox()
    assert "We have asked whoever referred you." in more["body"]
    assert "It is 6 months since you finished" in follow_up["body"]
    assert "/outcomes/q/a-token" in follow_up["body"]


async def test_every_message_about_a_place_says_how_to_get_there_from_the_offer_to_the_reminder(
    notifications: NotificationsBench,
) -> None:
    person, group = Participant(), twelve_sessions()
    group.change(1, site_id="hall", site_name="Tooting Hall")
    await notifications.tell_site()
    await notifications.tell_site("hall", address="2 Other Street", parking=None)
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    until = MORNING + timedelta(days=2)
    await notifications.tell_place(person, "offered", group, offered_until=until, offer_token="o" * 43)
    await notifications.messages(person, "place_offered", "sent")
    await notifications.tell_place(person, "placed", group)
    await notifications.messages(person, "place_found", "sent")
    await notifications.move_clock_to(FIRST - timedelta(hours=23))
    await notifications.messages(person, "session_reminder", "sent")
    reminder, found, offered = [item["body"] for item in await notifications.mailbox()]
    here = "Address: 1 Example Road. What to bring: Water. Parking: Behind the building. Access: step-free access."
    assert here in offered
    assert here in found
    assert "at Tooting Hall" in reminder
    assert "Address: 2 Other Street. What to bring: Water. Access: step-free access." in reminder


async def test_a_message_waits_for_its_contact_visibly_and_goes_when_it_comes(notifications: NotificationsBench) -> None:
    person = Participant()
    await notifications.tell_referral(person)
    [waiting] = await notifications.messages(person, "referral_received", "deferred")
    assert waiting["reason"] == "contact_unknown"
    await notifications.tell_contact(person)
    await notifications.messages(person, "referral_received", "sent")
    assert len(await notifications.mailbox()) == 1


async def test_nothing_goes_at_night_and_all_of_it_at_eight(notifications: NotificationsBench) -> None:
    person = Participant()
    await notifications.move_clock_to(datetime(2026, 12, 7, 23, 30, tzinfo=UTC))
    await notifications.tell_contact(person)
    await notifications.tell_referral(person)
    [waiting] = await notifications.messages(person, "referral_received", "deferred")
    assert (waiting["reason"], waiting["due_at"]) == ("quiet_hours", datetime(2026, 12, 8, 8, tzinfo=UTC))
    await notifications.move_clock_to(datetime(2026, 12, 8, 8, 0, 1, tzinfo=UTC))
    await notifications.messages(person, "referral_received", "sent")


async def test_a_place_told_before_its_cohort_waits_for_it(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_place(person, group=group)
    await eventually(lambda: notifications.query("SELECT 1 FROM held WHERE reason LIKE '%unknown_cohort%'"))
    await notifications.tell_cohort(group)
    await notifications.messages(person, "place_found", "sent")
    await notifications.messages(person, "session_reminder", "planned", at_least=12)


async def test_a_moved_session_is_told_and_reminded_of_at_its_new_time(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "session_reminder", "planned", at_least=12)
    moved = FIRST + timedelta(days=1)
    group.change(1, starts_at=moved)
    group.change(2, status="cancelled")
    await notifications.tell_cohort(group)
    await notifications.messages(person, "session_changed", "sent")
    [cancelled] = await notifications.messages(person, "session_reminder", "dropped")
    assert (cancelled["reason"], cancelled["session_id"]) == ("session_cancelled", group.sessions[1].session_id)
    reminders = await notifications.messages(person, "session_reminder", "planned", at_least=11)
    assert reminders[0]["due_at"] == moved - timedelta(days=1)
    told = (await notifications.mailbox())[0]["body"]
    assert "Monday 14 December at 10am is now Tuesday 15 December at 10am" in told
    assert "Thursday 17 December at 10am is cancelled" in told


async def test_who_leaves_is_reminded_of_nothing_more(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "session_reminder", "planned", at_least=12)
    await notifications.tell_place(person, "discontinued", group)
    dropped = await notifications.messages(person, "session_reminder", "dropped", at_least=12)
    assert {row["reason"] for row in dropped} == {"place_ended"}
    published = await notifications.published(at_least=13)
    assert sum(one["status"] == "dropped" for one in published) == 12


async def test_who_withdraws_hears_nothing_more_also_of_what_is_heard_of_later(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "session_reminder", "planned", at_least=12)
    await notifications.tell_enrolment(person, "withdrawn")
    dropped = await notifications.messages(person, "session_reminder", "dropped", at_least=12)
    assert {row["reason"] for row in dropped} == {"withdrawn"}
    await notifications.tell_questionnaire(person)
    [asked] = await notifications.messages(person, "questionnaire_due", "dropped")
    assert asked["reason"] == "withdrawn"


async def test_a_reminder_is_dropped_once_its_session_has_begun(notifications: NotificationsBench) -> None:
    person, group = Participant(), Group.of(FIRST)
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "place_found", "sent")
    await notifications.messages(person, "session_reminder", "planned")
    await notifications.move_clock_to(FIRST + timedelta(minutes=1))
    [dropped] = await notifications.messages(person, "session_reminder", "dropped")
    assert dropped["reason"] == "past_its_use"
    assert len(await notifications.mailbox()) == 1


async def test_pages_show_the_mailbox_the_log_and_a_persons_part_to_staff_alone(notifications: NotificationsBench) -> None:
    person = Participant()
    await notifications.tell_contact(person, preferred_channel="email")
    await notifications.tell_referral(person)
    await notifications.messages(person, "referral_received", "sent")
    [item] = await notifications.mailbox()
    client = notifications.client
    browser = {"Accept": "text/html", **bearer(STAFF_TOKEN)}
    pages = (
        ("/notifications/mailbox", "We have received your referral"),
        (f"/notifications/mailbox/{item['id']}", "You do not need to do anything now."),
        ("/notifications/messages?kind=&channel=email&status=sent&participant_id=", "Referral received"),
        (f"/notifications/participants/{person.participant_id}/part", "Referral received"),
    )
    for path, words in pages:
        assert (await client.get(path, headers={"Accept": "application/json"})).status_code == 401
        shown = await client.get(path, headers=browser)
        assert shown.status_code == 200, shown.text
        assert words in shown.text
    assert (await client.get("/notifications/audit", headers=bearer(STAFF_TOKEN))).status_code == 403
    as_json = await client.get("/notifications/messages", params={"status": "sent"}, headers=bearer(STAFF_TOKEN))
    assert [line["kind"] for line in as_json.json()["messages"]] == ["referral_received"]
    unknown = await client.get(f"/notifications/participants/{Participant().participant_id}/part", headers=browser)
    assert "Nothing yet" in unknown.text


async def test_a_death_stops_everything_and_one_that_was_none_lets_the_rest_go(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "place_found", "sent")
    await notifications.messages(person, "session_reminder", "planned", at_least=12)
    await notifications.tell_standing(person, "deceased")
    dropped = await notifications.messages(person, "session_reminder", "dropped", at_least=12)
    assert {each["reason"] for each in dropped} == {"person_died"}
    await notifications.tell_standing(person, "active")
    await notifications.messages(person, "session_reminder", "planned", at_least=12)
    assert (await notifications.audit())["problems"] == []


async def test_nothing_is_left_of_the_erased_and_nothing_late_brings_them_back(notifications: NotificationsBench) -> None:
    person, other = Participant(), Participant()
    for each in (person, other):
        await notifications.tell_contact(each)
        await notifications.tell_referral(each)
        await notifications.messages(each, "referral_received", "sent")
    await notifications.tell_standing(person, "erased")
    await notifications.tell_contact(person)
    await notifications.tell_referral(person, "declined")
    await notifications.messages(person, "referral_declined", "dropped")
    await notifications.all_read()
    assert len(await notifications.mailbox()) == 1
    [contact] = await notifications.query("SELECT participant_id FROM contacts")
    assert contact["participant_id"] == other.participant_id


async def test_what_is_planned_for_somebody_who_was_merged_reaches_the_person_that_they_are(
    notifications: NotificationsBench,
) -> None:
    person, survivor = Participant(), Participant()
    await notifications.tell_contact(survivor, phone="07700 900777")
    await notifications.tell_standing(person, "merged", merged_into=survivor.participant_id)
    await notifications.all_read()
    await notifications.tell_referral(person)
    await notifications.messages(person, "referral_received", "sent")
    assert [each["to"] for each in await notifications.mailbox()] == ["07700 900777"]


async def test_staff_see_a_messages_life_send_it_again_and_see_what_became_of_all(
    notifications: NotificationsBench,
) -> None:
    person = Participant()
    await notifications.tell_contact(person)
    await notifications.tell_referral(person)
    [sent] = await notifications.messages(person, "referral_received", "sent")
    life = (await notifications.client.get(f"/notifications/messages/{sent['id']}", headers=bearer(STAFF_TOKEN))).json()
    assert [(stage["status"], stage["provider"]) for stage in life["life"]] == [
        ("planned", None),
        ("sending", "local_sms"),
        ("sent", None),
    ]
    await notifications.move_clock_to(MORNING + timedelta(hours=2))
    address = f"/notifications/messages/{sent['id']}/again"
    refused = await notifications.client.post(address, headers=bearer(STAFF_TOKEN), data={"because": ""})
    assert (refused.status_code, refused.json()["error"]) == (422, "Reason: say why it is sent again.")
    asked = await notifications.client.post(address, headers=bearer(STAFF_TOKEN), data={"because": "She lost her phone."})
    assert asked.status_code == 201
    await notifications.messages(person, "referral_received", "sent", at_least=2)
    rates = (await notifications.client.get("/notifications/rates", headers=bearer(STAFF_TOKEN))).json()["rates"]
    assert [(rate["kind"], rate["provider"], rate["sent"]) for rate in rates] == [("referral_received", "local_sms", 2)]


async def test_every_page_for_staff_opens_in_a_browser(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person, preferred_channel="email")
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    [sent] = await notifications.messages(person, "place_found", "sent")
    [item] = await notifications.mailbox()
    headers = bearer(STAFF_TOKEN) | {"Accept": "text/html"}
    for path in (
        "messages",
        f"messages/{sent['id']}",
        "rates",
        "replies",
        "templates",
        "templates/place_found",
        "templates/place_found/cy/html",
        "mailbox",
        f"mailbox/{item['id']}",
        f"mailbox/{item['id']}/html",
    ):
        shown = await notifications.client.get(f"/notifications/{path}", headers=headers)
        assert shown.status_code == 200, path
        assert shown.headers["content-type"].startswith("text/html"), path
    calendar = await notifications.client.get(f"/notifications/mailbox/{item['id']}/sessions.ics", headers=headers)
    assert calendar.text.count("BEGIN:VEVENT") == 12


async def test_who_unsubscribes_hears_of_places_and_sessions_only(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person, preferred_channel="email")
    await notifications.tell_signposting(person, "Walking group")
    [sent] = await notifications.messages(person, "what_comes_next", "sent")
    address = f"/notifications/unsubscribe/{sent['unsubscribe']}"
    assert (await notifications.client.get(address)).status_code == 200
    for _ in range(2):
        assert (await notifications.client.post(address, content="List-Unsubscribe=One-Click")).status_code == 200
    await notifications.tell_signposting(person, "Swimming")
    [dropped] = await notifications.messages(person, "what_comes_next", "dropped")
    assert dropped["reason"] == "unsubscribed"
    await notifications.tell_cohort(group)
    await notifications.tell_place(person, group=group)
    await notifications.messages(person, "place_found", "sent")
    for method in ("GET", "POST"):
        unknown = await notifications.client.request(method, f"/notifications/unsubscribe/{'x' * 43}")
        assert unknown.status_code == 404
    await notifications.tell_wishes(person, language="cy")
    await notifications.all_read()
    page = (await notifications.client.get(address)).text
    assert "Ydych chi am beidio" in page
    assert "Sign out" not in page


async def test_an_offer_is_answered_from_the_mailbox_as_the_phone_that_got_it(notifications: NotificationsBench) -> None:
    person, group = Participant(), twelve_sessions()
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    until = MORNING + timedelta(days=2)
    await notifications.tell_place(person, "offered", group, offered_until=until, offer_token="o" * 43)
    await notifications.messages(person, "place_offered", "sent")
    [item] = await notifications.mailbox()
    browser = {"Accept": "text/html", **bearer(STAFF_TOKEN)}
    page = await notifications.client.get(f"/notifications/mailbox/{item['id']}", headers=browser)
    assert 'action="/notifications/mailbox/answers"' in page.text

    async def answer(text: str, **headers: str) -> httpx.Response:
        body = {"phone": item["to"], "text": text}
        return await notifications.client.post("/notifications/mailbox/answers", data=body, headers=bearer(STAFF_TOKEN) | headers)

    answered = await answer("Yes please!", Accept="text/html")
    assert (answered.status_code, answered.headers["location"]) == (303, "/notifications/mailbox?read_as=yes")
    shown = await notifications.client.get(answered.headers["location"], headers=browser)
    assert "The answer was read as YES." in shown.text
    told = [one for one in await notifications.published(at_least=2) if "answer" in one]
    assert [(one["answer"], one["place_id"]) for one in told] == [("yes", str(person.place_id))]
    assert (await answer("STOP")).json() == {"word": "stop", "doubt": None}
    await notifications.tell_questionnaire(person)
    by_email = (await notifications.messages(person, "questionnaire_due", "sent"))[0]
    assert by_email["channel"] == "email"
    assert (await answer("What?")).json() == {"word": None, "doubt": "other_words"}
    assert (await answer(" ")).status_code == 422
    assert (await notifications.client.post("/notifications/mailbox/answers", data={})).status_code == 401
