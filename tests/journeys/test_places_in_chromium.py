"""The offer of a place and the waiting list in real Chromium, at a phone's width and a desk's; offers without JavaScript."""

import asyncio
import contextlib
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from scheduling.main import build
from scheduling.settings import Settings
from support.scheduling_bench import SchedulingBench, running_scheduling, token_of
from support.servers import Broker, Database

PHONE, DESK = 320, 1280  # CSS pixels
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# Where pictures of the pages go, if somebody wants to look at them.
PICTURES = os.environ.get("LIMBER_PICTURES")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="Chromium or its driver is missing (Debian: apt-get install chromium chromium-driver)",
)


@contextlib.contextmanager
def chromium(*, width: int, javascript: bool = True) -> Iterator[Chrome]:
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
async def served(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[tuple[SchedulingBench, str, dict[str, Any]]]:
    """One who has an offer and one who waits, the address of a server that listens, and the news of the offer."""
    mine = await database("scheduling")
    async with running_scheduling(mine, nats_server, folder) as bench:
        await bench.site()
        first = await bench.enrol(outward_code="NE1")
        await bench.introduce(first, "Mary Example")
        await bench.named("Mary Example")
        second = await bench.enrol(outward_code="NE1", close_attention=True, enrolled_at="2027-01-20T09:00:00Z")
        await bench.introduce(second, "Bartholomew Featherstonehaugh-Example")
        await bench.named("Bartholomew Featherstonehaugh-Example")
        await bench.told("scheduling.place.changed.v1", at_least=2)
        await bench.cohort(capacity=1)
        told = (await bench.told("scheduling.place.changed.v1", at_least=3))[2]
        listening = socket.create_server(("127.0.0.1", 0))
        settings = Settings(database_url=mine.url, nats_url="nats://127.0.0.1:1", http_port=1)
        server = uvicorn.Server(uvicorn.Config(build(settings), log_level="critical", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield bench, f"http://127.0.0.1:{listening.getsockname()[1]}/scheduling", told
        finally:
            server.should_exit = True
            await asyncio.to_thread(thread.join)


def fits_the_screen(driver: Chrome) -> bool:
    wide = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["width"]
    seen = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssLayoutViewport"]["clientWidth"]
    return bool(wide <= seen)


def picture(driver: Chrome, name: str) -> None:
    if PICTURES:
        whole = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["height"]
        size = driver.get_window_size()
        metrics = {"width": int(name.rsplit("-", 1)[1]), "height": int(whole), "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.save_screenshot(f"{PICTURES}/{name}.png")
        assert size


def complaints(driver: Chrome) -> list[str]:
    entries: list[dict[str, str]] = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium gives it no types
    return [entry["message"] for entry in entries if "favicon" not in entry["message"]]


def answer_by_keyboard(address: str, width: int) -> str:
    with chromium(width=width, javascript=False) as driver:
        driver.get(address)
        assert driver.title.startswith("We can offer you a place")
        assert fits_the_screen(driver)
        picture(driver, f"offer-{width}")
        driver.find_element(By.CSS_SELECTOR, "input[value=accepted]").send_keys(Keys.SPACE)
        driver.switch_to.active_element.send_keys(Keys.TAB)
        assert driver.switch_to.active_element.text == "Send my answer"
        driver.switch_to.active_element.send_keys(Keys.ENTER)
        assert fits_the_screen(driver)
        picture(driver, f"accepted-{width}")
        assert complaints(driver) == []
        return driver.find_element(By.TAG_NAME, "h1").text


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_an_offer_is_answered_by_keyboard_without_javascript(
    served: tuple[SchedulingBench, str, dict[str, Any]], width: int
) -> None:
    bench, address, told = served

    heading = await asyncio.to_thread(answer_by_keyboard, f"{address}/offers/{told['offer_token']}", width)

    assert heading == "You have a place"
    [row] = await bench.query("SELECT status FROM places WHERE place_id::text = $1", told["place_id"])
    assert row["status"] == "placed"


def look_at_staff_pages(address: str, place_id: str, width: int) -> list[str]:
    seen = []
    with chromium(width=width) as driver:
        driver.get(f"{address}/offers/none")
        driver.add_cookie({"name": "limber_session", "value": token_of("coordinator")})
        complaints(driver)
        for name in ("waiting", f"places/{place_id}", "suggestions"):
            driver.get(f"{address}/{name}")
            assert fits_the_screen(driver), name
            seen.append(driver.find_element(By.TAG_NAME, "h1").text)
            assert complaints(driver) == []
            picture(driver, f"{name.split('/')[0]}-{width}")
            metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return seen


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_waiting_list_and_what_staff_do_with_it_fit_the_screen(
    served: tuple[SchedulingBench, str, dict[str, Any]], width: int
) -> None:
    _, address, told = served

    seen = await asyncio.to_thread(look_at_staff_pages, address, told["place_id"], width)

    assert seen == ["Waiting list", "Place of Mary Example", "Where the next cohorts should open"]
