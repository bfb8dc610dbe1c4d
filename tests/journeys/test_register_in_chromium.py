"""The facilitator's register on a tablet: through a whole session without connection, and everything once when it returns."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from support.chromium import DESK, PHONE, chromium, complaints, fits, keep_picture, needs_chromium, no_network, wait_until
from support.scheduling_bench import token_of
from support.scheduling_site import SchedulingSite, scheduling_site
from support.servers import Broker, Database

pytestmark = needs_chromium


@pytest.fixture
async def site(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[SchedulingSite]:
    async with scheduling_site(database, nats_server, folder) as site:
        yield site


class Tablet:
    """What a facilitator does; every step waits for what it leads to."""

    def __init__(self, driver: Chrome, site: SchedulingSite) -> None:
        self.driver, self.site = driver, site

    def sign_in(self, number: int, *, who: str = "facilitator") -> None:
        self.driver.get(self.site.register_of(number))
        self.sign_in_here(who=who)
        self.ready()

    def sign_in_here(self, *, who: str = "facilitator") -> None:
        wait_until(self.driver, lambda page: page.find_elements(By.ID, "token"))
        self.driver.find_element(By.ID, "token").send_keys(token_of(who) + Keys.ENTER)

    def ready(self) -> None:
        wait_until(self.driver, lambda page: page.find_elements(By.CSS_SELECTOR, "#register-lines section"))

    def works_offline(self) -> None:
        wait_until(self.driver, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-reloads]"))
        self.driver.get(self.driver.current_url)
        self.ready()
        wait_until(self.driver, lambda page: page.execute_script("return Boolean(navigator.serviceWorker.controller)"))

    def state(self) -> str:
        return self.driver.find_element(By.ID, "register-state").text

    def says(self, words: str) -> None:
        try:
            wait_until(self.driver, lambda _: words in self.state())
        except TimeoutException:
            pytest.fail(f"it says {self.state()!r} and not {words!r}; {complaints(self.driver)}")

    def radio(self, name: str, status: str) -> WebElement:
        return self.driver.find_element(By.ID, f"status-{self.site.people[name]}-{status}")

    def mark(self, name: str, status: str) -> None:
        self.act(f"status-{self.site.people[name]}-{status}", lambda radio: radio.click())
        self.settled()
        assert self.radio(name, status).is_selected()

    def settled(self) -> None:
        """Wait until what was entered is kept and drawn."""
        wait_until(self.driver, lambda page: page.find_elements(By.CSS_SELECTOR, "#register-app[aria-busy=false]"))

    def open(self, part: str) -> None:
        self.act(f"{part}-summary", lambda summary: summary.click())

    def text(self, identifier: str, words: str) -> None:
        self.act(identifier, lambda field: field.send_keys(words))

    def press(self, identifier: str) -> None:
        self.act(identifier, lambda button: button.click())

    def choose(self, identifier: str, value: str) -> None:
        self.act(identifier, lambda select: Select(select).select_by_value(value))

    def act(self, identifier: str, action: Callable[[WebElement], object]) -> None:
        """Do something with an element, found again should its part of the page be drawn anew meanwhile."""

        def done(page: Chrome) -> bool:
            element = page.find_element(By.ID, identifier)
            # As a person would scroll it: what tells how sending goes stays at the top, and lies over what is there.
            page.execute_script("arguments[0].scrollIntoView({ block: 'center' })", element)
            action(element)
            return True

        wait_until(self.driver, done)

    def exercise(self, name: str, station: str, count: str) -> None:
        person = self.site.people[name]
        if not self.driver.find_element(By.ID, f"exercises-{person}").get_attribute("open"):
            self.open(f"exercises-{person}")
        at = f"exercise-{person}"
        self.choose(f"{at}-station", station)
        self.text(f"{at}-count", count)
        self.choose(f"{at}-effort", "3")
        self.choose(f"{at}-pain", "2")
        self.press(f"{at}-save")
        self.settled()
        wait_until(self.driver, lambda page: page.find_elements(By.CSS_SELECTOR, ".limber-register__records li"))

    def kept_here(self) -> dict[str, int]:
        """How many sheets and unsent entries this browser holds."""
        counts: dict[str, int] = self.driver.execute_async_script("""
            const done = arguments[0];
            const request = indexedDB.open("limber-register", 1);
            request.onsuccess = () => {
              const transaction = request.result.transaction(["sheets", "entries"]);
              const [sheets, entries] = ["sheets", "entries"].map((name) => transaction.objectStore(name).count());
              transaction.oncomplete = () => {
                request.result.close();
                done({ sheets: sheets.result, entries: entries.result });
              };
            };
        """)
        return counts


async def test_a_whole_session_without_connection_is_sent_once_when_it_returns(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell", "Ben Cole", "Cat Dunn")
    loop = asyncio.get_running_loop()

    def wait_for(happening: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(happening, loop).result(30)

    def session() -> None:
        with chromium(width=DESK) as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(1)
            tablet.works_offline()
            tablet.says("Everything is sent")

            with no_network(driver):
                tablet.mark("Ann Bell", "present")
                tablet.says("No connection. 1 entry waits on this device")
                driver.refresh()
                tablet.ready()
                assert tablet.radio("Ann Bell", "present").is_selected()
                assert "Next of Kin" in driver.find_element(By.ID, "register-lines").text
                wait_for(site.go())
            tablet.mark("Ben Cole", "absent")
            driver.refresh()
            tablet.ready()
            tablet.says("No connection. 2 entries wait")
            assert tablet.radio("Ben Cole", "absent").is_selected()

            tablet.exercise("Ann Bell", "step-up", "12")
            tablet.mark("Ben Cole", "present")
            tablet.mark("Cat Dunn", "excused")
            tablet.text(f"excuse-{site.people['Cat Dunn']}", "at the dentist" + Keys.TAB)
            tablet.says("6 entries wait")
            tablet.press("sign-off")
            tablet.says("7 entries wait")
            driver.refresh()
            tablet.ready()
            tablet.says("7 entries wait")

            wait_for(site.come())
            wait_until(driver, lambda page: "Signed off by Test facilitator" in page.find_element(By.TAG_NAME, "main").text)
            wait_until(driver, lambda _: tablet.kept_here() == {"sheets": 0, "entries": 0})

    await asyncio.to_thread(session)
    rows = await site.bench.query("SELECT kind, standing, content FROM register_entries ORDER BY position")
    assert [(row["kind"], row["standing"]) for row in rows] == [
        ("attendance", "current"),
        ("attendance", "replaced"),
        ("exercise", "current"),
        ("attendance", "current"),
        ("attendance", "replaced"),
        ("attendance", "current"),
        ("sign_off", "current"),
    ]
    attended = await site.bench.query("SELECT status, count(*) FROM attendance GROUP BY status ORDER BY status")
    assert [tuple(row) for row in attended] == [("excused", 1), ("present", 2)]


async def test_a_register_that_is_opened_before_its_session_is_ready_without_connection_and_opens_in_time(
    site: SchedulingSite,
) -> None:
    await site.cohort_of("Ann Bell")

    def session() -> None:
        with chromium() as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(2)
            tablet.works_offline()
            assert "The register opens at 10:00." in tablet.state()
            assert not tablet.radio("Ann Bell", "present").is_enabled()
            asyncio.run_coroutine_threadsafe(site.begin(2), loop).result(30)
            driver.refresh()
            tablet.ready()
            tablet.mark("Ann Bell", "present")
            tablet.says("Everything is sent")

    loop = asyncio.get_running_loop()
    await asyncio.to_thread(session)
    assert len(await site.bench.query("SELECT 1 FROM attendance")) == 1


async def test_two_tablets_that_disagree_are_both_shown_and_somebody_decides(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell")

    def session() -> None:
        with chromium() as one, chromium() as other:
            first, second = Tablet(one, site), Tablet(other, site)
            first.sign_in(1)
            second.sign_in(1, who="coordinator")
            first.mark("Ann Bell", "present")
            first.says("Everything is sent")
            second.mark("Ann Bell", "absent")
            wait_until(other, lambda page: page.find_elements(By.CLASS_NAME, "limber-register__decision"))
            decision = other.find_element(By.CLASS_NAME, "limber-register__decision")
            assert "The register says: Present. Test coordinator entered: Absent. Which is right?" in decision.text
            assert second.radio("Ann Bell", "present").is_selected()
            assert "Decide first where two people entered differently" in other.find_element(By.ID, "sign-off-hint").text
            decision.find_element(By.XPATH, ".//button[starts-with(., 'Take: Absent')]").click()
            wait_until(other, lambda page: not page.find_elements(By.CLASS_NAME, "limber-register__decision"))
            second.says("Everything is sent")
            assert second.radio("Ann Bell", "absent").is_selected()

    await asyncio.to_thread(session)
    rows = await site.bench.query("SELECT content ->> 'status', standing FROM register_entries ORDER BY position")
    assert [tuple(row) for row in rows] == [("present", "replaced"), ("absent", "replaced"), ("absent", "current")]


async def test_who_is_signed_out_meanwhile_loses_nothing_and_goes_on_after_signing_in(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell")

    def session() -> None:
        with chromium() as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(1)
            driver.delete_all_cookies()
            tablet.mark("Ann Bell", "present")
            tablet.says("Sign in again to send. 1 entry waits on this device.")
            driver.find_element(By.LINK_TEXT, "Sign in again").click()
            tablet.sign_in_here(who="coordinator")
            tablet.ready()
            tablet.says("1 entry waits that somebody else entered on this device. Send them with my name")
            driver.find_element(By.CLASS_NAME, "limber-register__link").click()
            tablet.says("Everything is sent")

    await asyncio.to_thread(session)
    rows = await site.bench.query("SELECT made_by_name, standing FROM register_entries")
    assert [tuple(row) for row in rows] == [("Test coordinator", "current")]


async def test_the_register_is_kept_with_the_keyboard_alone(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell", "Ben Cole")
    ann, ben = site.people["Ann Bell"], site.people["Ben Cole"]

    def session() -> None:
        with chromium() as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(1)

            def reach(identifier: str) -> WebElement:
                for _ in range(60):
                    if driver.switch_to.active_element.get_attribute("id") == identifier:
                        break
                    driver.switch_to.active_element.send_keys(Keys.TAB)
                assert driver.switch_to.active_element.get_attribute("id") == identifier
                return driver.switch_to.active_element

            reach(f"status-{ann}-present").send_keys(Keys.SPACE)
            tablet.settled()
            reach(f"exercises-{ann}-summary").send_keys(Keys.ENTER)
            reach(f"exercise-{ann}-station").send_keys("Step")
            reach(f"exercise-{ann}-count").send_keys("10")
            reach(f"exercise-{ann}-save").send_keys(Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.CSS_SELECTOR, ".limber-register__records li"))
            assert driver.switch_to.active_element.get_attribute("id") == f"exercise-{ann}-station"
            reach(f"status-{ben}-present").send_keys(Keys.ARROW_RIGHT)
            wait_until(driver, lambda _: tablet.radio("Ben Cole", "absent").is_selected())
            assert driver.switch_to.active_element.get_attribute("id") == f"status-{ben}-absent"
            tablet.says("Everything is sent")
            reach("sign-off").send_keys(Keys.ENTER)
            wait_until(driver, lambda page: "Signed off by Test facilitator" in page.find_element(By.TAG_NAME, "main").text)

    await asyncio.to_thread(session)
    attended = await site.bench.query("SELECT status FROM attendance ORDER BY status")
    assert [row["status"] for row in attended] == ["absent", "present"]


async def test_what_the_service_refuses_is_shown_and_can_be_given_up(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell")

    def session() -> None:
        with chromium() as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(1)
            with no_network(driver):
                tablet.mark("Ann Bell", "absent")
                tablet.says("1 entry waits")
                asyncio.run_coroutine_threadsafe(sign_off_elsewhere(site), loop).result(30)
            wait_until(driver, lambda page: page.find_elements(By.ID, "refused"))
            refused = driver.find_element(By.CSS_SELECTOR, ".nhsuk-warning-callout")
            assert "Ann Bell: Absent. reason must say why the register is changed after it was signed off." in refused.text
            refused.find_element(By.XPATH, ".//button[starts-with(., 'Give it up')]").click()
            wait_until(driver, lambda page: "Signed off by Test coordinator" in page.find_element(By.TAG_NAME, "main").text)

    loop = asyncio.get_running_loop()
    await asyncio.to_thread(session)


async def sign_off_elsewhere(site: SchedulingSite) -> None:
    register = f"/sessions/{site.sessions[0]['session_id']}/register"
    entries = [{"participant_id": str(person), "status": "present"} for person in site.people.values()]
    answer = await site.bench.call("PUT", register, {"entries": entries, "sign_off": True})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_register_fits_and_breaks_no_rule_of_its_own_page(site: SchedulingSite, width: int, tmp_path: Path) -> None:
    await site.cohort_of("Ann Bell", "Bartholomew Featherstonehaugh-Cholmondeley")
    await site.bench.query("UPDATE places SET close_attention = true")

    def session() -> None:
        with chromium(width=width) as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(1)
            tablet.works_offline()
            tablet.exercise("Ann Bell", "step-up", "12")
            tablet.mark("Ann Bell", "excused")
            for part in ("goals", "incident"):
                tablet.open(f"{part}-{site.people['Ann Bell']}")
            tablet.says("Everything is sent")
            keep_picture(driver, tmp_path, "register", width=width)
            assert fits(driver)
            assert complaints(driver) == []

    await asyncio.to_thread(session)


async def test_without_javascript_the_form_is_there_and_signs_off(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell")

    def session() -> None:
        with chromium(width=PHONE, javascript=False) as driver:
            driver.get(site.register_of(1))
            driver.find_element(By.ID, "token").send_keys(token_of("facilitator") + Keys.ENTER)
            wait_until(driver, lambda page: page.find_elements(By.NAME, f"status-{site.people['Ann Bell']}"))
            assert fits(driver)
            driver.find_element(By.CSS_SELECTOR, f"[name='status-{site.people['Ann Bell']}'][value='present']").click()
            driver.find_element(By.NAME, "sign_off").click()
            driver.find_element(By.XPATH, "//button[contains(., 'Record the register')]").click()
            wait_until(driver, lambda page: "Signed off by Test facilitator" in page.find_element(By.TAG_NAME, "main").text)

    await asyncio.to_thread(session)


async def test_somebody_from_another_group_is_marked_without_connection_too(site: SchedulingSite) -> None:
    await site.cohort_of("Ann Bell")
    opened = await site.bench.cohort(starts_on="2027-02-02", weekdays=["tue", "fri"])
    guest = await site.bench.enrol()
    await site.bench.introduce(guest, "Gail Guest")
    await site.bench.told("scheduling.place.changed.v1", at_least=2)
    site.people["Gail Guest"] = guest
    await site.bench.call("POST", f"/sessions/{opened['sessions'][1]['session_id']}/cancel")
    [place] = await site.bench.query("SELECT place_id FROM places WHERE participant_id = $1", guest)
    chosen = {"session_id": site.sessions[1]["session_id"]}
    assert (await site.bench.call("POST", f"/places/{place['place_id']}/make-ups", chosen)).status_code == 201
    await site.begin(2)

    def session() -> str:
        with chromium(width=PHONE) as driver:
            tablet = Tablet(driver, site)
            tablet.sign_in(2)
            tablet.works_offline()
            with no_network(driver):
                for name in ("Ann Bell", "Gail Guest"):
                    tablet.mark(name, "present")
                tablet.exercise("Gail Guest", "step-up", "12")
                words = driver.find_element(By.CSS_SELECTOR, f"section[aria-labelledby='name-{guest}']").text
            tablet.says("Everything is sent")
            return words

    assert "From the group at Harbour Centre, this session only" in await asyncio.to_thread(session)
    marked = await site.bench.query("SELECT place_id, status FROM attendance ORDER BY place_id = $1", place["place_id"])
    assert [row["status"] for row in marked] == ["present", "present"]
    progress = await site.bench.call("GET", f"/cohorts/{opened['cohort_id']}/people/{guest}")
    assert [exercise["station"] for _, exercise in progress.json()["exercises"]] == ["step-up"]
