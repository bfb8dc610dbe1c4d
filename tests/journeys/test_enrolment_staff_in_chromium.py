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


@pytest.fixture
async def alike(enrolment: EnrolmentBench) -> tuple[str, str]:
    """Two people who may be one: their ids."""
    practice = await enrolment.practice("B82002")
    one = await practice.refer(referral(4))
    other = await practice.refer(referral(4, referral_id="alike", patient={"nhs_number": None, "postcode": "LS2 9ZZ"}))
    return one["participant_id"], other["participant_id"]


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_every_page_fits_and_axe_finds_nothing_serious(
    site: str, own_page: str, alike: tuple[str, str], width: int, tmp_path: Path
) -> None:
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
            for name in ("", "/change", "/audit", f"/compare/{alike[1]}"):
                driver.get(f"{site}/enrolment/participants/{alike[0]}{name}")
                assert fits(driver), f"{name} scrolls sideways at {width}"
                assert (name, grave(driver)) == (name, [])
                keep_picture(driver, tmp_path, f"participant{name.replace('/', '-')[:8]}", width=width)

    await asyncio.to_thread(look)


async def test_a_person_is_corrected_and_two_are_merged_with_the_keyboard(
    enrolment: EnrolmentBench, site: str, alike: tuple[str, str]
) -> None:
    def work() -> None:
        with chromium() as driver:
            driver.get(f"{site}/enrolment/sign-in?next=/enrolment/participants/{alike[0]}/change")
            driver.find_element(By.ID, "token").send_keys(TOKENS["coordinator"] + Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.ID, "given_name"))
            field = driver.find_element(By.ID, "given_name")
            field.send_keys(Keys.CONTROL + "a")
            field.send_keys("Mended" + Keys.ENTER)
            wait_until(driver, lambda page: "Mended" in page.find_element(By.TAG_NAME, "h1").text)
            driver.get(f"{site}/enrolment/review")
            driver.find_element(By.PARTIAL_LINK_TEXT, "Compare").send_keys(Keys.ENTER)
            wait_until(driver, lambda page: "Are they one person?" in page.find_element(By.TAG_NAME, "h1").text)
            assert "Differs" in driver.find_element(By.TAG_NAME, "main").text
            driver.find_element(By.CSS_SELECTOR, f"form[action*='{alike[0]}/merge'] button").send_keys(Keys.ENTER)
            wait_until(driver, lambda page: "Mended" in page.find_element(By.TAG_NAME, "h1").text)

    await asyncio.to_thread(work)
    rows = await enrolment.query("SELECT id, given_name, status, merged_into FROM participants ORDER BY created_at")
    found = {str(row["id"]): (row["status"], str(row["merged_into"])) for row in rows}
    assert found[alike[1]] == ("merged", alike[0])
    assert rows[0]["given_name"] == "Mended"


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
