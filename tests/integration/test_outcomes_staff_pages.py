"""The pages and routes for staff: the work list, entry by hand, double entry, measures in the room, corrections and concerns."""

import pytest
from bs4 import BeautifulSoup

from service_kit.ids import new_id
from support.outcomes_bench import ADMIN_TOKEN, STAFF_TOKEN, OutcomesBench, Participant, bearer, outcomes_pages

__all__ = ["outcomes_pages"]

PAGE = {"Accept": "text/html"}
PAIN_ONLY = {"NRS.pain": "6"}


SOME_ID = "0193590a-5c00-7000-8000-000000000701"


def read(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


async def due_baseline(bench: OutcomesBench, name: str = "Ada Example") -> tuple[Participant, str]:
    """A person whose baseline is due, and the address of its page for staff."""
    person = Participant()
    await bench.tell_person(person, name)
    await bench.tell_enrolment(person)
    await bench.tell_place(person)
    row = await bench.questionnaire(person, "baseline", "due")
    return person, f"/outcomes/questionnaires/{row['questionnaire_id']}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/outcomes/questionnaires"),
        ("GET", "/outcomes/audit"),
        ("GET", f"/outcomes/participants/{SOME_ID}/part"),
        ("GET", f"/outcomes/questionnaires/{SOME_ID}"),
        ("POST", f"/outcomes/questionnaires/{SOME_ID}"),
        ("POST", f"/outcomes/questionnaires/{SOME_ID}/answers"),
        ("POST", f"/outcomes/questionnaires/{SOME_ID}/link/revoke"),
        ("GET", "/outcomes/concerns"),
        ("GET", f"/outcomes/concerns/{SOME_ID}"),
        ("POST", f"/outcomes/concerns/{SOME_ID}/acknowledgement"),
        ("GET", f"/outcomes/cohorts/{SOME_ID}/measures"),
    ],
)
async def test_staff_routes_need_a_credential(outcomes_pages: OutcomesBench, method: str, path: str) -> None:
    assert (await outcomes_pages.client.request(method, path, json={"answers": {}})).status_code == 401


async def test_the_audit_is_for_admins(outcomes_pages: OutcomesBench) -> None:
    assert (await outcomes_pages.client.get("/outcomes/audit", headers=bearer(STAFF_TOKEN))).status_code == 403


async def test_wrong_answers_from_staff_are_refused_with_item_and_rule_and_nothing_is_kept(outcomes_pages: OutcomesBench) -> None:
    person = Participant()
    await outcomes_pages.tell_enrolment(person)
    await outcomes_pages.tell_place(person)
    row = await outcomes_pages.questionnaire(person, "baseline", "due")
    address = f"/outcomes/questionnaires/{row['questionnaire_id']}/answers"
    for answers, sentence in (
        ({"NRS": {"pain": 11}}, "NRS pain (pain in the last week) must be a whole number from 0 to 10."),
        (
            {"KOOS": {"P1": 1}},
            "KOOS is not part of this questionnaire; it asks NRS, KOOS-12, ACTIVITY, RESOURCE-USE, CHAIR-STAND.",
        ),
        ({}, "Answer at least one question."),
    ):
        refused = await outcomes_pages.client.post(address, json={"answers": answers}, headers=bearer(STAFF_TOKEN))
        assert (refused.status_code, refused.json()) == (422, {"error": sentence})
    bodies: list[object] = [{"answers": {"NRS": {"pain": 5.5}}}, {"answers": {"NRS": {"pain": "5"}}}, {"answers": 3}, {}, []]
    for body in bodies:
        refused = await outcomes_pages.client.post(address, json=body, headers=bearer(STAFF_TOKEN))
        assert refused.status_code == 422
    missing = await outcomes_pages.client.post(
        f"/outcomes/questionnaires/{new_id()}/answers", json={"answers": {}}, headers=bearer(STAFF_TOKEN)
    )
    assert (missing.status_code, missing.json()["error"]) == (404, "There is no such questionnaire.")
    end = await outcomes_pages.questionnaire(person, "end", "planned")
    early = await outcomes_pages.client.post(
        f"/outcomes/questionnaires/{end['questionnaire_id']}/answers",
        json={"answers": {"NRS": {"pain": 1}}},
        headers=bearer(STAFF_TOKEN),
    )
    assert (early.status_code, early.json()["error"]) == (409, "This questionnaire is not open yet.")
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []


async def test_a_paper_form_is_keyed_as_numbers(outcomes_pages: OutcomesBench) -> None:
    person, address = await due_baseline(outcomes_pages)
    page = read((await outcomes_pages.client.get(address, headers=PAGE | bearer(STAFF_TOKEN))).text)
    assert "Ada Example" in page.text
    inputs = page.select("form input[type=text]")
    assert [one["name"] for one in inputs][:3] == ["NRS.pain", "KOOS-12.P1", "KOOS-12.P5"]
    saved = await outcomes_pages.client.post(
        address,
        data={"NRS.pain": "6", "CHAIR-STAND.count": "9", "CHAIR-STAND.arms_used": "true"},
        headers=PAGE | bearer(STAFF_TOKEN),
    )
    part = f"/outcomes/participants/{person.participant_id}/part"
    assert (saved.status_code, saved.headers["location"]) == (303, part)
    shown = await outcomes_pages.client.get(part, headers=bearer(STAFF_TOKEN) | {"Limber-Part": "1"})
    assert shown.status_code == 200
    text = " ".join(read(shown.text).get_text(" ").split())
    assert "Chair stands, arms used" in text
    assert "<html" not in shown.text


