"""Training, the resource pack, private calendars, and the pages about sites, as staff use them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from icalendar import Calendar

from limber_embedded.sites import PROGRAMME
from support.scheduling_bench import HARBOUR, SchedulingBench, scheduling, token_of

__all__ = ["scheduling"]
CALENDAR = "/scheduling/calendars/"


async def member_id(bench: SchedulingBench, who: str) -> str:
    [row] = await bench.query("SELECT id FROM credentials WHERE name = $1", f"Test {who}")
    return str(row["id"])


async def test_attending_a_training_day_issues_the_credential_and_opens_the_resource_pack(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    person, day, link, file = (str(uuid4()) for _ in range(4))
    who = {"name": "Robin Trainee", "kind": "clinician", "member_id": await member_id(scheduling, "facilitator")}
    await scheduling.call("PUT", f"/facilitators/{person}", who)
    on = {"programme": PROGRAMME, "held_on": "2027-01-18", "venue": "Harbour", "trainer": "Sam Trainer", "places": 1}
    assert (await scheduling.call("PUT", f"/training-days/{day}", on)).status_code == 200
    await scheduling.call(
        "PUT", f"/resources/{link}", {"programme": PROGRAMME, "title": "Manual", "url": "https://a.example.org/1"}
    )
    newer = {"programme": PROGRAMME, "title": "Manual", "url": "https://a.example.org/2"}
    assert (await scheduling.call("PUT", f"/resources/{link}", newer)).json()["version"] == 2
    query = f"programme={PROGRAMME}&title=Slides&file_name=slides.txt"
    assert (await scheduling.call("PUT", f"/resources/{file}/file?{query}", content=b"Welcome")).status_code == 200
    assert (await scheduling.call("GET", f"/resources/{link}", as_="facilitator")).status_code == 403

    seen = {"prerequisites": ["qualification", "first_aid", "safeguarding"]}
    await scheduling.call("PUT", f"/training-days/{day}/trainees/{person}", seen)
    for _ in range(2):
        answer = await scheduling.call("PUT", f"/training-days/{day}/attendance", {"attended": {person: True}})
        assert answer.json()["trainees"][0]["attendance"] == "attended"

    [credential] = (await scheduling.call("GET", f"/facilitators/{person}")).json()["credentials"]
    assert (credential["issued_on"], credential["training_day_id"]) == ("2027-01-18", day)
    opened = await scheduling.call("GET", f"/resources/{link}", as_="facilitator")
    assert (opened.status_code, opened.headers["location"]) == (303, "https://a.example.org/2")
    assert (await scheduling.call("GET", f"/resources/{file}", as_="facilitator")).content == b"Welcome"
    views = (await scheduling.call("GET", "/resources")).json()["views"]
    assert {(one["resource_id"], one["version"], one["name"]) for one in views} == {
        (link, 2, "Robin Trainee"),
        (file, 1, "Robin Trainee"),
    }
    page = (await scheduling.call("GET", "/training", as_="facilitator", page=True)).text
    assert "Slides" in page
    assert "Sam Trainer" in page
    assert (await scheduling.call("GET", "/spread")).json() == {
        "sites": {"planned": 0, "in_training": 0, "live": 1, "paused": 0},
        "trained": {"2027-01": 2},
    }


def events(document: bytes) -> dict[str, Any]:
    """The events of a calendar, by the id of their session."""
    found: Any = Calendar.from_ical(document)
    return {str(one["uid"]).partition("@")[0]: one for one in found.walk("VEVENT")}


async def test_a_private_calendar_follows_its_sessions_until_it_is_revoked(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    lead_id = await scheduling.lead()
    cohort = await scheduling.cohort(lead_id=lead_id)
    person = await scheduling.enrol()
    await scheduling.introduce(person, "Mary Example")
    await scheduling.named("Mary Example")
    made = [
        (await scheduling.call("POST", "/calendars", of)).json() for of in ({"site_id": "harbour"}, {"facilitator_id": lead_id})
    ]
    feeds = [f"/calendars/{one['url'].rpartition('/')[2]}" for one in made]

    first = [(await scheduling.call("GET", feed, as_=None)).content for feed in feeds]
    moved, cancelled = (cohort["sessions"][number]["session_id"] for number in (0, 1))
    await scheduling.call("POST", f"/sessions/{moved}/move", {"starts_on": "2027-02-02", "starts_at": "15:00"})
    await scheduling.call("POST", f"/sessions/{cancelled}/cancel")
    second = [(await scheduling.call("GET", feed, as_=None)).content for feed in feeds]

    for before, after in zip(first, second, strict=True):
        assert b"Mary" not in before + after
        known, now = events(before), events(after)
        assert len(known) == 12
        assert known.keys() == now.keys()
        changed = {session: one for session, one in now.items() if one["sequence"] > known[session]["sequence"]}
        assert changed.keys() == {moved, cancelled}
        assert changed[moved].start == datetime(2027, 2, 2, 15, 0, tzinfo=UTC)
        assert [str(changed[one]["status"]) for one in (moved, cancelled)] == ["CONFIRMED", "CANCELLED"]
    assert (await scheduling.call("POST", f"/calendars/{made[0]['feed_id']}/revoke")).status_code == 204
    assert [(await scheduling.call("GET", feed, as_=None)).status_code for feed in feeds] == [404, 200]
    assert (await scheduling.call("GET", "/calendars/" + "x" * 43 + ".ics", as_=None)).status_code == 404
    stored = await scheduling.query("SELECT token_hash FROM calendar_feeds")
    assert not {row["token_hash"] for row in stored} & {feed.rpartition("/")[2].removesuffix(".ics") for feed in feeds}


async def test_a_site_goes_live_on_its_page_when_its_check_list_is_done(scheduling: SchedulingBench) -> None:
    planned = {name: value for name, value in HARBOUR.items() if name not in {"status", "checklist"}}
    await scheduling.call("PUT", "/sites/harbour", planned)

    async def press(path: str, **form: str) -> int:
        headers = {"Authorization": f"Bearer {token_of('coordinator')}", "Accept": "text/html", "Origin": "http://localhost"}
        answer = await scheduling.http.post(f"/scheduling/sites/harbour{path}", data=form, headers=headers)
        return answer.status_code

    items = (await scheduling.call("GET", "/sites/harbour")).json()["not_done"]
    assert await press("/status", status="live") == 422
    for item in items:
        assert await press(f"/checklist/{item}", done="yes") == 303
    assert await press("/status", status="live") == 303
    assert await press("/checklist/lead", done="no") == 422
    assert await press("/checklist/tea", done="yes") == 422

    site = (await scheduling.call("GET", "/sites/harbour")).json()
    assert (site["status"], site["not_done"]) == ("live", [])
    assert "8 of 8 are done" in (await scheduling.call("GET", "/sites/harbour", page=True)).text


async def test_the_calendar_shows_a_week_and_a_month_of_the_sites_that_somebody_sees(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.cohort()

    week = (await scheduling.call("GET", "/calendar?day=2027-02-03")).json()
    month = (await scheduling.call("GET", "/calendar?day=2027-02-03&view=month&site=harbour")).json()
    elsewhere = (await scheduling.call("GET", "/calendar?day=2027-02-03", as_="elsewhere")).json()

    assert (week["first"], week["last"], len(week["sessions"])) == ("2027-02-01", "2027-02-07", 2)
    assert (month["first"], month["last"], len(month["sessions"])) == ("2027-02-01", "2027-02-28", 8)
    assert elsewhere["sessions"] == []
    assert (await scheduling.call("GET", "/calendar?site=harbour", as_="elsewhere")).status_code == 403
    for path in (
        "/calendar?day=2027-02-03",
        "/calendar?view=month&day=2027-02-03",
        "/sites",
        "/sites/harbour",
        "/spread",
        "/training",
    ):
        page = await scheduling.call("GET", path, page=True)
        assert page.status_code == 200, path
        assert "<h1" in page.text
