"""The participant's questionnaire in real Chromium: a phone's width and a desk's, with JavaScript and without."""

import asyncio
import contextlib
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from outcomes.main import build
from outcomes.settings import Settings
from support.outcomes_bench import OutcomesBench, Participant, outcomes_pages_of
from support.servers import Database

PHONE, DESK = 320, 1280  # CSS pixels
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="Chromium or its driver is missing (Debian: apt-get install chromium chromium-driver)",
)


@contextlib.contextmanager
def chromium(*, width: int, javascript: bool) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in ("--headless", "--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
async def asked(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[tuple[OutcomesBench, str]]:
    """A person whose baseline is due, and the whole address of it on a server that listens."""
    mine = await database("outcomes")
    async with outcomes_pages_of(mine) as bench:
        person = Participant()
        await bench.tell_enrolment(person)
        await bench.tell_place(person)
        row = await bench.questionnaire(person, "baseline", "due")
        listening = socket.create_server(("127.0.0.1", 0))
        app = build(Settings(database_url=mine.url, nats_url="nats://127.0.0.1:1", http_port=1))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield bench, f"http://localhost:{listening.getsockname()[1]}/outcomes/q/{row['token']}"
        server.should_exit = True
        await asyncio.to_thread(thread.join)
        listening.close()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("javascript", [True, False])
async def test_a_person_puts_an_error_right_and_sends_the_questionnaire(
    asked: tuple[OutcomesBench, str],
    width: int,
    javascript: bool,  # noqa: FBT001 - a parameter
) -> None:
    bench, address = asked

    def answer() -> list[str]:
        headings: list[str] = []
        with chromium(width=width, javascript=javascript) as driver:
            driver.get(address)
            fits(driver)
            driver.find_element(By.CSS_SELECTOR, "input[name='NRS.pain'][value='7']").click()
            for item in driver.find_elements(By.CSS_SELECTOR, "input[name^='KOOS-12.'][value='3']"):
                item.click()
            driver.find_element(By.NAME, "ACTIVITY.minutes").send_keys("lots")
            driver.find_element(By.CSS_SELECTOR, "main button").click()
            fits(driver)
            headings.append(driver.find_element(By.CSS_SELECTOR, ".nhsuk-error-summary h2").text)
            driver.find_element(By.CSS_SELECTOR, ".nhsuk-error-summary a").click()
            minutes = driver.find_element(By.NAME, "ACTIVITY.minutes")
            minutes.clear()
            minutes.send_keys("45")
            driver.find_element(By.CSS_SELECTOR, "main button").click()
            fits(driver)
            headings.append(driver.find_element(By.TAG_NAME, "h1").text)
            entries = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium gives it no types
            complaints = [entry["message"] for entry in entries if "422" not in entry["message"]]
            assert complaints == []
        return headings

    assert await asyncio.to_thread(answer) == ["There is a problem", "Your questionnaire was sent"]
    [kept] = await bench.query("SELECT answers FROM assessments")
    assert '"minutes": 45' in kept["answers"]


def fits(driver: Chrome) -> None:
    """Nothing sticks out to the side. Asked over the browser's own protocol, which works without the page's JavaScript too."""
    sizes = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
    assert sizes["cssContentSize"]["width"] <= sizes["cssLayoutViewport"]["clientWidth"]
