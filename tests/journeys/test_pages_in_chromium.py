"""Pages as a person meets them: real Chromium, a part that is there and one that is not, on a phone's width and a desk's."""

import contextlib
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from support.demo_pages.app import TOKEN, Switches, demo_app

PATIENCE = 15  # seconds
PHONE, DESK = 320, 1280  # CSS pixels

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="Chromium or its driver is missing, so pages were not looked at (Debian: apt-get install chromium chromium-driver)",
)


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def site(switches: Switches) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(demo_app(switches), log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@contextlib.contextmanager
def chromium(*, javascript: bool = True) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in ("--headless", "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def one_chromium() -> Iterator[Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture
def browser(one_chromium: Chrome) -> Chrome:
    one_chromium.delete_all_cookies()
    read_console(one_chromium)
    show_at(one_chromium, DESK)
    return one_chromium


def show_at(driver: Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def wait_until(driver: Chrome, condition: Callable[[Chrome], object]) -> None:
    WebDriverWait(driver, PATIENCE, poll_frequency=0.05).until(condition)


def part_text(driver: Chrome, name: str) -> str:
    return driver.find_element(By.CSS_SELECTOR, f'[data-part-name="{name}"] [data-part-body]').text


def read_console(driver: Chrome) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = driver.get_log("browser")  # type: ignore[no-untyped-call] # selenium gives it no types
    return entries


def scrolls_sideways(driver: Chrome) -> bool:
    return bool(driver.execute_script("return document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def open_journey(driver: Chrome, site: str) -> None:
    driver.get(f"{site}/demo/participants/1")
    wait_until(driver, lambda page: len(page.find_elements(By.CSS_SELECTOR, "[data-part-state]")) == 3)


def keep_picture(driver: Chrome, folder: Path, name: str) -> None:
    height = driver.execute_script("return document.documentElement.scrollHeight")
    width = driver.execute_script("return window.innerWidth")
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert driver.save_screenshot(folder / f"{name}.png")


def test_a_part_that_is_down_says_so_and_the_rest_of_the_page_stands(browser: Chrome, site: str) -> None:
    open_journey(browser, site)
    assert "Monday 30 November 2026 at 10:00am" in part_text(browser, "Sessions")
    assert part_text(browser, "Results").startswith("This part is not available at the moment.")
    assert part_text(browser, "Messages") == "Sign in again to see this part."
    sign_in_link = browser.find_element(By.LINK_TEXT, "Sign in again to see this part.")
    assert sign_in_link.get_attribute("href") == f"{site}/demo/sign-in?next=%2Fdemo%2Fparticipants%2F1"
    assert browser.find_element(By.CSS_SELECTOR, '[data-part-name="Results"] [aria-live="polite"]')


def test_trying_again_shows_the_part_once_it_is_back_and_keeps_the_keyboard_there(
    browser: Chrome, site: str, switches: Switches
) -> None:
    open_journey(browser, site)
    button = browser.find_element(By.CSS_SELECTOR, '[data-part-name="Results"] button')
    assert " ".join(button.accessible_name.split()) == "Try again to show Results"
    button.send_keys(Keys.ENTER)
    wait_until(browser, lambda _: "not available" in part_text(browser, "Results"))
    switches.results_are_up = True
    browser.find_element(By.CSS_SELECTOR, '[data-part-name="Results"] button').send_keys(Keys.ENTER)
    wait_until(browser, lambda _: part_text(browser, "Results") == "Nothing yet.")
    wait_until(browser, lambda page: page.switch_to.active_element.get_attribute("data-part-body") is not None)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", ["/demo/participants", "/demo/participants/1", "/demo/form", "/demo/sign-in", "/nowhere"])
def test_no_page_scrolls_sideways(browser: Chrome, site: str, path: str, width: int, tmp_path: Path) -> None:
    sign_in(browser, site)
    show_at(browser, width)
    browser.get(site + path)
    if path == "/demo/participants/1":
        open_journey(browser, site)
    assert browser.execute_script("return window.innerWidth") == width
    assert not scrolls_sideways(browser)
    keep_picture(browser, tmp_path, f"{path.strip('/').replace('/', '-')}-{width}")


def test_on_a_phone_the_navigation_folds_and_still_opens(browser: Chrome, site: str) -> None:
    sign_in(browser, site)
    show_at(browser, PHONE)
    browser.get(f"{site}/demo/participants")
    more = browser.find_element(By.CSS_SELECTOR, ".nhsuk-header__navigation button")
    messages = browser.find_element(By.LINK_TEXT, "Messages") if not more.is_displayed() else None
    more.send_keys(Keys.ENTER)
    wait_until(browser, lambda page: page.find_element(By.LINK_TEXT, "Messages").is_displayed())
    assert messages is None
    assert not scrolls_sideways(browser)


def test_nothing_on_a_page_is_refused_by_its_own_security_policy(browser: Chrome, site: str, switches: Switches) -> None:
    switches.results_are_up = True
    sign_in(browser, site)
    for width in (PHONE, DESK):
        show_at(browser, width)
        browser.get(f"{site}/demo/participants")
        browser.get(f"{site}/demo/form")
    assert [entry for entry in read_console(browser) if entry["level"] in {"SEVERE", "WARNING"}] == []


def test_the_first_press_of_tab_offers_to_skip_to_the_content(browser: Chrome, site: str) -> None:
    sign_in(browser, site)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to main content"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.tag_name in {"main", "h1"}


def test_a_form_with_an_error_puts_the_reader_at_the_summary(browser: Chrome, site: str) -> None:
    browser.get(f"{site}/demo/form")
    browser.find_element(By.ID, "pain").send_keys("a lot" + Keys.ENTER)
    wait_until(browser, lambda page: page.title == "Error: How much pain have you had? - Limber")
    assert "nhsuk-error-summary" in str(browser.switch_to.active_element.get_attribute("class"))
    browser.find_element(By.LINK_TEXT, "Pain must be a whole number from 0 to 10").click()
    assert browser.switch_to.active_element.get_attribute("id") == "pain"


def test_signing_in_and_out_works_and_scripts_never_see_the_cookie(browser: Chrome, site: str) -> None:
    sign_in(browser, site)
    assert browser.title == "Participants - Limber"
    assert browser.execute_script("return document.cookie") == ""
    kept = browser.get_cookie("limber_session")
    assert kept is not None
    assert (kept["httpOnly"], kept["sameSite"], kept["path"]) == (True, "Strict", "/")
    browser.find_element(By.CSS_SELECTOR, ".nhsuk-header__account-button").click()
    wait_until(browser, lambda page: page.title == "Sign in - Limber")
    assert browser.get_cookie("limber_session") is None


def test_a_form_on_another_site_is_refused(browser: Chrome, site: str, switches: Switches, tmp_path: Path) -> None:
    sign_in(browser, site)
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text(
        f'<form method="post" action="{site}/demo/form"><input name="pain" value="5"><button>Win</button></form>'
    )
    browser.get(elsewhere.as_uri())
    browser.find_element(By.TAG_NAME, "button").click()
    wait_until(browser, lambda page: "came from another website" in page.page_source)
    assert switches.bodies_received == []


def test_without_javascript_each_part_is_a_link_to_a_page_of_its_own(site: str) -> None:
    with chromium(javascript=False) as driver:
        driver.get(f"{site}/demo/participants/1")
        driver.find_element(By.LINK_TEXT, "Sessions: see this part on its own page").click()
        wait_until(driver, lambda page: page.title == "Sessions - Limber")
        assert driver.find_element(By.TAG_NAME, "h1").text == "Sessions"
        assert "Monday 30 November 2026 at 10:00am" in driver.find_element(By.TAG_NAME, "main").text


def sign_in(driver: Chrome, site: str) -> None:
    driver.get(f"{site}/demo/participants")
    driver.find_element(By.ID, "token").send_keys(TOKEN + Keys.ENTER)
    wait_until(driver, lambda page: page.title == "Participants - Limber")
