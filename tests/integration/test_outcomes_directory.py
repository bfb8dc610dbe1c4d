"""The directory of services on a real database: uploaded line by line, harvested from a feed, and shown to who it suits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openactive  # type: ignore[import-untyped]  # the wheel has no type hints
import pytest
from bs4 import BeautifulSoup

from outcomes.domain.feeds import BELIEVED_FOR_DAYS
from outcomes.storage.directory_records import DirectoryRecords
from service_kit.database import create_engine
from support.outcomes_bench import (
    ADMIN_TOKEN,
    STAFF_TOKEN,
    OutcomesBench,
    bearer,
    eventually,
    outcomes,
    outcomes_pages,
    running_outcomes,
)
from support.rpde_feed import SWIMMING, PublishedFeed, publishing
from support.servers import Broker, Database

__all__ = ["outcomes", "outcomes_pages"]

PAGE = {"Accept": "text/html"}
HEADING = "code,title,url,outward_codes,interests,access,expires_on,is_price_offer\n"
WALKS = 'walks,"Walks, Tuesdays",https://walks.example.org,SW18 SW17,walking,step_free,2030-01-31,no\n'


async def upload(bench: OutcomesBench, text: str) -> Any:
    headers = bearer(ADMIN_TOKEN) | {"Content-Type": "text/csv"}
    return await bench.client.post("/outcomes/directory", content=text.encode(), headers=headers)


async def entries(bench: OutcomesBench, **asked: str) -> list[dict[str, Any]]:
    answer = await bench.client.get("/outcomes/directory", params=asked, headers=bearer(STAFF_TOKEN))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


async def feeds(bench: OutcomesBench) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await bench.client.get("/outcomes/directory", headers=bearer(STAFF_TOKEN))).json()["feeds"]
    return found


async def local_codes(bench: OutcomesBench, outward_code: str, *, today: date) -> set[str]:
    engine = create_engine(bench.database.url)
    async with engine.connect() as conn:
        found = await DirectoryRecords(conn).local_services([outward_code], today=today)
    await engine.dispose()
    return {one.code for one in found}


async def test_each_line_is_answered_and_good_ones_go_in(outcomes_pages: OutcomesBench) -> None:
    answer = await upload(
        outcomes_pages, HEADING + WALKS + "Gym!,Gym,,,,,2030-01-01,no\ntea,Tea dance,,SW,sewing,,2030-01-01,no\n"
    )
    assert answer.status_code == 200
    first, second, third = answer.json()["lines"]
    assert first == {"line": 2, "code": "walks", "what": "added", "problem": None}
    assert (second["line"], second["what"]) == (3, "refused")
    assert second["problem"].startswith("code is small letters")
    assert third["problem"].startswith("interests: 'sewing' is none of walking")
    [entry] = await entries(outcomes_pages)
    assert (entry["code"], entry["source"], entry["expires_on"]) == ("walks", "upload", "2030-01-31")


async def test_the_same_file_again_changes_nothing_and_another_line_takes_its_place(outcomes_pages: OutcomesBench) -> None:
    assert [one["what"] for one in (await upload(outcomes_pages, HEADING + WALKS)).json()["lines"]] == ["added"]
    assert [one["what"] for one in (await upload(outcomes_pages, HEADING + WALKS)).json()["lines"]] == ["unchanged"]
    later = (await upload(outcomes_pages, HEADING + WALKS.replace("2030", "2031"))).json()["lines"]
    assert [one["what"] for one in later] == ["changed"]
    assert [one["expires_on"] for one in await entries(outcomes_pages)] == ["2031-01-31"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code,title,colour\n", "There is a column 'colour'"),
        ("code,title\nwalks,Walks\n", "The heading needs the column expires_on."),
        ("", "Choose a file"),
        (HEADING + "a" * 2_100_000, "The file is larger than 2 MB"),
    ],
)
async def test_a_file_that_is_none_is_refused_whole(outcomes_pages: OutcomesBench, text: str, sentence: str) -> None:
    answer = await upload(outcomes_pages, text)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await entries(outcomes_pages) == []


async def test_an_entry_can_be_taken_out_and_only_coordinators_may_change_anything(outcomes_pages: OutcomesBench) -> None:
    await upload(outcomes_pages, HEADING + WALKS)
    refused = await outcomes_pages.client.delete("/outcomes/directory/walks", headers=bearer(STAFF_TOKEN))
    assert refused.status_code == 403
    assert (await outcomes_pages.client.post("/outcomes/directory", content=b"x", headers=bearer(STAFF_TOKEN))).status_code == 403
    gone = await outcomes_pages.client.delete("/outcomes/directory/walks", headers=bearer(ADMIN_TOKEN))
    assert gone.status_code == 204
    assert (await outcomes_pages.client.delete("/outcomes/directory/walks", headers=bearer(ADMIN_TOKEN))).status_code == 404
    assert await entries(outcomes_pages) == []


async def test_the_page_takes_a_file_and_says_line_by_line_what_became_of_it(outcomes_pages: OutcomesBench) -> None:
    file = {"file": ("directory.csv", HEADING + WALKS + "tea,,,,,,2030-01-01,no\n", "text/csv")}
    page = await outcomes_pages.client.post("/outcomes/directory", files=file, headers=bearer(ADMIN_TOKEN) | PAGE)
    assert page.status_code == 200
    text = BeautifulSoup(page.text, "html.parser").get_text(" ")
    assert "title is 1 to 200 characters." in text
    assert "Walks, Tuesdays" in text
    empty = await outcomes_pages.client.post(
        "/outcomes/directory", files={"file": ("a.csv", "")}, headers=bearer(ADMIN_TOKEN) | PAGE
    )
    assert empty.status_code == 422
    assert "Choose a file" in empty.text


async def test_entries_are_found_by_place_and_left_out_from_the_day_they_expire(outcomes_pages: OutcomesBench) -> None:
    await upload(outcomes_pages, HEADING + WALKS + "online,Online,,,at_home,,2030-01-31,no\n")
    assert await local_codes(outcomes_pages, "SW18", today=date(2030, 1, 30)) == {"walks", "online"}
    assert await local_codes(outcomes_pages, "SW18", today=date(2030, 1, 31)) == set()
    assert await local_codes(outcomes_pages, "LE1", today=date(2030, 1, 30)) == {"online"}
    assert [one["code"] for one in await entries(outcomes_pages, search="sw17")] == ["walks"]


@pytest.fixture
def feed() -> Iterator[PublishedFeed]:
    with publishing() as found:
        yield found


@pytest.fixture
async def harvesting(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path, feed: PublishedFeed
) -> AsyncIterator[OutcomesBench]:
    async with running_outcomes(await database("outcomes"), nats_server, folder, feed_private_hosts=(feed.host,)) as ready:
        yield ready


async def add_feed(bench: OutcomesBench, url: str) -> Any:
    return await bench.client.put("/outcomes/directory/feeds/feed-north", json={"url": url}, headers=bearer(ADMIN_TOKEN))


async def read_to_the_end(bench: OutcomesBench) -> dict[str, Any]:
    async def is_read() -> Any:
        [one] = await feeds(bench)
        return (
            one if one["heard_at"] and datetime.fromisoformat(one["next_at"]) > datetime.now(UTC) + timedelta(hours=1) else None
        )

    found: dict[str, Any] = await eventually(is_read)
    return found


async def test_a_feed_of_many_pages_is_harvested_and_gone_on_with_from_where_it_ended(
    harvesting: OutcomesBench, feed: PublishedFeed
) -> None:
    for number in range(5):
        feed.publish(f"series {number}&more", f"Tai Chi {number}")
    feed.publish("swim", "Swim", activity=SWIMMING, postcode="SW17 1AA", endDate="2027-05-01")
    assert (await add_feed(harvesting, feed.url)).status_code == 200
    await read_to_the_end(harvesting)
    harvested = await entries(harvesting)
    assert [one["title"] for one in harvested if one["interests"] == ["water"]] == ["Swim, North Centre"]
    assert {one["source"] for one in harvested} == {"feed-north"}
    judged = openactive.get_opportunities(feed.url)
    assert len(harvested) == len(judged["items"]) == 6
    pages = len(feed.asked)
    feed.publish("series 0&more", "Tai Chi, moved", postcode="LE1 1AA")
    feed.delete("swim")
    feed.publish("series 1&more", "Tai Chi 1", eventStatus="https://schema.org/EventCancelled")
    await harvesting.query("UPDATE feeds SET next_at = now()")

    async def is_changed() -> bool:
        return len(await entries(harvesting)) == 4

    await eventually(is_changed)
    assert feed.asked[pages].endswith("afterTimestamp=6&afterId=swim")
    assert "Tai Chi, moved, North Centre" in {one["title"] for one in await entries(harvesting)}


async def test_reading_goes_on_with_the_page_at_which_it_stopped(harvesting: OutcomesBench, feed: PublishedFeed) -> None:
    for number in range(4):
        feed.publish(f"series-{number}", f"Tai Chi {number}")
    feed.status = 503
    await add_feed(harvesting, f"{feed.url}?afterTimestamp=2&afterId=series-1")

    async def has_failed() -> Any:
        [one] = await feeds(harvesting)
        return one if one["problem"] else None

    failed = await eventually(has_failed)
    assert failed["problem_text"] == "It answered with an error."
    assert await entries(harvesting) == []
    feed.status = 200
    await harvesting.query("UPDATE feeds SET next_at = now()")
    assert (await read_to_the_end(harvesting))["problem"] is None
    assert len(await entries(harvesting)) == 2


async def test_a_feed_that_falls_silent_is_believed_for_some_weeks(harvesting: OutcomesBench, feed: PublishedFeed) -> None:
    feed.publish("series", "Tai Chi")
    await add_feed(harvesting, feed.url)
    await read_to_the_end(harvesting)
    last = datetime.now(UTC).date() + timedelta(days=BELIEVED_FOR_DAYS)
    [entry] = await entries(harvesting)
    assert entry["expires_on"] == last.isoformat()
    assert await local_codes(harvesting, "SW18", today=last - timedelta(days=1)) == {entry["code"]}
    assert await local_codes(harvesting, "SW18", today=last) == set()


async def test_a_feed_that_is_removed_takes_its_entries_with_it(harvesting: OutcomesBench, feed: PublishedFeed) -> None:
    feed.publish("series", "Tai Chi")
    await add_feed(harvesting, feed.url)
    await read_to_the_end(harvesting)
    assert (
        await harvesting.client.delete("/outcomes/directory/feeds/feed-north", headers=bearer(ADMIN_TOKEN))
    ).status_code == 204
    assert await entries(harvesting) == []
    assert await feeds(harvesting) == []


async def test_a_private_address_is_not_called_unless_the_operator_allowed_it(
    outcomes: OutcomesBench, feed: PublishedFeed
) -> None:
    feed.publish("series", "Tai Chi")
    for url, problem in ((feed.url, "not_https"), (feed.url.replace("http:", "https:"), "private_address")):
        assert (await add_feed(outcomes, url)).status_code == 200

        async def has_failed(expected: str = problem) -> bool:
            [one] = await feeds(outcomes)
            return bool(one["problem"] == expected)

        await eventually(has_failed)
    assert feed.asked == []
    assert (await add_feed(outcomes, "ftp://example.org/feed")).status_code == 422
