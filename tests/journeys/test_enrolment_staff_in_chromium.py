"""Enrolment's pages for staff, and a person's own page, in a real browser: on a phone and a desk, judged by axe-core."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.axe import grave, needs_axe
from support.chromium import DESK, PHONE, chromium, fits, keep_picture, needs_chromium, wait_until
from support.enrolment_bench import TOKENS, EnrolmentBench, bearer, enrolment, referral

__all__ = ["enrolment"]

pytestmark = needs_chromium
PAGES = ("review", "referrals/new", "call-list", "participants")


@pytest.fixture
async def site(enrolment: EnrolmentBench) -> AsyncIterator[str]:
    async with enrolment.served() as address:
        yield address


@pytest.fixture
async def own_page(enrolment: EnrolmentBench, site: str) -> str:
    """The path of somebody's own page, with others who wait for a look beside them."""
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(referral(1))
    await practice.refer(referral(2, clinical={"red_flags": ["hot_swollen_joint"]}))
    await practice.refer(referral(3, patient={"phone": None, "email": None}, clinical={"pain_months": None}))
    await enrolment.http.post(f"/enrolment/participants/{receipt['participant_id']}/own-page-link", headers=bearer("coordinator"))
    [link] = await enrolment.published("enrolment.link.changed.v1")
    return f"{site}/enrolment/me/{link['token']}"


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_every_page_fits_and_axe_finds_nothing_serious(site: str, own_page: str, width: int, tmp_path: Path) -> None:
    def look() -> None:
        with chromium(width=width) as driver:
            for name, address in [("own", own_page), ("own-welsh", f"{own_page}?lang=cy"), ("link", f"{site}/enrolment/me")]:
                driver.get(address)
                assert fits(driver), f"{name} scrolls sideways at {width}"
                assert (name, grave(driver)) == (name, [])
                keep_picture(driver, tmp_path, name, width=width)
            driver.get(f"{site}/enrolment/sign-in")
            driver.find_element(By.ID, "token").send_keys(TOKENS["clinician"] + Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.LINK_TEXT, "Review queue"))
            for name in PAGES:
                driver.get(f"{site}/enrolment/{name}")
                assert fits(driver), f"{name} scrolls sideways at {width}"
                assert (name, grave(driver)) == (name, [])
                keep_picture(driver, tmp_path, name.replace("/", "-"), width=width)

    await asyncio.to_thread(look)


async def test_the_queue_is_worked_with_the_keyboard(enrolment: EnrolmentBench, site: str, own_page: str) -> None:
    assert own_page

    def work() -> None:
        with chromium() as driver:
            driver.get(f"{site}/enrolment/sign-in?next=/enrolment/review")
            driver.find_element(By.ID, "token").send_keys(TOKENS["clinician"] + Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.CSS_SELECTOR, "main details"))
            first = driver.find_element(By.CSS_SELECTOR, "main section")
            first.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
            first.find_element(By.CSS_SELECTOR, "input[value=accept]").send_keys(Keys.SPACE)
            first.find_element(By.CSS_SELECTOR, "form button").send_keys(Keys.ENTER)
            wait_until(driver, lambda page: len(page.find_elements(By.CSS_SELECTOR, "main section")) == 1)

    await asyncio.to_thread(work)
    rows = await enrolment.query("SELECT status, decided_by FROM referrals WHERE answers -> 'red_flags' <> '[]' LIMIT 1")
    assert [(row["status"], row["decided_by"]) for row in rows] == [("accepted", "Test Clinician (clinician)")]
