"""Tasks for staff, a person's progress and the register on paper, over HTTP."""

from uuid import UUID, uuid4

from bs4 import BeautifulSoup

from support.scheduling_bench import SchedulingBench, scheduling
from support.scheduling_register import an_entry, first_session

__all__ = ["scheduling"]


async def with_an_incident(scheduling: SchedulingBench) -> tuple[str, UUID]:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    fall = an_entry("incident", ann, incident="fall", what="Slipped at the step", done="Sat down")
    answer = await scheduling.call("POST", f"{register}/entries", {"entries": [fall]}, as_="facilitator")
    assert answer.json()["taken"][0]["result"] == "accepted"
    [task] = (await scheduling.call("GET", "/tasks", as_="clinician")).json()["tasks"]
    return f"/tasks/{task['task_id']}", ann


async def test_a_clinician_takes_an_incident_on_and_says_what_was_done(scheduling: SchedulingBench) -> None:
    task, ann = await with_an_incident(scheduling)

    taken = await scheduling.call("PUT", task, {"status": "acknowledged"}, as_="clinician")
    empty = await scheduling.call("PUT", task, {"status": "done", "outcome": " "}, as_="clinician")
    done = await scheduling.call("PUT", task, {"status": "done", "outcome": "Rang her, no injury"}, as_="coordinator")
    again = await scheduling.call("PUT", task, {"status": "done", "outcome": "Rang again"}, as_="coordinator")

    assert taken.json()["incident"] == {"incident": "fall", "what": "Slipped at the step", "done": "Sat down"}
    assert (taken.json()["participant_id"], taken.json()["acknowledged_by_name"]) == (str(ann), "Test clinician")
    assert (empty.status_code, empty.json()) == (422, {"error": "outcome must say what was done."})
    assert (done.json()["status"], done.json()["finished_by_name"]) == ("done", "Test coordinator")
    assert again.json() == {"error": "task_id must be a task that is not finished: this one is done."}
    assert (await scheduling.call("GET", "/tasks", as_="clinician")).json() == {"tasks": []}
    finished = (await scheduling.call("GET", "/tasks?finished=true", as_="clinician")).json()["tasks"]
    assert [one["outcome"] for one in finished] == ["Rang her, no injury"]


async def test_staff_see_and_do_the_tasks_of_their_role_and_their_sites(scheduling: SchedulingBench) -> None:
    task, _ = await with_an_incident(scheduling)
    step = {"status": "acknowledged"}

    assert (await scheduling.call("GET", "/tasks", as_="facilitator")).json() == {"tasks": []}
    assert (await scheduling.call("PUT", task, step, as_="facilitator")).json() == {
        "error": "This task is for the role clinician or coordinator."
    }
    assert (await scheduling.call("PUT", task, step, as_="elsewhere")).status_code == 403
    assert (await scheduling.call("PUT", f"/tasks/{uuid4()}", step)).status_code == 404
    assert (await scheduling.call("PUT", task, {"status": "forgotten"})).status_code == 422
    assert (await scheduling.call("PUT", task, step, as_="admin")).status_code == 200


async def test_what_is_about_the_dead_is_set_aside_and_comes_back_if_they_live(scheduling: SchedulingBench) -> None:
    _, ann = await with_an_incident(scheduling)
    await scheduling.query(
        """
        INSERT INTO tasks (task_id, kind, about, status, cohort_id, participant_id, raised_at, due_at, outcome)
        SELECT gen_random_uuid(), 'cannot_come', 'x', 'open', cohort_id, $1, raised_at, due_at, '' FROM tasks
        """,
        ann,
    )

    async def kinds(query: str = "") -> list[str]:
        found = (await scheduling.call("GET", f"/tasks{query}", as_="admin")).json()["tasks"]
        return sorted(task["kind"] for task in found)

    assert (await kinds(), await kinds("?set_aside=true")) == (["cannot_come", "incident"], [])
    await scheduling.query("INSERT INTO standings (participant_id, sequence, status) VALUES ($1, 2, 'deceased')", ann)
    assert (await kinds(), await kinds("?set_aside=true")) == (["incident"], ["cannot_come"])
    await scheduling.query("UPDATE standings SET status = 'active'")
    assert (await kinds(), await kinds("?set_aside=true")) == (["cannot_come", "incident"], [])


