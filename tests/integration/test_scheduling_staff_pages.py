"""Pages by which coordinators keep facilitators, training days and calendar feeds: forms without JavaScript."""

from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from support.scheduling_bench import LEAD_ID, PROGRAMME, SchedulingBench, scheduling, token_of

__all__ = ["scheduling"]

ISSUED = {"issued_on-day": "4", "issued_on-month": "1", "issued_on-year": "2027"}
SEEN = ["qualification", "first_aid", "safeguarding"]
CREDENTIAL = {"action": "credential", "programmes": [PROGRAMME], "route": "course", "prerequisites": SEEN, **ISSUED}


async def send(scheduling: SchedulingBench, path: str, form: dict[str, Any], *, as_: str = "coordinator") -> Any:
    return await scheduling.call("POST", path, page=True, data=form, as_=as_)


async def shown(scheduling: SchedulingBench, path: str) -> str:
    answer = await scheduling.call("GET", path, page=True)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


async def test_a_facilitator_is_added_changed_and_given_a_credential_that_is_revoked(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    new = {"action": "details", "name": "Kim Ali", "kind": "clinician", "sites": "harbour", "availability": ["mon-am", "thu-am"]}
    added = await send(scheduling, "/facilitators/new", new)
    assert added.status_code == 303
    path = added.headers["location"].removeprefix("/scheduling").partition("?")[0]
    assert (await send(scheduling, path, CREDENTIAL)).status_code == 303
    kim = (await scheduling.call("GET", path)).json()
    assert (kim["name"], kim["sites"], kim["availability"]) == ("Kim Ali", ["harbour"], ["mon-am", "thu-am"])
    [credential] = kim["credentials"]
    assert (credential["kind"], credential["issued_on"], credential["expires_on"]) == ("clinician", "2027-01-04", None)
    listed = await shown(scheduling, "/facilitators")
    assert ("Kim Ali" in listed, listed.count("Valid")) == (True, 2)

    await send(scheduling, path, {"action": "details", "name": "Kim Ali-Jones", "kind": "clinician"})
    await send(scheduling, path, {"action": "revoke", "credential_id": credential["credential_id"]})
    kim = (await scheduling.call("GET", path)).json()
    assert (kim["name"], kim["availability"], kim["credentials"][0]["revoked_on"]) == ("Kim Ali-Jones", [], "2027-01-18")
    assert "Revoked on" in await shown(scheduling, path)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"action": "details", "name": " ", "kind": "clinician"}, "name must not be empty."),
        ({"action": "details", "name": "Kim", "kind": "plumber"}, "kind must be among clinician"),
        ({"action": "details", "name": "Kim", "kind": "clinician", "sites": "nowhere"}, "sites must be known here"),
        ({"action": "details", "name": "Kim", "kind": "clinician", "member_id": "me"}, "member_id must be one of the choices."),
        (CREDENTIAL | {"issued_on-day": "31", "issued_on-month": "2"}, "issued_on must be a real day"),
        ({**CREDENTIAL, "issued_on-day": "", "issued_on-month": "", "issued_on-year": ""}, "issued_on must be given."),
        (CREDENTIAL | {"prerequisites": ["first_aid"]}, "prerequisites must all be seen"),
        (CREDENTIAL | {"programmes": []}, "programmes must not be empty."),
        ({"action": "revoke", "credential_id": str(UUID(int=1))}, "credential_id must be one of this facilitator"),
        ({"action": "sack"}, "action must be one of the page"),
    ],
)
async def test_a_form_that_breaks_a_rule_says_which_and_stores_nothing(
    scheduling: SchedulingBench, form: dict[str, Any], sentence: str
) -> None:
    await scheduling.site()
    before = await scheduling.query("SELECT f.*, (SELECT count(*) FROM facilitator_credentials) FROM facilitators f")
    answer = await send(scheduling, f"/facilitators/{LEAD_ID}", form)
    assert (answer.status_code, sentence in BeautifulSoup(answer.text, "html.parser").get_text()) == (422, True)
    after = await scheduling.query("SELECT f.*, (SELECT count(*) FROM facilitator_credentials) FROM facilitators f")
    assert after == before


