"""The participant's questionnaire in real Chromium: a phone's width and a desk's, with JavaScript and without."""

import asyncio
import contextlib
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import uvicorn
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from outcomes.main import build
from outcomes.settings import Settings
from support.axe import Finding, grave, needs_axe
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


def go_on(driver: Chrome, button: str = "main form button") -> None:
    """Press a button and wait until the next page is there."""
    page = driver.find_element(By.TAG_NAME, "html")
    driver.find_element(By.CSS_SELECTOR, button).click()
    WebDriverWait(driver, 20, ignored_exceptions=(WebDriverException,)).until(staleness_of(page))


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
            go_on(driver, "main a.nhsuk-button")
            go_on(driver)
            headings.append(driver.find_element(By.CSS_SELECTOR, ".nhsuk-error-summary h2").text)
            fits(driver)
            driver.find_element(By.CSS_SELECTOR, "input[value='7']").click()
            go_on(driver)
            while "/anything-else" not in driver.current_url:
                fits(driver)
                if driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
                    driver.find_element(By.CSS_SELECTOR, "input[value='3']").click()
                else:
                    driver.find_element(By.CSS_SELECTOR, "main input").send_keys("45")
                go_on(driver)
            fits(driver)
            go_on(driver)
            headings.append(driver.find_element(By.TAG_NAME, "h1").text)
            fits(driver)
            go_on(driver)
            headings.append(driver.find_element(By.TAG_NAME, "h1").text)
            fits(driver)
            entries = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium gives it no types
            complaints = [entry["message"] for entry in entries if "422" not in entry["message"]]
            assert complaints == []
        return headings

    found = await asyncio.to_thread(answer)
    assert found == ["There is a problem", "Check your answers", "Your questionnaire was sent"]
    [kept] = await bench.query("SELECT answers FROM assessments")
    assert '"minutes": 45' in kept["answers"]


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["en", "cy"])
async def test_axe_finds_nothing_serious_on_any_step(asked: tuple[OutcomesBench, str], width: int, language: str) -> None:
    _, address = asked

    def judge() -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        with chromium(width=width, javascript=True) as driver:
            for step in ("", "/1", "/14", "/anything-else", "/check"):
                driver.get(f"{address}{step}?lang={language}")
                found[step] = grave(driver)
            driver.get(f"{address}/1?lang={language}")
            go_on(driver)
            found["an error"] = grave(driver)
            driver.get(f"{address[:-1]}_?lang={language}")
            found["no such link"] = grave(driver)
        return {step: findings for step, findings in found.items() if findings}

    assert await asyncio.to_thread(judge) == {}


@needs_axe
async def test_axe_does_find_what_is_wrong_with_a_page(asked: tuple[OutcomesBench, str]) -> None:
    _, address = asked

    def judge() -> set[str]:
        with chromium(width=PHONE, javascript=True) as driver:
            driver.get(f"{address}/1")
            driver.execute_script("document.querySelectorAll('label').forEach(one => one.remove())")
            return {one.rule for one in grave(driver)}

    assert "label" in await asyncio.to_thread(judge)


def fits(driver: Chrome) -> None:
    """Nothing sticks out to the side. Asked over the browser's own protocol, which works without the page's JavaScript too."""
    sizes = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
    assert sizes["cssContentSize"]["width"] <= sizes["cssLayoutViewport"]["clientWidth"]
