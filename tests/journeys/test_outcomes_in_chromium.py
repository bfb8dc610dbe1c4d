"""The participant's questionnaire and the pages of staff in real Chromium: a phone's width and a desk's.

Pictures of each page are kept in pytest's temporary folder, to be looked at.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from outcomes.main import build
from outcomes.settings import Settings
from service_kit.ids import new_id
from support.axe import Finding, grave, needs_axe
from support.chromium import DESK, PHONE, chromium, complaints, fits, keep_picture, needs_chromium
from support.outcomes_bench import ADMIN_TOKEN, STAFF_TOKEN, OutcomesBench, Participant, bearer, outcomes_pages_of
from support.servers import Database

pytestmark = needs_chromium
HADS = dict.fromkeys((str(number) for number in range(1, 15)), 2)


@contextlib.asynccontextmanager
async def listening(database: Database) -> AsyncIterator[str]:
    """The service's pages on a port of this machine; yields where."""
    port = socket.create_server(("127.0.0.1", 0))
    app = build(Settings(database_url=database.url, nats_url="nats://127.0.0.1:1", http_port=1))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [port]})
    thread.start()
    try:
        yield f"http://localhost:{port.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.to_thread(thread.join)
        port.close()


@pytest.fixture
async def asked(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[tuple[OutcomesBench, str]]:
    """A person whose end questionnaire is due, and the whole address of it on a server that listens."""
    mine = await database("outcomes")
    async with outcomes_pages_of(mine) as bench:
        person = Participant(began=datetime.now(UTC) - timedelta(days=50))
        await bench.tell_enrolment(person)
        await bench.tell_place(person, status="completed")
        row = await bench.questionnaire(person, "end", "due")
        async with listening(mine) as where:
            yield bench, f"{where}/outcomes/q/{row['token']}"


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
            assert fits(driver)
            go_on(driver, "main a.nhsuk-button")
            go_on(driver)
            headings.append(driver.find_element(By.CSS_SELECTOR, ".nhsuk-error-summary h2").text)
            assert fits(driver)
            driver.find_element(By.CSS_SELECTOR, "input[value='7']").click()
            go_on(driver)
            while "/what-next" not in driver.current_url:
                assert fits(driver)
                if driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
                    driver.find_element(By.CSS_SELECTOR, "input[value='3']").click()
                else:
                    driver.find_element(By.CSS_SELECTOR, "main input").send_keys("45")
                go_on(driver)
            assert fits(driver)
            driver.find_element(By.CSS_SELECTOR, "input[value='water']").click()
            go_on(driver)
            assert fits(driver)
            go_on(driver)
            headings.append(driver.find_element(By.TAG_NAME, "h1").text)
            assert fits(driver)
            go_on(driver)
            headings.append(driver.find_element(By.TAG_NAME, "h1").text)
            assert fits(driver)
            assert [message for message in complaints(driver) if "422" not in message] == []
        return headings

    found = await asyncio.to_thread(answer)
    assert found == ["There is a problem", "Check your answers", "Your questionnaire was sent"]
    [kept] = await bench.query("SELECT answers FROM assessments")
    assert '"minutes": 45' in kept["answers"]
    assert [row["interests"] for row in await bench.query("SELECT interests FROM interests")] == ['["water"]']


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["en", "cy"])
async def test_axe_finds_nothing_serious_on_any_step(
    asked: tuple[OutcomesBench, str], tmp_path: Path, width: int, language: str
) -> None:
    _, address = asked

    def judge() -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        with chromium(width=width, javascript=True) as driver:
            for step in ("", "/1", "/14", "/what-next", "/anything-else", "/check"):
                driver.get(f"{address}{step}?lang={language}")
                found[step] = grave(driver)
                keep_picture(driver, tmp_path, f"{language}{step.replace('/', '-')}", width=width)
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


@pytest.fixture
async def staff_pages(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """A cohort with questionnaires, a concern, a directory and a feed; where the service listens, and its pages by name."""
    mine = await database("outcomes")
    async with outcomes_pages_of(mine) as bench:
        cohort_id = new_id()
        rows = []
        for name in ("Ada Example", "Bartholomew Featherstonehaugh-Example"):
            person = Participant(began=datetime.now(UTC) - timedelta(days=50))
            await bench.tell_person(person, name)
            await bench.tell_enrolment(person)
            await bench.tell_place(person, status="completed", cohort_id=cohort_id, site_id="north")
            rows.append(await bench.questionnaire(person, "end", "due"))
        due, answered = rows
        # What is asked follows from the settings of whoever told the place; here it is added by hand.
        await bench.query("UPDATE questionnaires SET instruments = instruments || '[\"HADS\"]'")
        raised = {"answers": {"NRS": {"pain": 7}, "HADS": HADS}}
        answers = f"/outcomes/questionnaires/{answered['questionnaire_id']}/answers"
        assert (await bench.client.post(answers, json=raised, headers=bearer(STAFF_TOKEN))).is_success
        [concern] = await bench.query("SELECT concern_id FROM concerns WHERE about = 'HADS.anxiety'")
        csv = "code,title,outward_codes,interests,expires_on\nwalks,Walks on Tuesdays,SW18 SW,walking,2030-01-31\n"
        uploaded = await bench.client.post(
            "/outcomes/directory", content=csv.encode(), headers=bearer(ADMIN_TOKEN) | {"Content-Type": "text/csv"}
        )
        assert uploaded.is_success
        url = "https://feeds.example.org/a-rather-long-address/session-series"
        feed = await bench.client.put("/outcomes/directory/feeds/feed-north", json={"url": url}, headers=bearer(ADMIN_TOKEN))
        assert feed.is_success
        async with listening(mine) as where:
            yield (
                where,
                {
                    "work list": "/outcomes/questionnaires?status=all",
                    "paper": f"/outcomes/questionnaires/{due['questionnaire_id']}",
                    "correction": f"/outcomes/questionnaires/{answered['questionnaire_id']}",
                    "measures": f"/outcomes/cohorts/{cohort_id}/measures?time_point=end",
                    "concerns": "/outcomes/concerns",
                    "concern": f"/outcomes/concerns/{concern['concern_id']}",
                    "reports": "/outcomes/reports",
                    "directory": "/outcomes/directory",
                    "part": f"/outcomes/participants/{answered['participant_id']}/part",
                },
            )


@needs_axe
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_pages_of_staff_fit_and_axe_finds_nothing_serious(
    staff_pages: tuple[str, dict[str, str]], tmp_path: Path, width: int
) -> None:
    where, pages = staff_pages

    def look() -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        with chromium(width=width) as driver:
            driver.get(f"{where}/outcomes/health/ready")
            driver.add_cookie({"name": "limber_session", "value": ADMIN_TOKEN})
            for name, path in pages.items():
                driver.get(f"{where}{path}")
                assert driver.find_elements(By.CSS_SELECTOR, "main, section, h1, h2, h3"), name
                assert fits(driver), name
                found[name] = grave(driver)
                keep_picture(driver, tmp_path, name.replace(" ", "-"), width=width)
        return {name: one for name, one in found.items() if one}

    assert await asyncio.to_thread(look) == {}
