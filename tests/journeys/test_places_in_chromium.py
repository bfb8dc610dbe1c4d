"""The offer of a place and the waiting list in real Chromium, at a phone's width and a desk's; offers without JavaScript."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.axe import grave, needs_axe
from support.chromium import DESK, PHONE, chromium, complaints, fits, keep_picture, needs_chromium, wait_until
from support.scheduling_bench import token_of
from support.scheduling_site import SchedulingSite, scheduling_site
from support.servers import Broker, Database

pytestmark = needs_chromium


@dataclass(frozen=True, slots=True)
class Offered:
    """A service at which one has an offer and one waits; `told` is the news of the offer."""

    site: SchedulingSite
    told: dict[str, Any]

    @property
    def address(self) -> str:
        return f"{self.site.address}/scheduling"


@pytest.fixture
async def offered(database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path) -> AsyncIterator[Offered]:
    async with scheduling_site(database, nats_server, folder) as site:
        bench = site.bench
        await bench.site()
        first = await bench.enrol(outward_code="NE1")
        await bench.introduce(first, "Mary Example")
        await bench.named("Mary Example")
        second = await bench.enrol(outward_code="NE1", close_attention=True, enrolled_at="2027-01-20T09:00:00Z")
        await bench.introduce(second, "Bartholomew Featherstonehaugh-Example")
        await bench.named("Bartholomew Featherstonehaugh-Example")
        await bench.told("scheduling.place.changed.v1", at_least=2)
        await bench.cohort(capacity=1)
        yield Offered(site, (await bench.told("scheduling.place.changed.v1", at_least=3))[2])


def answer_by_keyboard(address: str, width: int, pictures: Path) -> str:
    with chromium(width=width, javascript=False) as driver:
        driver.get(address)
        assert driver.title.startswith("We can offer you a place")
        assert fits(driver)
        keep_picture(driver, pictures, "offer", width=width)
        driver.find_element(By.CSS_SELECTOR, "input[value=accepted]").send_keys(Keys.SPACE)
        driver.switch_to.active_element.send_keys(Keys.TAB)
        assert driver.switch_to.active_element.text == "Send my answer"
        driver.switch_to.active_element.send_keys(Keys.ENTER)
        assert fits(driver)
        keep_picture(driver, pictures, "accepted", width=width)
        assert complaints(driver) == []
        return driver.find_element(By.TAG_NAME, "h1").text


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_an_offer_is_answered_by_keyboard_without_javascript(offered: Offered, width: int, tmp_path: Path) -> None:
    address = f"{offered.address}/offers/{offered.told['offer_token']}"

    heading = await asyncio.to_thread(answer_by_keyboard, address, width, tmp_path)

    assert heading == "You have a place"
    query = "SELECT status FROM places WHERE place_id::text = $1"
    [row] = await offered.site.bench.query(query, offered.told["place_id"])
    assert row["status"] == "placed"


def look_at_staff_pages(address: str, place_id: str, width: int, pictures: Path) -> tuple[list[str], dict[str, object]]:
    seen: list[str] = []
    faults: dict[str, object] = {}
    with chromium(width=width) as driver:
        driver.get(f"{address}/cohorts")
        driver.find_element(By.ID, "token").send_keys(token_of("coordinator") + Keys.ENTER)
        wait_until(driver, lambda page: page.title == "Cohorts - Limber")
        for name in ("waiting", f"places/{place_id}", "suggestions"):
            driver.get(f"{address}/{name}")
            seen.append(driver.find_element(By.TAG_NAME, "h1").text)
            keep_picture(driver, pictures, name.split("/")[0], width=width)
            found = [*([] if fits(driver) else ["scrolls sideways"]), *grave(driver), *complaints(driver)]
            if found:
                faults[name] = found
    return seen, faults


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_waiting_list_and_what_staff_do_with_it_fit_the_screen(offered: Offered, width: int, tmp_path: Path) -> None:
    seen, faults = await asyncio.to_thread(look_at_staff_pages, offered.address, offered.told["place_id"], width, tmp_path)

    assert seen == ["Waiting list", "Place of Mary Example", "Where the next cohorts should open"]
    assert faults == {}