async def test_a_second_entry_that_differs_is_shown_and_settled_by_the_paper(outcomes_pages: OutcomesBench) -> None:
    _, address = await due_baseline(outcomes_pages)
    headers = PAGE | bearer(STAFF_TOKEN)
    again = await outcomes_pages.client.post(address, data=PAIN_ONLY | {"then": "again"}, headers=headers)
    assert again.status_code == 200
    assert "Enter the same form again" in again.text
    assert read(again.text).select_one("#NRS-pain").get("value", "") == ""  # type: ignore[union-attr]  # it is there
    differs = await outcomes_pages.client.post(address, data={"NRS.pain": "5", "second": "yes"}, headers=headers)
    assert differs.status_code == 422
    assert "the first entry says 6, this one 5. Look at the paper." in differs.text
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []
    same = await outcomes_pages.client.post(address, data=PAIN_ONLY | {"second": "yes"}, headers=headers)
    assert same.status_code == 303
    assert await outcomes_pages.query("SELECT 1 FROM first_entries") == []
    _, other = await due_baseline(outcomes_pages)
    await outcomes_pages.client.post(other, data=PAIN_ONLY | {"then": "again"}, headers=headers)
    settled = {"NRS.pain": "5", "second": "yes", "then": "settled"}
    assert (await outcomes_pages.client.post(other, data=settled, headers=headers)).status_code == 303
    [newest] = await outcomes_pages.query("SELECT answers FROM assessments ORDER BY entered_at DESC LIMIT 1")
    assert '"pain": 5' in newest["answers"]


async def test_a_correction_says_why_and_the_history_shows_who(outcomes_pages: OutcomesBench) -> None:
    _, address = await due_baseline(outcomes_pages)
    headers = PAGE | bearer(STAFF_TOKEN)
    await outcomes_pages.client.post(address, data=PAIN_ONLY, headers=headers)
    silent = await outcomes_pages.client.post(address, data={"NRS.pain": "2"}, headers=headers)
    assert silent.status_code == 422
    assert "say why the answers are corrected" in silent.text
    api = await outcomes_pages.client.post(
        f"{address}/answers", json={"answers": {"NRS": {"pain": 2}}}, headers=bearer(STAFF_TOKEN)
    )
    assert api.status_code == 422
    reason = {"NRS.pain": "2", "reason": "The 2 was read as a 6."}
    assert (await outcomes_pages.client.post(address, data=reason, headers=headers)).status_code == 303
    page = " ".join(read((await outcomes_pages.client.get(address, headers=headers)).text).get_text(" ").split())
    assert "The 2 was read as a 6." in page
    assert "Fay" in page
    rows = await outcomes_pages.query("SELECT sequence, reason FROM assessments ORDER BY sequence")
    assert [(row["sequence"], row["reason"]) for row in rows] == [(1, None), (2, "The 2 was read as a 6.")]


async def test_measures_of_a_cohort_are_entered_on_one_page_and_the_questionnaires_stay_due(
    outcomes_pages: OutcomesBench,
) -> None:
    cohort_id = new_id()
    for name in ("Ada Example", "Bert Example"):
        person = Participant()
        await outcomes_pages.tell_person(person, name)
        await outcomes_pages.tell_enrolment(person)
        await outcomes_pages.tell_place(person, cohort_id=cohort_id)
    address, headers = f"/outcomes/cohorts/{cohort_id}/measures?time_point=baseline", PAGE | bearer(STAFF_TOKEN)
    page = read((await outcomes_pages.client.get(address, headers=headers)).text)
    assert [one.text.strip() for one in page.select("legend")] == ["1. Ada Example", "2. Bert Example"]
    wrong = await outcomes_pages.client.post(address, data={"r1-count": "9", "r2-count": "900"}, headers=headers)
    assert wrong.status_code == 422
    assert "Person 2: stands in 30 seconds must be a whole number from 0 to 60" in wrong.text
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []
    rows = {"r1-count": "9", "r1-minutes": "1,200", "r2-count": "7", "r2-arms": "true"}
    saved = await outcomes_pages.client.post(address, data=rows, headers=headers)
    assert saved.headers["location"].endswith("saved=2")
    again = read((await outcomes_pages.client.get(address, headers=headers)).text)
    shown = {str(one["id"]): str(one.get("value", "")) for one in again.select("input[inputmode]")}
    assert shown == {"r1-count": "9", "r1-minutes": "1200", "r2-count": "7", "r2-minutes": ""}
    assert {row["status"] for row in await outcomes_pages.query("SELECT status FROM questionnaires")} == {"due", "planned"}
    unchanged = await outcomes_pages.client.post(address, data=rows, headers=headers)
    assert unchanged.headers["location"].endswith("saved=0")


