"""What is read from an OpenActive feed, and what is left out."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limber_embedded.checkout import CHECKOUT
from outcomes.domain.interests import INTERESTS
from outcomes.domain.signposting import LocalService
from outcomes.providers.openactive import NO_END, Reader, WrongPageError, read_vocabulary
from outcomes.storage.directory import read_places

READER = Reader(vocabulary=read_vocabulary(), places=read_places())
PUBLISHED = CHECKOUT.parent / "shared" / "data" / "openactive" / "activity-list.jsonld"
TAI_CHI = "https://openactive.io/activity-list#c16df6ed-a4a0-4275-a8c3-1c8cff56856f"
FOOTBALL = "https://openactive.io/activity-list#117e7f70-6c42-4b1f-a3bb-620b63ea2632"


def series(**changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://openactive.io/", "https://openactive.io/ns-beta"],
        "@type": "SessionSeries",
        "name": "Tai Chi <b>for</b> joints",
        "url": "https://centre.example.org/tai-chi",
        "activity": [{"@type": "Concept", "@id": TAI_CHI, "prefLabel": "Tai Chi"}],
        "location": {"@type": "Place", "name": "North Centre", "address": {"@type": "PostalAddress", "postalCode": "sw18 1aa"}},
    } | changes


def read(data: Any, *, state: str = "updated") -> LocalService | None:
    item = {"id": "one", "modified": 1, "kind": "SessionSeries", "state": state, "data": data}
    page = {"items": [item], "next": "/next", "license": "https://creativecommons.org/licenses/by/4.0/"}
    [found] = READER.page(page, feed="north", url="https://feed.example.org/rpde").items
    return found.service


def test_a_series_has_a_title_a_place_an_interest_and_an_address() -> None:
    found = read(series())
    assert found is not None
    assert (found.title, found.url) == ("Tai Chi for joints, North Centre", "https://centre.example.org/tai-chi")
    assert (found.outward_codes, found.interests, found.expires_on) == (("SW18",), ("balance",), NO_END)
    assert found.code.startswith("oa-")


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"activity": [{"@id": FOOTBALL}]}, False),
        ({"activity": []}, False),
        ({"activity": [{"id": TAI_CHI}], "type": "SessionSeries"}, True),
        ({"eventStatus": "https://schema.org/EventCancelled"}, False),
        ({"location": {"name": "Somewhere"}}, False),
        ({"location": {"address": "1 High Street, London SW18 1AA"}}, True),
        ({"location": {"geo": {"latitude": 51.45, "longitude": -0.19}}}, True),
        ({"location": {"geo": {"latitude": 0, "longitude": 0}}}, False),
        ({"location": {"geo": {"latitude": "north"}}}, False),
        ({"location": None, "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode"}, True),
        ({"ageRange": {"minValue": 5, "maxValue": 11}}, False),
        ({"ageRange": {"minValue": 50}}, True),
        ({"genderRestriction": "https://openactive.io/FemaleOnly"}, False),
        ({"genderRestriction": "https://openactive.io/NoRestriction"}, True),
        ({"level": ["Advanced"]}, False),
        ({"level": ["Beginner", "Advanced"]}, True),
        ({"@type": "ScheduledSession"}, False),
        ({"@type": "CourseInstance"}, True),
        ({"@type": "Event", "activity": None, "superEvent": {"activity": [{"@id": TAI_CHI}]}}, False),
        ({"name": ""}, True),
        ({"name": None, "location": {"address": {"postalCode": "SW18 1AA"}}}, False),
        ({"url": "javascript:alert(1)"}, True),
    ],
)
def test_what_is_kept(changes: dict[str, Any], kept: bool) -> None:  # noqa: FBT001 - a table
    assert (read(series(**changes)) is not None) is kept


def test_an_event_has_what_its_series_says_unless_it_says_otherwise() -> None:
    found = read({"@type": "Event", "name": "Tea dance", "superEvent": series(), "endDate": "2027-03-01T12:00:00Z"})
    assert found is not None
    assert (found.title, found.outward_codes, found.expires_on) == ("Tea dance, North Centre", ("SW18",), date(2027, 3, 1))


def test_an_entry_ends_with_its_last_schedule_and_names_access() -> None:
    found = read(
        series(
            eventSchedule=[{"endDate": "2027-03-01"}, {"endDate": "2027-05-01"}],
            accessibilitySupport=[{"prefLabel": "Hearing impairment"}],
        )
    )
    assert found is not None
    assert (found.expires_on, found.access) == (date(2027, 5, 1), ("hearing_loop",))


def test_an_address_that_hides_where_it_leads_is_not_kept() -> None:
    found = read(series(url="javascript:alert(1)"))
    assert found is not None
    assert found.url is None


def test_a_deleted_item_leaves_whatever_else_it_says() -> None:
    assert read(series(), state="deleted") is None
    assert read(None, state="deleted") is None


def test_the_next_address_may_be_relative_and_keeps_its_escapes() -> None:
    page = {"items": [], "next": "?afterId=a%26b&afterTimestamp=5"}
    assert (
        READER.page(page, feed="north", url="https://feed.example.org/rpde?x=1").next_url
        == "https://feed.example.org/rpde?afterId=a%26b&afterTimestamp=5"
    )


@pytest.mark.parametrize("body", [None, [], {}, {"items": [], "next": 5}, {"items": "all", "next": "/x"}, {"next": "/x"}])
def test_what_is_no_feed_is_refused(body: Any) -> None:
    with pytest.raises(WrongPageError):
        READER.page(body, feed="north", url="https://feed.example.org/")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*sorted(series()), "ageRange", "superEvent", "geo", "address", "eventSchedule"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=3), JSON)
def test_no_item_stops_a_page_whatever_it_holds(items: list[Any], data: Any) -> None:
    wanted = [*items, {"id": 1, "state": "updated", "data": data}]
    READER.page({"items": wanted, "next": ""}, feed="north", url="https://feed.example.org/")


def test_our_activities_are_those_of_the_published_list() -> None:
    if not PUBLISHED.exists():
        pytest.skip("the published activity list is not in ../shared/data/openactive")
    published = {one["identifier"]: one["prefLabel"] for one in json.loads(PUBLISHED.read_text(encoding="utf-8"))["concept"]}
    import tomllib  # noqa: PLC0415 - the file's labels are read by this test alone

    table = tomllib.loads((CHECKOUT / "services/outcomes/src/outcomes/data/openactive.toml").read_text(encoding="utf-8"))
    assert {concept: label for concept, (_, label) in table["activities"].items()}.items() <= published.items()
    assert {interest for interest, _ in table["activities"].values()} <= set(INTERESTS)
