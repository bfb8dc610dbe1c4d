"""Posters and webhooks as staff meet them: real Chromium, on a phone's width and a desk's, by keyboard."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from limber_embedded.organisations import Organisation
from support.embedded import Limber, limber_in
from support.servers import short_folder

PHONE, DESK = 320, 1280  # CSS pixels
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
EMPLOYER = Organisation(channel="workplace", code="ACME", name="Acme Works")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="Chromium or its driver is missing, so pages were not looked at (Debian: apt-get install chromium chromium-driver)",
)


@pytest.fixture(scope="module")
def limber() -> Iterator[Limber]:
    with short_folder() as folder, limber_in(folder / "home") as running:
        up = running.up()
        assert up.returncode == 0, up.stderr
        added = running.run("organisations", "add", EMPLOYER.channel, EMPLOYER.code, EMPLOYER.name)
        assert added.returncode == 0, added.stderr
        key = next(line.split()[-1] for line in added.stdout.splitlines() if "API key:" in line)
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=running.url, headers=headers) as employer:
            # Nobody is there: the delivery waits for its next attempt.
            assert employer.put("/enrolment/webhook", json={"url": "https://nobody.invalid/limber"}).is_success
            assert employer.post("/enrolment/webhook/test").is_success
        yield running


@pytest.fixture(scope="module")
def browser(limber: Limber) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in ("--headless", "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    with contextlib.closing(Chrome(options=options, service=Service(str(DRIVER)))) as driver:
        driver.get(f"{limber.url}/enrolment/sign-in")
        driver.add_cookie({"name": "limber_session", "value": limber.home.admin_token, "path": "/"})
        yield driver


def open_at(driver: Chrome, address: str, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.get(address)


def keep_picture(driver: Chrome, name: str) -> None:
    """Keep it where LIMBER_PICTURES says, for whoever wants to look."""
    folder = os.environ.get("LIMBER_PICTURES")
    if folder:
        assert driver.save_screenshot(Path(folder) / f"{name}.png")


def scrolls_sideways(driver: Chrome) -> bool:
    return bool(driver.execute_script("return document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_staff_make_a_poster_by_keyboard_and_see_what_is_wrong_with_one(limber: Limber, browser: Chrome) -> None:
    open_at(browser, f"{limber.url}/enrolment/posters", DESK)
    days = browser.find_element(By.ID, "days")
    days.clear()
    days.send_keys("400", Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".nhsuk-error-summary"))
    keep_picture(browser, "posters-wrong")
    link = browser.find_element(By.CSS_SELECTOR, ".nhsuk-error-summary a")
    assert link.text == "A poster's code works for 1 to 366 days."
    link.send_keys(Keys.ENTER)
    days = browser.switch_to.active_element
    assert days.get_attribute("id") == "days"
    days.clear()
    days.send_keys("90", Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda page: page.find_elements(By.CSS_SELECTOR, "table"))
    assert "Acme Works" in browser.find_element(By.CSS_SELECTOR, "table").text


@pytest.mark.parametrize("page", ["posters", "webhooks"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_page_scrolls_sideways(limber: Limber, browser: Chrome, page: str, width: int) -> None:
    open_at(browser, f"{limber.url}/enrolment/{page}", width)
    keep_picture(browser, f"{page}-{width}")
    assert browser.find_element(By.TAG_NAME, "h1").text.lower() == page
    assert not scrolls_sideways(browser)


def test_a_delivery_is_sent_again_by_keyboard(limber: Limber, browser: Chrome) -> None:
    open_at(browser, f"{limber.url}/enrolment/webhooks", DESK)
    browser.find_element(By.CSS_SELECTOR, "table button").send_keys(Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda page: "Waiting" in page.find_element(By.CSS_SELECTOR, "table").text)
