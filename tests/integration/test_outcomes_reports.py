"""Reports on a real database: kept up as facts come, and printed as page, JSON and CSV."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.storage.reports import ReportRecords
from outcomes.use_cases.fold_reports import fold_reports
from service_kit.database import create_engine
from support.outcomes_bench import STAFF_TOKEN, OutcomesBench, bearer, outcomes_pages
from support.reported_cohorts import MOMENTS, Cohort, active

__all__ = ["outcomes_pages"]

PAGE = {"Accept": "text/html"}


@asynccontextmanager
async def connected(bench: OutcomesBench) -> AsyncIterator[AsyncConnection]:
    engine = create_engine(bench.database.url)
    async with engine.begin() as conn:
        yield conn
    await engine.dispose()


async def report(bench: OutcomesBench, **asked: str) -> Any:
    answer = await bench.client.get("/outcomes/reports", params={"outside": "false"} | asked, headers=bearer(STAFF_TOKEN))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_counting_again_after_a_correction_takes_the_old_figures_away(outcomes_pages: OutcomesBench) -> None:
    async with connected(outcomes_pages) as conn:
        cohort = Cohort(conn=conn, site="north")
        await cohort.enrol(6)
        await cohort.answer("baseline", active(2, of=6))
        await cohort.count()
    assert (await report(outcomes_pages))["active"]["baseline"]["count"] == 2
    [row] = await outcomes_pages.query("SELECT questionnaire_id FROM questionnaires WHERE time_point = 'baseline' LIMIT 1")
    corrected = await outcomes_pages.client.post(
        f"/outcomes/questionnaires/{row['questionnaire_id']}/answers",
        json={"answers": {"ACTIVITY": {"minutes": 300}}, "reason": "Misread."},
        headers=bearer(STAFF_TOKEN),
    )
    assert corrected.status_code == 200
    async with connected(outcomes_pages) as conn:
        for _ in range(2):
            while await fold_reports(records=ReportRecords(conn), now=MOMENTS["followup_6m"].replace(year=2099)):
                pass
    found = await report(outcomes_pages)
    assert found["active"]["baseline"]["of"] == 6
    assert found["people"] == 6
    [cells] = await outcomes_pages.query("SELECT sum(n) AS n FROM report_cells WHERE measure = 'people' AND cohort = ''")
    assert cells["n"] == 6


@pytest.fixture
async def two_sites(outcomes_pages: OutcomesBench) -> OutcomesBench:
    async with connected(outcomes_pages) as conn:
        for site, people in (("north", 8), ("south", 3)):
            cohort = Cohort(conn=conn, site=site)
            await cohort.enrol(people)
            await cohort.answer("baseline", active(2, of=people))
        await cohort.count()
    return outcomes_pages


async def test_a_report_may_be_of_a_site_a_channel_a_joint_a_period_or_a_cohort(two_sites: OutcomesBench) -> None:
    [cohort] = await two_sites.query("SELECT DISTINCT cohort_id FROM places WHERE site_id = 'south'")
    for asked, people in (
        ({}, 11),
        ({"site": "north"}, 8),
        (dict.fromkeys(("site", "cohort", "channel", "joint", "since", "until", "by"), ""), 11),
        ({"channel": "gp"}, 11),
        ({"channel": "leisure"}, 0),
        ({"joint": "hip"}, 0),
        ({"since": "2025-01", "until": "2025-01"}, 11),
        ({"since": "2025-02"}, 0),
        ({"cohort": str(cohort["cohort_id"])}, 3),
        ({"programme": "for-backs"}, 0),
    ):
        assert (await report(two_sites, **asked))["people"] == people, asked
    assert [(one["group"], one["people"]) for one in (await report(two_sites, by="site"))["by"]] == [("north", 8), ("south", 3)]


async def test_files_that_leave_the_service_have_small_counts_hidden(two_sites: OutcomesBench) -> None:
    outside = (await two_sites.client.get("/outcomes/reports?by=site", headers=bearer(STAFF_TOKEN))).json()
    assert outside["suppressed"] is True
    assert [one["people"] for one in outside["by"]] == [None, None]
    file = await two_sites.client.get("/outcomes/reports?by=site&format=csv", headers=bearer(STAFF_TOKEN) | PAGE)
    assert file.headers["content-type"].startswith("text/csv")
    lines = dict(line.split(",", 1) for line in file.text.splitlines())
    assert (lines["people"], lines["by.2.people"]) == ("11", "")


async def test_the_page_has_a_table_under_each_chart_and_a_name_for_it(two_sites: OutcomesBench) -> None:
    page = await two_sites.client.get("/outcomes/reports?by=site", headers=bearer(STAFF_TOKEN) | PAGE)
    assert page.status_code == 200
    found = BeautifulSoup(page.text, "html.parser")
    for chart in found.select("svg[role=img]"):
        assert chart["aria-label"]
        assert chart.find_next("table") is not None
    assert len(found.select("svg[role=img]")) >= 3
    assert "south" in found.text


@pytest.mark.parametrize("query", ["since=2025", "by=name", "site=%27%3B--", "format=pdf"])
async def test_what_cannot_be_asked_is_refused(outcomes_pages: OutcomesBench, query: str) -> None:
    refused = await outcomes_pages.client.get(f"/outcomes/reports?{query}", headers=bearer(STAFF_TOKEN))
    assert refused.status_code == 422
    assert (await outcomes_pages.client.get("/outcomes/reports")).status_code == 401
