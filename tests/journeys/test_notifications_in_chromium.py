"""Notifications' pages in a real browser: on a phone and a desk, judged by axe-core, and answered from the mailbox."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.axe import grave, needs_axe
from support.chromium import DESK, PHONE, chromium, complaints, fits, keep_picture, needs_chromium, wait_until
from support.notifications_bench import MORNING, STAFF_TOKEN, Group, NotificationsBench, Participant, as_a_process, prepared
from support.servers import Broker, Database

pytestmark = needs_chromium


@pytest.fixture
async def site(database: object, nats_server: Broker, folder: Path) -> AsyncIterator[NotificationsBench]:
    made: Database = await database("notifications")  # type: ignore[operator]  # the fixture makes databases
    async with prepared(made, nats_server, folder) as bench, as_a_process(bench):
        yield bench


async def paths(bench: NotificationsBench) -> dict[str, str]:
    """Every page by a name, with something to see on each."""
    mary, john, jane = Participant(), Participant(phone="07700 900456"), Participant(phone="07700 900789", email=None)
    group = Group.of(*(MORNING + timedelta(days=7 + 3 * number) for number in range(12)))
    await bench.tell_site()
    await bench.tell_contact(mary, preferred_channel="email")
    await bench.tell_contact(john)
    await bench.tell_contact(jane, allows_sms=False)
    await bench.tell_cohort(group)
    for person in (mary, john, jane):
        await bench.tell_referral(person)
        await bench.tell_place(person, group=group)
    await bench.tell_signposting(mary, "Walking group")
    [found] = await bench.messages(mary, "place_found", "sent")
    [dropped] = await bench.messages(jane, "place_found", "dropped")
    await bench.messages(john, "place_found", "sent")
    [unsubscribe] = await bench.messages(mary, "what_comes_next", "sent")
    headers = {"Authorization": f"Bearer {STAFF_TOKEN}"}
    said = {"phone": "07700 900456", "text": "Can my daughter come along to the first session?"}
    await bench.client.post("/notifications/mailbox/answers", data=said, headers=headers)
    items = await bench.mailbox()
    email, text = (next(item for item in items if item["channel"] == channel) for channel in ("email", "sms"))
    return {
        "mailbox": "mailbox",
        "email": f"mailbox/{email['id']}",
        "email-as-html": f"mailbox/{email['id']}/html",
        "text": f"mailbox/{text['id']}",
        "log": "messages",
        "life": f"messages/{found['id']}",
        "life-of-one-dropped": f"messages/{dropped['id']}",
        "replies": "replies",
        "rates": "rates",
        "templates": "templates",
        "template": "templates/place_offered",
        "template-as-html": "templates/place_offered/cy/html",
        "unsubscribe": f"unsubscribe/{unsubscribe['unsubscribe']}",
    }


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_every_page_fits_and_axe_finds_nothing_serious(site: NotificationsBench, width: int, tmp_path: Path) -> None:
    pages = await paths(site)
    address = f"{site.client.base_url}/notifications"

    def look() -> None:
        with chromium(width=width) as driver:
            driver.get(f"{address}/sign-in?next=/notifications/mailbox")
            driver.find_element(By.ID, "token").send_keys(STAFF_TOKEN + Keys.ENTER)
            wait_until(driver, lambda page: page.find_element(By.TAG_NAME, "h1").text == "Mailbox")
            for name, path in pages.items():
                driver.get(f"{address}/{path}")
                keep_picture(driver, tmp_path, name, width=width)
                assert fits(driver), f"{name} scrolls sideways at {width}"
                if not name.endswith("-as-html"):  # those forbid scripts, and so the judge
                    assert (name, grave(driver)) == (name, [])
                    assert (name, complaints(driver)) == (name, [])

    await asyncio.to_thread(look)


async def test_a_text_message_is_answered_with_the_keyboard_and_stop_is_stop(site: NotificationsBench) -> None:
    pages = await paths(site)
    address = f"{site.client.base_url}/notifications"

    def answer() -> str:
        with chromium(width=PHONE) as driver:
            driver.get(f"{address}/sign-in?next=/notifications/{pages['text']}")
            driver.find_element(By.ID, "token").send_keys(STAFF_TOKEN + Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.ID, "text"))
            driver.find_element(By.ID, "text").send_keys("Stop please" + Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.CSS_SELECTOR, "[role=status]"))
            return driver.find_element(By.CSS_SELECTOR, "[role=status]").text

    assert "The answer was read as STOP." in await asyncio.to_thread(answer)
    assert len(await site.query("SELECT 1 FROM suppressions WHERE stopped")) == 1