async def test_a_concern_is_acknowledged_on_its_page_and_the_trail_says_by_whom(outcomes_pages: OutcomesBench) -> None:
    person, address = await due_baseline(outcomes_pages)
    headers = PAGE | bearer(STAFF_TOKEN)
    await outcomes_pages.client.post(address, data={"NRS.pain": "3"}, headers=headers)
    await outcomes_pages.query("UPDATE questionnaires SET due_at = now(), status = 'due' WHERE time_point = 'end'")
    [end] = await outcomes_pages.query("SELECT questionnaire_id FROM questionnaires WHERE time_point = 'end'")
    await outcomes_pages.client.post(
        f"/outcomes/questionnaires/{end['questionnaire_id']}/answers",
        json={"answers": {"NRS": {"pain": 6}}},
        headers=bearer(STAFF_TOKEN),
    )
    page = await outcomes_pages.client.get("/outcomes/concerns", headers=headers)
    assert "NRS pain is worse by 3.0: an important change" in " ".join(read(page.text).get_text(" ").split())
    [concern] = (await outcomes_pages.client.get("/outcomes/concerns", headers=bearer(STAFF_TOKEN))).json()["concerns"]
    assert concern["participant_id"] == str(person.participant_id)
    gone = "INSERT INTO standings (participant_id, sequence, status) VALUES ($1, 2, 'deceased')"
    await outcomes_pages.query(gone, person.participant_id)
    for status, many in (("open", 0), ("set_aside", 1)):
        found = await outcomes_pages.client.get(f"/outcomes/concerns?status={status}", headers=bearer(STAFF_TOKEN))
        assert found.json()["total"] == many
    await outcomes_pages.query("UPDATE standings SET status = 'active'")
    own = f"/outcomes/concerns/{concern['concern_id']}"
    empty = await outcomes_pages.client.post(own, data={"note": " "}, headers=headers)
    assert empty.status_code == 422
    done = await outcomes_pages.client.post(own, data={"note": "Called; sees the GP on Monday."}, headers=headers)
    assert done.status_code == 303
    twice = await outcomes_pages.client.post(f"{own}/acknowledgement", json={"note": "Again"}, headers=bearer(STAFF_TOKEN))
    assert twice.status_code == 409
    trail = " ".join(read((await outcomes_pages.client.get(own, headers=headers)).text).get_text(" ").split())
    assert "Raised by outcomes" in trail
    assert "Acknowledged by Fay" in trail
    assert (await outcomes_pages.client.get(f"/outcomes/concerns/{new_id()}", headers=headers)).status_code == 404


async def test_staff_record_what_a_person_took_up(outcomes_pages: OutcomesBench) -> None:
    person, _ = await due_baseline(outcomes_pages)
    await outcomes_pages.query("UPDATE questionnaires SET due_at = now(), status = 'due' WHERE time_point = 'end'")
    [end] = await outcomes_pages.query("SELECT questionnaire_id FROM questionnaires WHERE time_point = 'end'")
    headers = bearer(STAFF_TOKEN)
    answers = {"answers": {"NRS": {"pain": 6}}}
    await outcomes_pages.client.post(f"/outcomes/questionnaires/{end['questionnaire_id']}/answers", json=answers, headers=headers)
    part = f"/outcomes/participants/{person.participant_id}/part"
    page = read((await outcomes_pages.client.get(part, headers=headers | {"Limber-Part": "1"})).text)
    deed = str(page.select("form")[0]["action"])
    for _ in range(2):
        taken = await outcomes_pages.client.post(deed, headers=headers | PAGE)
        assert (taken.status_code, taken.headers["location"]) == (303, part)
    again = read((await outcomes_pages.client.get(part, headers=headers | {"Limber-Part": "1"})).text)
    assert len(again.select("form")) == len(page.select("form")) - 1
    elsewhere = deed.rpartition("/")[0] + "/nowhere"
    assert (await outcomes_pages.client.post(elsewhere, headers=headers)).status_code == 404
    assert (await outcomes_pages.client.post(deed)).status_code == 401


async def test_a_participant_that_is_not_known_has_an_empty_part(outcomes_pages: OutcomesBench) -> None:
    part = await outcomes_pages.client.get(f"/outcomes/participants/{new_id()}/part", headers=bearer(ADMIN_TOKEN))
    assert part.status_code == 200
    assert "Nothing yet" in part.text


async def test_the_work_list_is_a_page_for_browsers_and_takes_only_known_statuses(outcomes_pages: OutcomesBench) -> None:
    await due_baseline(outcomes_pages)
    page = await outcomes_pages.client.get("/outcomes/questionnaires", headers=PAGE | bearer(STAFF_TOKEN))
    assert page.status_code == 200
    assert "Ada Example" in page.text
    assert "1 of 1 shown" in page.text
    refused = await outcomes_pages.client.get("/outcomes/questionnaires?status=asleep", headers=bearer(STAFF_TOKEN))
    assert refused.status_code == 422
    assert refused.json()["error"].startswith("status must be one of planned, due, reminded")
