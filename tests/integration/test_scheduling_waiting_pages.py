"""The waiting list and what staff can do from it, through the running service."""

from uuid import UUID, uuid4

from bs4 import BeautifulSoup

from support.kit_bench import eventually
from support.scheduling_bench import PROGRAMME, SchedulingBench, scheduling

__all__ = ["scheduling"]

PLACE = "scheduling.place.changed.v1"


async def statuses(scheduling: SchedulingBench) -> dict[UUID, str]:
    return {row["participant_id"]: row["status"] for row in await scheduling.query("SELECT * FROM places")}


async def place_of(scheduling: SchedulingBench, participant_id: UUID) -> UUID:
    [row] = await scheduling.query("SELECT place_id FROM places WHERE participant_id = $1", participant_id)
    return UUID(str(row["place_id"]))


async def three_waiting(scheduling: SchedulingBench) -> list[UUID]:
    """Somebody in the area, somebody who asked for another site, and somebody who can't come at the usual times."""
    await scheduling.site()
    people = [
        await scheduling.enrol(outward_code="NE1"),
        await scheduling.enrol(preferred_site="meadow"),
        await scheduling.enrol(outward_code="NE1", available=["sat-am", "sun-am"]),
    ]
    await scheduling.told(PLACE, at_least=3)
    return people


async def test_the_waiting_list_says_why_how_long_and_takes_filters(scheduling: SchedulingBench) -> None:
    near, elsewhere, weekend = await three_waiting(scheduling)
    await scheduling.cohort(capacity=1)
    await scheduling.told(PLACE, at_least=4)

    whole = (await scheduling.call("GET", "/waiting")).json()

    reasons = {UUID(one["participant_id"]): one["reason"] for one in whole["waiting"]}
    assert reasons == {elsewhere: "no_cohort_at_site", weekend: "no_cohort_at_times"}
    assert [one["participant_id"] for one in whole["offered"]] == [str(near)]
    filtered = (await scheduling.call("GET", "/waiting?reason=no_cohort_at_times")).json()
    assert [one["participant_id"] for one in filtered["waiting"]] == [str(weekend)]
    assert (await scheduling.call("GET", "/waiting?site=meadow")).json()["total"] == 1
    page = BeautifulSoup((await scheduling.call("GET", "/waiting?site=meadow", page=True)).text, "html.parser")
    assert "No cohort is open at the site they asked for" in page.get_text()
    assert "1 person waits, longest first" in page.get_text()
    assert page.select_one("form[action='/scheduling/waiting/allocate'] input[name=programme], form select[name=programme]")


async def test_staff_have_the_whole_list_allocated(scheduling: SchedulingBench) -> None:
    near, *_ = await three_waiting(scheduling)
    await scheduling.query("UPDATE places SET status = status")
    refused = await scheduling.call("POST", "/allocations", {"programme": "zumba"})
    assert (refused.status_code, refused.json()["error"].startswith("programme must be among")) == (422, True)
    assert (await scheduling.call("POST", "/allocations", {"programme": PROGRAMME}, as_="clinician")).status_code == 403

    answer = await scheduling.call("POST", "/allocations", {"programme": PROGRAMME})

    assert answer.status_code == 200
    found = answer.json()
    assert (found["waiting"], found["given"], found["is_proven"], found["gap"]) == (3, 0, True, 0.0)
    await scheduling.cohort()
    await scheduling.told(PLACE, at_least=4)
    assert (await statuses(scheduling))[near] == "offered"
    button = await scheduling.call("POST", "/waiting/allocate", page=True, data={"programme": PROGRAMME})
    assert button.headers["location"] == f"/scheduling/waiting?programme={PROGRAMME}&given=0"


async def test_the_next_cohorts_are_suggested_by_who_waits(scheduling: SchedulingBench) -> None:
    await three_waiting(scheduling)

    found = (await scheduling.call("GET", f"/suggestions?programme={PROGRAMME}")).json()

    assert [(one["site_id"], one["expected"], one["could_come"]) for one in found["suggestions"]] == [("harbour", 1, 1)]
    assert len(found["suggestions"][0]["weekdays"]) == 2
    page = await scheduling.call("GET", "/suggestions", page=True)
    assert (page.status_code, "Where the next cohorts should open" in page.text) == (200, True)


async def test_staff_give_a_place_and_move_somebody_from_their_page(scheduling: SchedulingBench) -> None:
    _, elsewhere, _ = await three_waiting(scheduling)
    first = await scheduling.cohort()
    second = await scheduling.cohort(starts_on="2027-03-01", starts_at="14:00")

    async def are_open() -> bool:
        return not await scheduling.query("SELECT 1 FROM cohorts WHERE allocation_due_at IS NOT NULL")

    await eventually(are_open)
    path = f"/places/{await place_of(scheduling, elsewhere)}"
    shown = BeautifulSoup((await scheduling.call("GET", path, page=True)).text, "html.parser")
    assert {one["value"] for one in shown.select("input[name=cohort_id]")} == {first["cohort_id"], second["cohort_id"]}
    assert "Does not fit what they look for" in shown.get_text()
    nothing = await scheduling.call("POST", path, page=True, data={"cohort_id": str(uuid4())})
    assert (nothing.status_code, "Choose a cohort" in nothing.text) == (422, True)

    given = await scheduling.call("POST", path, page=True, data={"cohort_id": first["cohort_id"]})

    assert given.headers["location"] == f"/scheduling{path}?done=true"
    assert (await statuses(scheduling))[elsewhere] == "placed"
    moved = await scheduling.call("POST", f"{path}/transfer", {"cohort_id": second["cohort_id"]})
    assert (moved.status_code, moved.json()["cohort_id"]) == (200, second["cohort_id"])
    again = await scheduling.call("POST", f"{path}/transfer", {"cohort_id": second["cohort_id"]})
    assert (again.status_code, "another cohort than the person is in" in again.json()["error"]) == (422, True)


async def test_a_cohort_is_moved_gets_a_session_and_is_cancelled_over_http(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort(sessions=11)
    path = f"/cohorts/{opened['cohort_id']}"

    moved = await scheduling.call(
        "POST", f"{path}/move", {"starts_on": "2027-02-08", "weekdays": ["tue", "fri"], "starts_at": "14:00"}
    )
    added = await scheduling.call("POST", f"{path}/sessions", {"starts_on": "2027-03-22", "starts_at": "14:00"})
    late = await scheduling.call("POST", f"{path}/sessions", {"starts_on": "2027-03-22", "starts_at": "14:00"})
    cancelled = await scheduling.call("POST", f"{path}/cancel")

    assert (moved.status_code, moved.json()["first_session_at"]) == (200, "2027-02-09T14:00:00Z")
    assert (added.status_code, len(added.json()["sessions"])) == (201, 12)
    assert late.status_code == 422
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
