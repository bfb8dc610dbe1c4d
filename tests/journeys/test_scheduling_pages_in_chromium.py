"""Scheduling's pages for staff as they are seen: on a phone's width and a desk's, judged by axe-core."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.axe import grave, needs_axe
from support.chromium import DESK, PHONE, chromium, complaints, fits, keep_picture, needs_chromium, wait_until
from support.scheduling_bench import LEAD_ID, PROGRAMME, token_of
from support.scheduling_register import an_entry
from support.scheduling_site import SchedulingSite, scheduling_site
from support.servers import Broker, Database

TRAINING_DAY = UUID(int=18)

pytestmark = [needs_chromium, needs_axe]


@pytest.fixture
async def site(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[SchedulingSite]:
    async with scheduling_site(database, nats_server, folder) as site:
        await site.cohort_of("Ann Bell", "Bartholomew Featherstonehaugh-Cholmondeley")
        await site.bench.enrol(preferred_site="meadow")
        await fill(site)
        yield site


async def fill(site: SchedulingSite) -> None:
    """Two sessions of which one was signed off and one was not, with everything that a register can hold."""
    ann, bartholomew = site.people.values()
    ends = [an_entry("goals", ann, goals="Walk to the shop", action_plan="Ten minutes more a week"), an_entry("sign_off")]
    for number, last in ((1, ends), (2, [])):
        await site.begin(number)
        step_up = {"station": "step-up", "level": "low step", "repetitions": 10 + number}
        entries = [
            an_entry("attendance", ann, status="excused", excuse="At the dentist"),
            an_entry("attendance", bartholomew, status="absent"),
            an_entry("exercise", ann, **step_up, effort=3, pain=2, note="slow"),
            an_entry("incident", bartholomew, incident="fall", what="Slipped at the step on the way in", done="Sat down"),
            *last,
        ]
        session = site.sessions[number - 1]["session_id"]
        answer = await site.bench.call("POST", f"/sessions/{session}/register/entries", {"entries": entries})
        assert {one["result"] for one in answer.json()["taken"]} == {"accepted"}
    await site.bench.call("POST", f"/sessions/{site.sessions[2]['session_id']}/cancel")
    await elsewhere(site)


async def elsewhere(site: SchedulingSite) -> None:
    """A cohort at another site where Ann makes up for what she missed, a training day, and a calendar feed."""
    bench = site.bench
    await bench.site("meadow")
    lead = await bench.lead(sites=["meadow"])
    opened = await bench.cohort(site_id="meadow", lead_id=lead, starts_on="2027-03-02", weekdays=["tue", "fri"])
    [ann] = await bench.query("SELECT place_id FROM places WHERE participant_id = $1", next(iter(site.people.values())))
    chosen = {"session_id": opened["sessions"][0]["session_id"]}
    answer = await bench.call("POST", f"/places/{ann['place_id']}/make-ups", chosen)
    assert answer.status_code == 201, answer.text
    day = {"programme": PROGRAMME, "held_on": "2027-01-18", "venue": "Harbour Centre", "trainer": "Sam Trainer", "places": 3}
    await bench.call("PUT", f"/training-days/{TRAINING_DAY}", day)
    await bench.call("PUT", f"/training-days/{TRAINING_DAY}/trainees/{LEAD_ID}", {"prerequisites": ["first_aid"]})
    await bench.call("POST", "/calendars", {"site_id": "harbour"})


def pages(site: SchedulingSite, cohort_id: str, place_id: str) -> dict[str, str]:
    first, second = (site.sessions[number]["session_id"] for number in (0, 1))
    person = next(iter(site.people.values()))
    return {
        "cohorts": "/cohorts",
        "cohort": f"/cohorts/{cohort_id}",
        "waiting": "/waiting",
        "calendar-week": "/calendar?day=2027-02-03",
        "calendar-month": "/calendar?view=month&day=2027-02-03&site=harbour",
        "sites": "/sites",
        "site": "/sites/harbour",
        "spread": "/spread",
        "training": "/training",
        "facilitators": "/facilitators",
        "facilitator-new": "/facilitators/new",
        "facilitator": f"/facilitators/{LEAD_ID}",
        "training-days": "/training-days",
        "training-day": f"/training-days/{TRAINING_DAY}",
        "calendar-feeds": "/calendars",
        "place": f"/places/{place_id}",
        "move-session": f"/cohorts/{cohort_id}/changes/move-session",
        "add-session": f"/cohorts/{cohort_id}/changes/add-session",
        "move-cohort": f"/cohorts/{cohort_id}/changes/move",
        "cancel-cohort": f"/cohorts/{cohort_id}/changes/cancel",
        "my-day": "/my-day",
        "tasks": "/tasks",
        "tasks-finished": "/tasks?finished=true",
        "progress": f"/cohorts/{cohort_id}/people/{person}",
        "register-signed": f"/sessions/{first}/register",
        "register-person": f"/sessions/{second}/register/people/{person}",
        "register-print": f"/sessions/{second}/register/print",
        "exercise-sheet": f"/sessions/{second}/register/exercise-sheet",
        "register": f"/sessions/{second}/register",
    }


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_every_page_fits_and_has_no_grave_fault(site: SchedulingSite, width: int, tmp_path: Path) -> None:
    [row] = await site.bench.query("SELECT cohort_id FROM cohorts WHERE site_id = 'harbour'")
    [place] = await site.bench.query("SELECT place_id FROM places WHERE participant_id = $1", next(iter(site.people.values())))
    shown = pages(site, str(row["cohort_id"]), str(place["place_id"]))

    def look() -> dict[str, object]:
        faults: dict[str, object] = {}
        with chromium(width=width) as driver:
            driver.get(f"{site.address}/scheduling/cohorts")
            driver.find_element(By.ID, "token").send_keys(token_of("coordinator") + Keys.ENTER)
            wait_until(driver, lambda page: page.title == "Cohorts - Limber")
            for name, path in shown.items():
                driver.get(f"{site.address}/scheduling{path}")
                if name == "register":
                    wait_until(driver, lambda page: page.find_elements(By.CSS_SELECTOR, "#register-lines section"))
                assert "Limber" in driver.title
                keep_picture(driver, tmp_path, name, width=width)
                found = [*([] if fits(driver) else ["scrolls sideways"]), *grave(driver), *complaints(driver)]
                if found:
                    faults[name] = found
        return faults

    assert await asyncio.to_thread(look) == {}
