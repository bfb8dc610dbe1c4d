"""A facilitator's own day, and the forms about one person, over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bs4 import BeautifulSoup

from support.scheduling_bench import SchedulingBench, scheduling
from support.scheduling_register import an_entry, first_session

__all__ = ["scheduling"]


async def my_day(scheduling: SchedulingBench, as_: str) -> dict[str, Any]:
    answer = await scheduling.call("GET", "/my-day", as_=as_)
    assert answer.status_code == 200, answer.text
    day: dict[str, Any] = answer.json()
    return day


def numbers(sessions: list[dict[str, Any]]) -> list[int]:
    return [session["number"] for session in sessions]


async def test_the_day_has_todays_and_coming_sessions_and_registers_without_signature(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")

    day = await my_day(scheduling, "facilitator")
    assert (numbers(day["today"]), numbers(day["coming"]), day["unsigned"]) == ([1], [2, 3, 4, 5], [])
    [today] = day["today"]
    assert (today["site_name"], today["people"]) == ("Harbour Centre", 1)
    assert today["themes"]

    await scheduling.travel_to(datetime.fromisoformat(today["ends_at"]) + timedelta(days=1))
    assert numbers((await my_day(scheduling, "facilitator"))["unsigned"]) == [1]
    entries = [an_entry("attendance", ann, status="present"), an_entry("sign_off")]
    await scheduling.call("POST", f"{register}/entries", {"entries": entries}, as_="facilitator")
    assert (await my_day(scheduling, "facilitator"))["unsigned"] == []


async def test_the_day_is_of_ones_own_sites_and_who_leads_or_covers_sees_their_own_sessions(scheduling: SchedulingBench) -> None:
    await first_session(scheduling, "Ann Bell")
    members = {row["name"]: row["id"] for row in await scheduling.query("SELECT id, name FROM credentials")}

    assert (await my_day(scheduling, "elsewhere"))["today"] == []
    own = "WHERE facilitator_id = (SELECT lead_id FROM cohorts)"
    await scheduling.query(f"UPDATE facilitators SET member_id = $1 {own}", members["Test facilitator"])  # noqa: S608 - from above
    assert [one["is_cover"] for one in (await my_day(scheduling, "facilitator"))["today"]] == [False]
    await scheduling.query("UPDATE cohorts SET lead_id = NULL, cover_id = lead_id")
    assert [one["is_cover"] for one in (await my_day(scheduling, "facilitator"))["today"]] == [True]
    await scheduling.query("UPDATE cohorts SET cover_id = NULL")
    assert (await my_day(scheduling, "facilitator"))["today"] == []


async def test_the_day_is_a_page_that_names_themes_and_what_to_bring(scheduling: SchedulingBench) -> None:
    await first_session(scheduling, "Ann Bell")
    await scheduling.query("UPDATE sites SET what_to_bring = 'Water and indoor shoes'")

    page = await scheduling.call("GET", "/my-day", as_="facilitator", page=True)

    words = BeautifulSoup(page.text, "html.parser").get_text(" ", strip=True)
    assert "Welcome and aims" in words
    assert "Water and indoor shoes" in words
    assert "Register of session 1" in words


async def test_a_cancelled_sessions_themes_are_owed_on_the_others_registers(scheduling: SchedulingBench) -> None:
    register, _ = await first_session(scheduling, "Ann Bell")
    before = (await scheduling.call("GET", register)).json()
    cohort = (await scheduling.call("GET", f"/cohorts/{before['cohort_id']}")).json()
    second = next(one for one in cohort["sessions"] if one["number"] == 2)

    await scheduling.call("POST", f"/sessions/{second['session_id']}/cancel")

    after = (await scheduling.call("GET", register)).json()
    assert (before["owed"], [one["title"] for one in after["owed"]]) == ([], ["What osteoarthritis is"])
    page = await scheduling.call("GET", register, as_="facilitator", page=True)
    assert "Still owed, because a session was cancelled:" in page.text
    cohort_page = await scheduling.call("GET", f"/cohorts/{before['cohort_id']}", as_="facilitator", page=True)
    assert "Themes still owed, because a session was cancelled:</strong> What osteoarthritis is" in cohort_page.text


async def test_one_persons_exercise_goals_and_flag_are_entered_by_forms(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    page = f"{register}/people/{ann}"

    async def hand_in(**fields: str) -> int:
        return (await scheduling.call("POST", page, as_="facilitator", page=True, data=fields)).status_code

    assert await hand_in(kind="exercise", station="step-up", repetitions="12", effort="0.5", pain="2", level="low") == 303
    assert await hand_in(kind="goals", goals="Walk to the shop", action_plan="") == 303
    assert await hand_in(kind="goals", goals="Walk to the park", action_plan="") == 303
    assert await hand_in(kind="incident", incident="fall", what="Slipped", done="") == 303
    assert await hand_in(kind="close_attention", close_attention="yes") == 303

    [line] = (await scheduling.call("GET", register)).json()["lines"]
    assert [(one["station"], one["repetitions"], one["effort"]) for one in line["exercises"]] == [("step-up", 12, 0.5)]
    assert (line["goals"]["goals"], line["close_attention"]) == ("Walk to the park", True)
    shown = (await scheduling.call("GET", page, as_="facilitator", page=True)).text
    assert "Step-up: low, 12 repetitions, effort 0.5, pain 2" in shown
    assert "Fall: Slipped" in shown


async def test_a_form_about_one_person_says_what_is_wrong_and_keeps_what_was_entered(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    page = f"{register}/people/{ann}"

    async def sentence(**fields: str) -> str:
        answer = await scheduling.call("POST", page, as_="facilitator", page=True, data=fields)
        assert answer.status_code == 422
        summary = BeautifulSoup(answer.text, "html.parser").select_one(".nhsuk-error-summary li")
        assert summary is not None
        return summary.get_text(strip=True)

    assert await sentence(kind="exercise", station="step-up", pain="11") == "pain must be a whole number from 0 to 10."
    assert await sentence(kind="exercise", station="step-up", repetitions="lots") == "repetitions must be a number."
    assert await sentence(kind="incident", incident="fall", what="") == "what must not be empty."
    assert (await sentence(kind="dance")).startswith("kind must be among attendance")
    assert (await scheduling.call("GET", f"{register}/people/{uuid4()}", as_="facilitator")).status_code == 404
    assert (await scheduling.call("GET", page, as_="elsewhere")).status_code == 403