async def test_attending_a_training_day_opens_the_resource_pack(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    [member] = await scheduling.query("SELECT id FROM credentials WHERE name = 'Test facilitator'")
    new = {"action": "details", "name": "Kim Ali", "kind": "exercise_professional", "member_id": str(member["id"])}
    kim = (await send(scheduling, "/facilitators/new", new)).headers["location"].partition("?")[0].rpartition("/")[2]
    pack = {"programme": PROGRAMME, "title": "Facilitator's manual", "url": "https://example.org/manual"}
    assert (await scheduling.call("PUT", f"/resources/{UUID(int=5)}", pack)).status_code == 200

    wrong = {"programme": PROGRAMME, "venue": "Harbour", "trainer": "Sam", "places": "many"}
    answer = await send(scheduling, "/training-days/new", wrong)
    assert (answer.status_code, "held_on must be given." in answer.text) == (422, True)
    day = {"held_on-day": "18", "held_on-month": "1", "held_on-year": "2027", "expires_after_months": "24"}
    assert "places must be a whole number." in (await send(scheduling, "/training-days/new", wrong | day)).text
    assert await scheduling.query("SELECT * FROM training_days") == []
    planned = await send(scheduling, "/training-days/new", wrong | day | {"places": "1"})
    path = planned.headers["location"].removeprefix("/scheduling").partition("?")[0]

    attended = {"action": "attendance", f"came-{kim}": "attended"}
    assert "facilitator_id must be chosen." in (await send(scheduling, path, {"action": "place"})).text
    assert (await send(scheduling, path, {"action": "place", "facilitator_id": kim})).status_code == 303
    refused = await send(scheduling, path, attended)
    assert (refused.status_code, "prerequisites must all be seen" in refused.text) == (422, True)
    full = await send(scheduling, path, {"action": "place", "facilitator_id": str(LEAD_ID), "prerequisites": SEEN})
    assert "every place is taken" in full.text
    mine = await scheduling.call("GET", "/training", page=True, as_="facilitator")
    assert ("opens when you have attended" in mine.text, "manual" in mine.text) == (True, False)

    await send(scheduling, path, {"action": "place", "facilitator_id": kim, f"prerequisites-{kim}": SEEN})
    assert (await send(scheduling, path, attended)).status_code == 303

    mine = await scheduling.call("GET", "/training", page=True, as_="facilitator")
    assert "Facilitator&#39;s manual" in mine.text
    assert "2029" in (await scheduling.call("GET", f"/facilitators/{kim}")).json()["credentials"][0]["expires_on"]
    assert "18 January 2027" in await shown(scheduling, "/training-days")


async def test_a_calendar_feed_is_made_shown_once_and_revoked(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.cohort()
    nothing = await send(scheduling, "/calendars/new", {"of": ""})
    assert (nothing.status_code, "Choose whose calendar it is" in nothing.text) == (422, True)

    made = await send(scheduling, "/calendars/new", {"of": "site:harbour"})

    address = BeautifulSoup(made.text, "html.parser").select_one("code")
    assert address is not None
    feed = address.text.partition("/scheduling")[2]
    assert (await scheduling.call("GET", feed, as_=None)).text.startswith("BEGIN:VCALENDAR")
    assert feed not in await shown(scheduling, "/calendars")
    [row] = (await scheduling.call("GET", "/calendars")).json()["feeds"]
    await send(scheduling, f"/calendars/{row['feed_id']}/revoke-form", {})
    assert (await scheduling.call("GET", feed, as_=None)).status_code == 404
    assert "No feed is open." in await shown(scheduling, "/calendars")


@pytest.mark.parametrize("path", ["/facilitators/new", f"/facilitators/{LEAD_ID}", "/training-days/new", "/calendars/new"])
async def test_only_coordinators_change_these(scheduling: SchedulingBench, path: str) -> None:
    await scheduling.site()
    for who in ("facilitator", "clinician"):
        assert (await send(scheduling, path, {"action": "details"}, as_=who)).status_code == 403
    assert token_of("facilitator")
    page = await scheduling.call("GET", f"/facilitators/{LEAD_ID}", page=True, as_="facilitator")
    assert (page.status_code, "<form" in page.text.partition("<main")[2]) == (200, False)


def on(day: str, month: str, **more: Any) -> dict[str, Any]:
    return {"starts_on-day": day, "starts_on-month": month, "starts_on-year": "2027", "starts_at": "10:00"} | more


async def test_a_coordinator_changes_a_cohort_by_its_pages(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort(only_planned=True)
    changes = f"/cohorts/{opened['cohort_id']}/changes"
    first, second = (one["session_id"] for one in opened["sessions"][:2])

    async def cohort() -> Any:
        return (await scheduling.call("GET", f"/cohorts/{opened['cohort_id']}")).json()

    for deed, form in (
        ("open", {}),
        ("move", on("2", "2", weekdays=["tue", "fri"])),
        ("move-session", on("3", "2", session_id=first)),
        ("cancel-session", {"session_id": second}),
        ("add-session", on("16", "3")),
    ):
        page = await scheduling.call("GET", f"{changes}/{deed}", page=True)
        assert page.status_code == 200
        assert (await send(scheduling, f"{changes}/{deed}", form)).status_code == 303, deed
    now = await cohort()
    assert (now["status"], now["sessions"][0]["starts_at"]) == ("open", "2027-02-03T10:00:00Z")
    assert (now["sessions"][1]["status"], now["sessions"][12]["starts_at"]) == ("cancelled", "2027-03-16T10:00:00Z")
    assert now["sessions"][12]["themes"] == now["sessions"][1]["themes"]
    assert (await send(scheduling, f"{changes}/cancel", {})).status_code == 422
    await send(scheduling, f"{changes}/cancel", {"sure": "yes"})
    assert (await cohort())["status"] == "cancelled"


@pytest.mark.parametrize(
    ("deed", "form", "sentence"),
    [
        ("move-session", on("3", "2"), "session_id must be one of the cohort"),
        ("cancel-session", {"session_id": str(UUID(int=1))}, "session_id must be one of the cohort"),
        ("add-session", on("3", "2", starts_at="ten"), "starts_at must be a time such as 10:00."),
        ("add-session", on("3", "2"), "fewer than 12 sessions"),
        ("move", on("1", "2", weekdays=["mon", "tue"]), "weekdays must not be next to each other."),
        ("move", {"weekdays": ["mon", "thu"], "starts_at": "10:00"}, "starts_on must be given."),
        ("explode", {}, "deed must be among move-session"),
    ],
)
async def test_a_change_that_breaks_a_rule_says_which_on_its_page(
    scheduling: SchedulingBench, deed: str, form: dict[str, Any], sentence: str
) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    before = await scheduling.query("SELECT * FROM sessions ORDER BY number")
    answer = await send(scheduling, f"/cohorts/{opened['cohort_id']}/changes/{deed}", form)
    assert (answer.status_code, sentence in BeautifulSoup(answer.text, "html.parser").get_text()) == (422, True)
    assert await scheduling.query("SELECT * FROM sessions ORDER BY number") == before
