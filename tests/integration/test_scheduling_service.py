"""The whole scheduling service on real servers: what it hears, what it tells, and what staff can do."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from support.kit_bench import eventually
from support.scheduling_bench import HARBOUR, SchedulingBench, a_cohort, scheduling

__all__ = ["scheduling"]

PLACE = "scheduling.place.changed.v1"
COHORT = "scheduling.cohort.changed.v1"


async def placed(scheduling: SchedulingBench, participant_id: UUID) -> None:
    await eventually(
        lambda: scheduling.query("SELECT 1 FROM places WHERE participant_id = $1 AND status = 'placed'", participant_id)
    )


async def test_an_enrolled_person_is_placed_and_the_place_is_told_with_its_cause(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    person = await scheduling.enrol()

    [cohort] = await scheduling.told(COHORT)
    [place] = await scheduling.told(PLACE)

    assert (cohort["cohort_id"], cohort["status"], len(cohort["sessions"])) == (opened["cohort_id"], "open", 12)
    assert (place["participant_id"], place["status"]) == (str(person), "placed")
    assert place["first_session_at"] == cohort["sessions"][0]["starts_at"] == "2027-02-01T10:00:00Z"
    assert place["headers"]["ce-subject"] == str(person)
    assert place["headers"]["ce-causationid"]


async def test_somebody_who_waits_is_offered_a_place_when_a_cohort_opens(scheduling: SchedulingBench) -> None:
    person = await scheduling.enrol()
    await scheduling.told(PLACE)
    await scheduling.site()

    await scheduling.cohort()

    first, second = await scheduling.told(PLACE, at_least=2)
    assert (first["status"], first["waiting_reason"], first["sequence"]) == ("waiting", "no_open_cohort", 1)
    assert (second["status"], second["waiting_reason"], second["sequence"]) == ("offered", None, 2)
    assert second["participant_id"] == str(person)


async def test_six_weeks_end_in_a_final_state(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    person = await scheduling.enrol()
    await placed(scheduling, person)

    for session in opened["sessions"]:
        await scheduling.travel_to(datetime.fromisoformat(session["starts_at"]) + timedelta(minutes=5))
        status = "present" if session["number"] != 7 else "excused"
        answer = await scheduling.call(
            "PUT",
            f"/sessions/{session['session_id']}/register",
            {"entries": [{"participant_id": str(person), "status": status}]},
            as_="facilitator",
        )
        assert answer.status_code == 200, answer.text

    last = (await scheduling.told(PLACE, at_least=13))[-1]
    assert (last["status"], last["sessions_attended"], last["sessions_run"]) == ("completed", 11, 12)
    statuses = [one["status"] for one in await scheduling.told(COHORT, at_least=14)]
    assert statuses == ["open", *["running"] * 12, "finished"]
    audit = (await scheduling.call("GET", "/audit", as_="admin")).json()
    assert audit["problems"] == []
    assert (audit["funnel"]["placed"], audit["funnel"]["completed"]) == (1, 1)


async def test_a_register_before_the_session_is_refused_in_words(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()

    answer = await scheduling.call("PUT", f"/sessions/{opened['sessions'][0]['session_id']}/register", {"entries": []})

    assert answer.status_code == 422
    assert answer.json() == {"error": "session_id must be a session that has begun: number 1 has not."}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sessions": 9}, "sessions must be between 10 and 12"),
        ({"weekdays": ["mon", "tue"]}, "weekdays must not be next to each other"),
        ({"weekdays": ["mon", "mon"]}, "weekdays must be 2 different days"),
        ({"starts_on": "2027-01-04"}, "starts_on must not be in the past"),
        ({"starts_on": "tomorrow"}, "starts_on: "),
        ({"starts_at": "10:00Z"}, "starts_at must be a local time without a zone"),
        ({"site_id": "nowhere"}, "site_id must be a site that is known here"),
        ({"programme": "zumba"}, "programme must be among"),
        ({"capacity": 13}, "capacity must be between 1 and 12"),
        ({"capacity": "many"}, "capacity: "),
        ({"cohort_id": "first"}, "cohort_id: "),
    ],
)
async def test_a_cohort_that_breaks_a_rule_is_refused_in_words(
    scheduling: SchedulingBench, changes: dict[str, object], sentence: str
) -> None:
    await scheduling.site()

    answer = await scheduling.call("POST", "/cohorts", a_cohort(**changes))

    assert answer.status_code == 422
    assert answer.json()["error"].startswith(sentence)
    assert await scheduling.query("SELECT 1 FROM cohorts") == []


async def test_a_cohort_may_be_asked_for_again_under_its_id(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    cohort_id = str(uuid4())
    first = await scheduling.call("POST", "/cohorts", a_cohort(cohort_id=cohort_id))

    again = await scheduling.call("POST", "/cohorts", a_cohort(cohort_id=cohort_id))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len((await scheduling.call("GET", "/cohorts")).json()["cohorts"]) == 1


async def test_staff_may_do_what_their_role_and_their_sites_allow(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    cohort = f"/cohorts/{opened['cohort_id']}"
    session = f"/sessions/{opened['sessions'][0]['session_id']}"

    async def status(method: str, path: str, body: object = None, *, as_: str | None) -> int:
        return (await scheduling.call(method, path, body, as_=as_)).status_code

    assert await status("GET", cohort, as_=None) == 401
    assert await status("PUT", "/sites/harbour", HARBOUR, as_="facilitator") == 403
    assert await status("POST", "/cohorts", a_cohort(), as_="facilitator") == 403
    assert await status("GET", cohort, as_="facilitator") == 200
    assert await status("GET", cohort, as_="elsewhere") == 403
    assert await status("GET", f"{session}/register", as_="elsewhere") == 403
    assert await status("PUT", f"{session}/register", {"entries": []}, as_="elsewhere") == 403
    assert await status("PUT", f"{session}/register", {"entries": []}, as_="clinician") == 403
    assert await status("POST", f"{session}/cancel", as_="facilitator") == 403
    assert await status("GET", "/waiting", as_="facilitator") == 403
    assert await status("GET", "/audit", as_="coordinator") == 403
    assert (await scheduling.call("GET", "/cohorts", as_="elsewhere")).json() == {"cohorts": []}
    assert len((await scheduling.call("GET", "/cohorts", as_="facilitator")).json()["cohorts"]) == 1


async def test_a_moved_and_a_cancelled_session_are_told(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    ids = [session["session_id"] for session in opened["sessions"]]

    moved = await scheduling.call("POST", f"/sessions/{ids[0]}/move", {"starts_on": "2027-02-02", "starts_at": "11:30"})
    cancelled = await scheduling.call("POST", f"/sessions/{ids[1]}/cancel")

    assert moved.json()["sessions"][0]["starts_at"] == "2027-02-02T11:30:00Z"
    assert cancelled.json()["sessions"][1]["status"] == "cancelled"
    last = (await scheduling.told(COHORT, at_least=3))[-1]
    assert (last["sessions"][0]["starts_at"], last["sessions"][1]["status"]) == ("2027-02-02T11:30:00Z", "cancelled")


async def test_a_session_that_is_not_known_is_not_found(scheduling: SchedulingBench) -> None:
    requests: list[tuple[str, str, object]] = [
        ("GET", "register", None),
        ("PUT", "register", {"entries": []}),
        ("POST", "move", {"starts_on": "2027-02-02", "starts_at": "11:30"}),
        ("POST", "cancel", None),
    ]
    for method, path, body in requests:
        answer = await scheduling.call(method, f"/sessions/{uuid4()}/{path}", body)
        assert (answer.status_code, answer.json()["error"]) == (404, "There is no session with this session_id.")


async def test_a_facilitator_records_the_register_on_the_page_without_javascript(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    ann, ben = await scheduling.enrol(close_attention=True), await scheduling.enrol()
    await placed(scheduling, ann)
    await placed(scheduling, ben)
    await scheduling.introduce(ann, "Ann Example <ann>")
    await scheduling.named("Ann Example <ann>")
    path = f"/sessions/{opened['sessions'][0]['session_id']}/register"
    early = await scheduling.call("GET", path, as_="facilitator", page=True)
    assert "This session has not begun" in early.text
    await scheduling.travel_to(datetime(2027, 2, 1, 10, 15, tzinfo=UTC))

    page = await scheduling.call("GET", path, as_="facilitator", page=True)
    assert page.status_code == 200
    assert "Ann Example &lt;ann&gt;" in page.text
    assert "Needs close attention." in page.text
    assert "07700 900124" in page.text
    assert f"Name not known yet ({ben})" in page.text

    missing = await scheduling.call("POST", path, as_="facilitator", page=True, data={f"status-{ann}": "present"})
    assert missing.status_code == 422
    assert "must be present, absent or excused" in missing.text
    assert await scheduling.query("SELECT 1 FROM attendance") == []

    sent = await scheduling.call(
        "POST", path, as_="facilitator", page=True, data={f"status-{ann}": "present", f"status-{ben}": "excused"}
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"/scheduling{path}?recorded=true")
    recorded = await scheduling.call("GET", f"{path}?recorded=true", as_="facilitator", page=True)
    assert "The register is recorded" in recorded.text
    assert recorded.text.count("checked") == 2
    counts = await scheduling.query("SELECT status, count(*) FROM attendance GROUP BY status ORDER BY status")
    assert [tuple(row) for row in counts] == [("excused", 1), ("present", 1)]


async def test_the_pages_show_cohorts_people_and_why_somebody_waits(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort(capacity=1)
    ann = await scheduling.enrol()
    await placed(scheduling, ann)
    ben = await scheduling.enrol()
    await eventually(lambda: scheduling.query("SELECT 1 FROM places WHERE status = 'waiting'"))
    await scheduling.introduce(ben, "Ben Example")
    await scheduling.named("Ben Example")

    cohorts = await page(scheduling, "/cohorts")
    assert "Harbour Centre" in cohorts
    assert "ESCAPE-pain for knees and hips" in cohorts
    assert "1 of 1" in cohorts
    assert str(ann) in await page(scheduling, f"/cohorts/{opened['cohort_id']}")
    waiting = await page(scheduling, "/waiting")
    assert "Ben Example" in waiting
    assert "All open cohorts that fit them are full" in waiting
    part = await page(scheduling, f"/participants/{ann}/part")
    assert "Monday 1 February 2027" in part
    assert "All open cohorts that fit them are full" in await page(scheduling, f"/participants/{ben}/part")
    assert "Nothing yet" in await page(scheduling, f"/participants/{uuid4()}/part")
    elsewhere = await scheduling.call("GET", f"/participants/{ann}/part", as_="elsewhere", page=True)
    assert "one of yours" in elsewhere.text
    assert "Harbour" not in elsewhere.text


async def test_an_event_that_cannot_be_read_is_set_aside_and_the_next_is_handled(scheduling: SchedulingBench) -> None:
    await scheduling.enrol(enrolled_at="yesterday")
    person = await scheduling.enrol()

    await eventually(lambda: scheduling.query("SELECT 1 FROM places WHERE participant_id = $1", person))
    [held] = await eventually(lambda: scheduling.query("SELECT * FROM held WHERE state = 'set_aside'"))
    assert "enrolled_at" in held["reason"]
    assert "yesterday" not in held["reason"]


async def test_the_newest_name_is_kept_whatever_order_names_come_in(scheduling: SchedulingBench) -> None:
    person = uuid4()
    await scheduling.introduce(person, "New Name", sequence=2)
    await scheduling.introduce(person, "Old Name", sequence=1)
    other = uuid4()
    await scheduling.introduce(other, "Somebody Else")

    await scheduling.named("Somebody Else")
    [row] = await scheduling.query("SELECT display_name FROM people WHERE participant_id = $1", person)
    assert row["display_name"] == "New Name"


async def page(scheduling: SchedulingBench, path: str, **options: Any) -> str:
    answer: httpx.Response = await scheduling.call("GET", path, page=True, **options)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


async def test_a_plan_leaves_out_the_sites_own_closed_days_and_names_every_broken_rule(scheduling: SchedulingBench) -> None:
    await scheduling.call("PUT", "/sites/harbour", HARBOUR | {"closed_on": ["2027-02-04"]})

    plan = await scheduling.call("GET", "/plan?site=harbour&start=2027-02-01&days=mon,thu&sessions=10")
    broken = await scheduling.call("GET", "/plan?division=scotland&start=2026-02-01&days=mon,tue&sessions=9")

    assert plan.status_code == 200
    assert plan.json()["skipped"] == [{"date": "2027-02-04", "why": "the site is closed"}]
    assert plan.json()["sessions"][0] == {"date": "2027-02-01", "themes": ["welcome", "osteoarthritis"]}
    assert broken.status_code == 422
    assert [problem.split()[0] for problem in broken.json()["problems"]] == ["starts_on", "sessions", "weekdays"]


async def test_a_site_is_told_and_a_cohort_with_its_themes_and_room(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.call("PUT", "/sites/harbour", HARBOUR | {"what_to_bring": "Flat shoes", "access_features": ["lift"]})
    await scheduling.call("PUT", "/sites/harbour", HARBOUR)
    await scheduling.cohort(sessions=10)

    sites = await scheduling.told("scheduling.site.changed.v1", at_least=2)
    [cohort] = await scheduling.told("scheduling.cohort.changed.v1")

    assert [(one["sequence"], one["what_to_bring"]) for one in sites] == [(1, None), (2, "Flat shoes")]
    assert (sites[1]["status"], sites[1]["access_features"]) == ("live", ["lift"])
    assert (cohort["room"], cohort["capacity"]) == ("Room 1", 10)
    assert cohort["sessions"][0]["themes"] == ["welcome", "osteoarthritis"]
