"""Real Chromium: at a width, with JavaScript or without, offline when told so."""

import contextlib
import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait
from websocket import create_connection

PHONE, DESK = 320, 1280  # CSS pixels
PATIENCE = 20  # seconds
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="Chromium or its driver is missing, so pages were not looked at (Debian: apt-get install chromium chromium-driver)",
)


@contextlib.contextmanager
def chromium(*, width: int = DESK, javascript: bool = True) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (
        "--headless",
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--remote-allow-origins=*",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    try:
        show_at(driver, width)
        yield driver
    finally:
        driver.quit()


def show_at(driver: Chrome, width: int, height: int = 900) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def wait_until(driver: Chrome, condition: Callable[[Chrome], object]) -> None:
    ignored = [NoSuchElementException, StaleElementReferenceException]  # a part of the page is being drawn anew
    WebDriverWait(driver, PATIENCE, poll_frequency=0.05, ignored_exceptions=ignored).until(condition)


def fits(driver: Chrome) -> bool:
    """Whether nothing sticks out to the side. Asked over the browser's own protocol, which works without JavaScript too."""
    sizes = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
    return bool(sizes["cssContentSize"]["width"] <= sizes["cssLayoutViewport"]["clientWidth"])


def keep_picture(driver: Chrome, folder: Path, name: str, *, width: int) -> None:
    """Keep the whole page as a picture."""
    sizes = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
    show_at(driver, width, int(sizes["cssContentSize"]["height"]))
    assert driver.save_screenshot(str(folder / f"{name}-{width}.png"))
    show_at(driver, width)


def complaints(driver: Chrome) -> list[str]:
    """What the browser's console complained of since it was last asked."""
    entries: list[dict[str, Any]] = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium gives it no types
    return [str(entry["message"]) for entry in entries if entry["level"] in {"SEVERE", "WARNING"}]


@contextlib.contextmanager
def no_network(driver: Chrome) -> Iterator[None]:
    """Cut the page and its service worker off; each has a network of its own to Chromium."""
    _page_is(driver, offline=True)
    workers = [create_connection(target, timeout=PATIENCE) for target in _service_workers(driver)]
    try:
        for worker in workers:
            for number, (method, parameters) in enumerate((("Network.enable", {}), (_EMULATE, _conditions(offline=True)))):
                worker.send(json.dumps({"id": number, "method": method, "params": parameters}))
                while json.loads(worker.recv()).get("id") != number:
                    pass
        yield
    finally:
        for worker in workers:
            worker.close()  # nobody watches it any more, so it is connected again
        _page_is(driver, offline=False)


_EMULATE = "Network.emulateNetworkConditions"


def _conditions(*, offline: bool) -> dict[str, object]:
    return {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def _page_is(driver: Chrome, *, offline: bool) -> None:
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(_EMULATE, _conditions(offline=offline))


def _service_workers(driver: Chrome) -> list[str]:
    address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{address}/json/list", timeout=PATIENCE) as answer:
        return [target["webSocketDebuggerUrl"] for target in json.load(answer) if target["type"] == "service_worker"]
