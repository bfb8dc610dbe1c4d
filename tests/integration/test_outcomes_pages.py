"""The participant's questionnaire and the pages for staff, as a browser without JavaScript meets them."""

import asyncio

import pytest
from bs4 import BeautifulSoup

from service_kit.ids import new_id
from support.outcomes_bench import ADMIN_TOKEN, STAFF_TOKEN, OutcomesBench, Participant, bearer, outcomes_pages

__all__ = ["outcomes_pages"]

PAGE = {"Accept": "text/html"}
KNEE = ("P1", "P5", "P6", "P8", "A3", "A4", "A7", "SP4", "Q1", "Q2", "Q3", "Q4")
ALL_ANSWERED = {"NRS.pain": "6", "ACTIVITY.minutes": "1,020", **{f"KOOS-12.{item}": "2" for item in KNEE}}


async def asked(bench: OutcomesBench) -> str:
    """A person with a baseline that is due; its address."""
    person = Participant()
    await bench.tell_person(person)
    await bench.tell_enrolment(person)
    await bench.tell_place(person)
    row = await bench.questionnaire(person, "baseline", "due")
    return f"/outcomes/q/{row['token']}"


def read(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


async def test_a_person_answers_with_the_link_alone(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    page = await outcomes_pages.client.get(address, headers=PAGE)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    form = read(page.text)
    names = {one["name"] for one in form.select("form input")}
    assert names == set(ALL_ANSWERED)
    assert form.select_one("meta[name=robots]")["content"] == "noindex, nofollow"  # type: ignore[index]  # it is there
    sent = await outcomes_pages.client.post(address, data=ALL_ANSWERED, headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, address)
    thanks = await outcomes_pages.client.get(address, headers=PAGE)
    assert thanks.status_code == 200
    assert "Your questionnaire was sent" in thanks.text
    assert "This link can be used once" in thanks.text
    [kept] = await outcomes_pages.query("SELECT entered_by, answers FROM assessments")
    assert kept["entered_by"] == "participant"
    assert '"minutes": 1020' in kept["answers"]


async def test_the_link_works_once(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    for _ in range(2):
        await outcomes_pages.client.post(address, data=ALL_ANSWERED, headers=PAGE)
    assert len(await outcomes_pages.query("SELECT 1 FROM assessments")) == 1


async def test_a_form_sent_twice_at_the_same_moment_counts_once(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    sent = await asyncio.gather(*(outcomes_pages.client.post(address, data=ALL_ANSWERED, headers=PAGE) for _ in range(6)))
    assert {one.status_code for one in sent} == {303, 200}
    assert len(await outcomes_pages.query("SELECT 1 FROM assessments")) == 1
    told = await outcomes_pages.query("SELECT 1 FROM outbox WHERE type = 'outcomes.assessment.scored.v1'")
    assert len(told) == 1


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "..%2f..%2fetc", "x" * 42 + "%20", "%F0%9F%A6%B5" * 43])
async def test_a_link_that_cannot_be_one_does_not_work_and_breaks_nothing(outcomes_pages: OutcomesBench, token: str) -> None:
    for attempt in (
        await outcomes_pages.client.get(f"/outcomes/q/{token}", headers=PAGE),
        await outcomes_pages.client.post(f"/outcomes/q/{token}", data=ALL_ANSWERED, headers=PAGE),
    ):
        assert attempt.status_code == 404


async def test_an_empty_form_says_what_to_do_and_links_to_the_field(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    page = await outcomes_pages.client.post(address, data={}, headers=PAGE)
    assert page.status_code == 422
    found = read(page.text)
    [link] = found.select(".nhsuk-error-summary a")
    assert link.text.strip() == "Answer at least one question."
    assert found.find(id=str(link["href"]).removeprefix("#")) is not None
    assert found.title is not None
    assert found.title.text.startswith("Error: ")


async def test_a_value_out_of_range_is_named_with_its_rule_and_what_was_entered_stays(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    page = await outcomes_pages.client.post(address, data=ALL_ANSWERED | {"ACTIVITY.minutes": "a lot"}, headers=PAGE)
    assert page.status_code == 422
    found = read(page.text)
    [link] = found.select(".nhsuk-error-summary a")
    assert link.text.strip() == "Active minutes in the last week must be a whole number from 0 to 10,080"
    assert link["href"] == "#ACTIVITY-minutes"
    assert found.select_one("#ACTIVITY-minutes")["value"] == "a lot"  # type: ignore[index]  # it is there
    assert {one["value"] for one in found.select("input[checked]")} == {"6", "2"}


async def test_questions_left_out_are_pointed_out_once_and_may_be_left_out(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    given = {"NRS.pain": "6", "ACTIVITY.minutes": "30"}
    page = await outcomes_pages.client.post(address, data=given, headers=PAGE)
    assert page.status_code == 422
    found = read(page.text)
    links = found.select(".nhsuk-error-summary a")
    assert len(links) == 12
    assert all(found.find(id=str(link["href"]).removeprefix("#")) is not None for link in links)
    sent = await outcomes_pages.client.post(address, data=given | {"leave_out": "yes"}, headers=PAGE)
    assert sent.status_code == 303
    assert await outcomes_pages.query("SELECT 1 FROM questionnaires WHERE status = 'completed'")


async def test_a_link_that_has_closed_or_never_was_says_so_in_plain_words(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    await outcomes_pages.query("UPDATE questionnaires SET closes_at = now()")
    unknown = await outcomes_pages.client.get(f"/outcomes/q/{'x' * 43}", headers=PAGE)
    assert unknown.status_code == 404
    assert "This link does not work" in unknown.text
    for attempt in (
        await outcomes_pages.client.get(address, headers=PAGE),
        await outcomes_pages.client.post(address, data=ALL_ANSWERED),
    ):
        assert attempt.status_code == 410
        assert "This questionnaire has closed" in attempt.text
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []


async def test_another_websites_form_is_refused(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    refused = await outcomes_pages.client.post(address, data=ALL_ANSWERED, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/outcomes/questionnaires"),
        ("GET", "/outcomes/audit"),
        ("GET", f"/outcomes/participants/{new_id()}/part"),
        ("GET", f"/outcomes/questionnaires/{new_id()}"),
        ("POST", f"/outcomes/questionnaires/{new_id()}"),
        ("POST", f"/outcomes/questionnaires/{new_id()}/answers"),
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
        ({"KOOS": {"P1": 1}}, "KOOS is not part of this questionnaire; it asks NRS, KOOS-12, ACTIVITY, CHAIR-STAND."),
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


async def test_staff_add_the_chair_stand_to_what_the_person_sent(outcomes_pages: OutcomesBench) -> None:
    person = Participant()
    await outcomes_pages.tell_person(person)
    await outcomes_pages.tell_enrolment(person)
    await outcomes_pages.tell_place(person)
    row = await outcomes_pages.questionnaire(person, "baseline", "due")
    await outcomes_pages.client.post(f"/outcomes/q/{row['token']}", data=ALL_ANSWERED)
    address = f"/outcomes/questionnaires/{row['questionnaire_id']}"
    page = await outcomes_pages.client.get(address, headers=PAGE | bearer(STAFF_TOKEN))
    form = read(page.text)
    assert "Ada Example" in page.text
    entered = {str(one["name"]): str(one["value"]) for one in form.select("input[checked], input[type=text]") if one.get("value")}
    assert entered == ALL_ANSWERED | {"ACTIVITY.minutes": "1020"}
    saved = await outcomes_pages.client.post(
        address, data=entered | {"CHAIR-STAND.count": "9", "CHAIR-STAND.arms_used": "true"}, headers=PAGE | bearer(STAFF_TOKEN)
    )
    part = f"/outcomes/participants/{person.participant_id}/part"
    assert (saved.status_code, saved.headers["location"]) == (303, part)
    shown = await outcomes_pages.client.get(part, headers=bearer(STAFF_TOKEN) | {"Limber-Part": "1"})
    assert shown.status_code == 200
    text = " ".join(read(shown.text).get_text(" ").split())
    assert "Chair stands, arms used" in text
    assert "<html" not in shown.text


async def test_a_participant_that_is_not_known_has_an_empty_part(outcomes_pages: OutcomesBench) -> None:
    part = await outcomes_pages.client.get(f"/outcomes/participants/{new_id()}/part", headers=bearer(ADMIN_TOKEN))
    assert part.status_code == 200
    assert "Nothing yet" in part.text


async def test_the_work_list_is_a_page_for_browsers_and_takes_only_known_statuses(outcomes_pages: OutcomesBench) -> None:
    await asked(outcomes_pages)
    page = await outcomes_pages.client.get("/outcomes/questionnaires", headers=PAGE | bearer(STAFF_TOKEN))
    assert page.status_code == 200
    assert "Ada Example" in page.text
    assert "1 of 1 shown" in page.text
    refused = await outcomes_pages.client.get("/outcomes/questionnaires?status=late", headers=bearer(STAFF_TOKEN))
    assert refused.status_code == 422
    assert refused.json()["error"].startswith("status must be all or one of planned, due")