async def test_tasks_that_are_about_something_else_than_an_id_are_listed_beside_incidents(scheduling: SchedulingBench) -> None:
    await with_an_incident(scheduling)
    await scheduling.query("""
        INSERT INTO tasks (task_id, kind, about, status, cohort_id, raised_at, due_at, outcome)
        SELECT gen_random_uuid(), 'cannot_come', 'a session and a person', 'open', cohort_id, raised_at, due_at, '' FROM tasks
    """)

    listed = (await scheduling.call("GET", "/tasks", as_="coordinator")).json()["tasks"]

    assert [(one["kind"], one["incident"] is not None) for one in listed] == [("incident", True), ("cannot_come", False)]


async def test_the_list_of_tasks_is_a_page_with_forms(scheduling: SchedulingBench) -> None:
    task, _ = await with_an_incident(scheduling)

    page = await scheduling.call("GET", "/tasks", as_="clinician", page=True)
    refused = await scheduling.call("POST", task, as_="clinician", page=True, data={"status": "done", "outcome": ""})
    taken = await scheduling.call("POST", task, as_="clinician", page=True, data={"status": "acknowledged"})
    done = await scheduling.call("POST", task, as_="clinician", page=True, data={"status": "done", "outcome": "Rang her"})

    assert "Fall: Ann Bell" in BeautifulSoup(page.text, "html.parser").get_text(" ", strip=True)
    assert "Slipped at the step" in page.text
    assert (refused.status_code, "outcome must say what was done" in refused.text) == (422, True)
    assert (taken.status_code, done.status_code) == (303, 303)
    assert "There is nothing to do" in (await scheduling.call("GET", "/tasks", as_="clinician", page=True)).text


async def test_progress_shows_each_station_over_the_sessions_and_the_goals(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    entries = [
        an_entry("goals", ann, goals="Walk to the shop", action_plan="Ten minutes more each week"),
        an_entry("exercise", ann, station="static-bike", seconds=90, effort=3, pain=1, note="slow"),
    ]
    sheet = (await scheduling.call("POST", f"{register}/entries", {"entries": entries}, as_="facilitator")).json()["register"]
    path = f"/cohorts/{sheet['cohort_id']}/people/{ann}"

    progress = (await scheduling.call("GET", path, as_="facilitator")).json()
    page = BeautifulSoup((await scheduling.call("GET", path, as_="facilitator", page=True)).text, "html.parser")

    [[_, record]] = progress["exercises"]
    assert (record["station"], record["seconds"], progress["goals"]["goals"]) == ("static-bike", 90, "Walk to the shop")
    words = page.get_text(" ", strip=True)
    assert "Walk to the shop" in words
    assert "Static bike" in words
    assert (await scheduling.call("GET", path, as_="elsewhere")).status_code == 403
    assert (await scheduling.call("GET", f"/cohorts/{sheet['cohort_id']}/people/{uuid4()}")).status_code == 404


async def test_the_register_and_its_exercise_sheets_can_be_printed(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    await scheduling.call("POST", f"{register}/entries", {"entries": [an_entry("attendance", ann, status="present")]})

    paper = await scheduling.call("GET", f"{register}/print", as_="facilitator", page=True)
    sheets = await scheduling.call("GET", f"{register}/exercise-sheet", as_="facilitator", page=True)

    row = BeautifulSoup(paper.text, "html.parser").select_one("tbody tr")
    assert row is not None
    assert row.get_text(" ", strip=True) == "Ann Bell Next of Kin 07700 900124 ✓"
    printed = BeautifulSoup(sheets.text, "html.parser")
    assert [heading.get_text(strip=True)[:8] for heading in printed.select("h2")] == ["Ann Bell", "Name: __"]
    assert len(printed.select("tbody tr")) == 2 * 9
    assert (await scheduling.call("GET", f"{register}/print", as_="elsewhere")).status_code == 403
