"""The form about oneself in a real browser: with and without JavaScript, on a phone's width and a desk's."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.axe import SCRIPT, grave
from support.chromium import DESK, PHONE, chromium, complaints, fits, keep_picture, needs_chromium, wait_until
from support.enrolment_bench import EnrolmentBench, enrolment
from support.self_referral import START

__all__ = ["enrolment"]

pytestmark = needs_chromium
# What a person presses or types, page by page: an id, or an id with what is typed into it.
KEYED: list[list[str | tuple[str, str]]] = [
    [("given_name", "Rhian"), ("family_name", "Selfmade")],
    [("birth_date-day", "1"), ("birth_date-month", "5"), ("birth_date-year", "1955")],
    [("postcode", "LS1 4AP")],
    [],
    ["reach_by"],
    [("phone", "07700 900155")],
    ["language"],
    ["joints"],
    ["pain_months-3"],
    ["red_flags"],
    [],
    ["independently_mobile"],
    ["needs_supervised_exercise"],
    ["can_attend"],
    ["close_attention-2"],
    ["access_needs"],
    ["days", "parts_of_day"],
    [("emergency_name", "Huw Selfmade"), ("emergency_phone", "01632 960001")],
    ["shares_with_gp"],
    ["allows_marketing-2"],
    [],
]


@pytest.fixture
async def site(enrolment: EnrolmentBench) -> AsyncIterator[str]:
    async with enrolment.served() as address:
        yield address


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tmp_path


def go_on(driver: Chrome) -> None:
    """Press the page's main button with the keyboard, and wait for the page that it leads to."""
    before = driver.find_element(By.TAG_NAME, "html")
    driver.find_element(By.CSS_SELECTOR, "main form button").send_keys(Keys.ENTER)
    wait_until(driver, lambda page: page.find_element(By.TAG_NAME, "html") != before)
    wait_until(driver, lambda page: page.find_elements(By.CSS_SELECTOR, "footer"))


def fill_in(driver: Chrome, site: str, pictures: Path, *, width: int, language: str) -> None:
    driver.get(f"{site}{START}?lang={language}")
    look(driver, pictures, "start", width)
    go_on(driver)
    for number, page in enumerate(KEYED):
        for what in page:
            if isinstance(what, tuple):
                field = driver.find_element(By.ID, what[0])
                field.clear()
                field.send_keys(what[1])
            else:
                box = driver.find_element(By.ID, what)
                if not box.is_selected():
                    box.send_keys(Keys.SPACE)
        look(driver, pictures, f"{number:02}-{driver.current_url.rsplit('/', 1)[1].partition('?')[0]}", width)
        go_on(driver)
    assert driver.current_url.endswith("/check")
    look(driver, pictures, "check", width)
    go_on(driver)


def look(driver: Chrome, pictures: Path, name: str, width: int) -> None:
    assert fits(driver), f"{name} scrolls sideways at {width}"
    if SCRIPT.is_file() and width == DESK:  # where the browser runs JavaScript
        assert (name, grave(driver)) == (name, [])
    keep_picture(driver, pictures, f"self-{name}", width=width)


async def code_of(bench: EnrolmentBench) -> str:
    links = await bench.published("enrolment.link.changed.v1")
    return str(links[-1]["code"])


@pytest.mark.parametrize(
    ("javascript", "width", "language"), [(True, DESK, "en"), (False, PHONE, "cy")], ids=["with scripts", "without, Welsh"]
)
async def test_a_person_refers_themselves_with_the_keyboard_alone(
    enrolment: EnrolmentBench,
    site: str,
    pictures: Path,
    javascript: bool,  # noqa: FBT001 - a case
    width: int,
    language: str,
) -> None:
    with chromium(width=width, javascript=javascript) as driver:
        await asyncio.to_thread(fill_in, driver, site, pictures, width=width, language=language)
        assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
        code = await code_of(enrolment)

        def confirm() -> None:
            look(driver, pictures, "confirm", width)
            driver.find_element(By.ID, "code").send_keys(code)
            go_on(driver)
            assert driver.current_url.endswith("/done")
            look(driver, pictures, "done", width)

        await asyncio.to_thread(confirm)
        assert complaints(driver) == []
    [referral] = await enrolment.query("SELECT status FROM referrals")
    assert referral["status"] == "needs_review"  # a hot joint was ticked


async def test_what_is_wrong_is_summed_up_with_focus_and_leads_to_its_field(site: str, pictures: Path) -> None:
    def see() -> None:
        with chromium(width=PHONE) as driver:
            driver.get(f"{site}{START}")
            go_on(driver)
            go_on(driver)
            look(driver, pictures, "error", PHONE)
            assert driver.title.startswith("Error: What is your name?")
            wait_until(driver, lambda page: "error-summary" in (page.switch_to.active_element.get_attribute("class") or ""))
            driver.find_element(By.LINK_TEXT, "Enter your last name").send_keys(Keys.ENTER)
            wait_until(driver, lambda page: page.switch_to.active_element.get_attribute("id") == "family_name")
            assert [each for each in complaints(driver) if "422" not in each] == []

    await asyncio.to_thread(see)
