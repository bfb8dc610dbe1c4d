"""The participant's questionnaire, a question a page, as a browser without JavaScript meets it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from outcomes.domain.interests import INTERESTS
from support.outcomes_bench import STAFF_TOKEN, OutcomesBench, Participant, bearer, outcomes_pages

__all__ = ["outcomes_pages"]

PAGE = {"Accept": "text/html"}
KNEE = ("P1", "P5", "P6", "P8", "A3", "A4", "A7", "SP4", "Q1", "Q2", "Q3", "Q4")
CARE = {f"RESOURCE-USE.{name}": "0" for name in ("gp", "physiotherapy", "medicines", "emergency")}
ALL_ANSWERED = {"NRS.pain": "6", "ACTIVITY.minutes": "1,020", **{f"KOOS-12.{item}": "2" for item in KNEE}, **CARE}


async def asked(bench: OutcomesBench, **enrolment: Any) -> str:
    """A person with a baseline that is due; its address."""
    person = Participant()
    await bench.tell_person(person)
    await bench.tell_enrolment(person, **enrolment)
    await bench.tell_place(person)
    row = await bench.questionnaire(person, "baseline", "due")
    return f"/outcomes/q/{row['token']}"


def read(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


async def field_of(bench: OutcomesBench, address: str, number: int) -> str:
    """The name of the field of a question's page."""
    page = await bench.client.get(f"{address}/{number}", headers=PAGE)
    assert page.status_code == 200
    return str(read(page.text).select_one("form input")["name"])  # type: ignore[index]  # it is there


async def answer_all(bench: OutcomesBench, address: str, answers: dict[str, str]) -> list[str]:
    """Answer each question on its page, and leave out those that have no answer; the names as they are asked."""
    names: list[str] = []
    step = f"{address}/1?lang=en"
    while "/anything-else" not in step:
        name = await field_of(bench, address, len(names) + 1)
        names.append(name)
        given = {name: answers[name]} if name in answers else {"leave_out": "yes"}
        sent = await bench.client.post(step, data=given, headers=PAGE)
        assert sent.status_code == 303, sent.text
        step = sent.headers["location"]
    sent = await bench.client.post(step, data={"comment": answers.get("comment", "")}, headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{address}/check?lang=en")
    return names


async def test_a_person_answers_with_the_link_alone(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    start = await outcomes_pages.client.get(address, headers=PAGE)
    assert start.status_code == 200
    assert start.headers["cache-control"] == "no-store"
    assert read(start.text).select_one("meta[name=robots]")["content"] == "noindex, nofollow"  # type: ignore[index]  # it is there
    assert "There are 18 questions" in start.text
    assert set(await answer_all(outcomes_pages, address, ALL_ANSWERED)) == set(ALL_ANSWERED)
    check = await outcomes_pages.client.get(f"{address}/check", headers=PAGE)
    assert "6" in check.text
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []
    sent = await outcomes_pages.client.post(address, headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{address}?lang=en")
    thanks = await outcomes_pages.client.get(address, headers=PAGE)
    assert thanks.status_code == 200
    assert "Your questionnaire was sent" in thanks.text
    assert "This link can be used once" in thanks.text
    [kept] = await outcomes_pages.query("SELECT entered_by, answers, comment FROM assessments")
    assert (kept["entered_by"], kept["comment"]) == ("participant", None)
    assert '"minutes": 1020' in kept["answers"]
    assert await outcomes_pages.query("SELECT 1 FROM drafts") == []


async def test_what_was_answered_is_kept_and_gone_on_with_on_another_device(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    await outcomes_pages.client.post(f"{address}/1", data={"NRS.pain": "4"}, headers=PAGE)
    await outcomes_pages.client.post(f"{address}/2", data={"leave_out": "yes"}, headers=PAGE)
    start = read((await outcomes_pages.client.get(address, headers=PAGE)).text)
    link = start.select_one("main a.nhsuk-button")
    assert link is not None
    assert (link.text.strip(), link["href"]) == ("Continue where you stopped", f"{address}/3?lang=en")
    again = read((await outcomes_pages.client.get(f"{address}/1", headers=PAGE)).text)
    assert [one["value"] for one in again.select("input[checked]")] == ["4"]


async def test_an_answer_changed_from_the_check_leads_back_to_it(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    await answer_all(outcomes_pages, address, ALL_ANSWERED)
    changed = await outcomes_pages.client.post(f"{address}/1?lang=en&from=check", data={"NRS.pain": "0"}, headers=PAGE)
    assert changed.headers["location"] == f"{address}/check?lang=en"
    check = read((await outcomes_pages.client.get(f"{address}/check", headers=PAGE)).text)
    assert "0, no pain" in check.select_one("#answer-1").text  # type: ignore[union-attr]  # it is there


async def test_the_link_works_once_even_at_the_same_moment(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    await answer_all(outcomes_pages, address, ALL_ANSWERED)
    sent = await asyncio.gather(*(outcomes_pages.client.post(address, headers=PAGE) for _ in range(6)))
    assert {one.status_code for one in sent} <= {303, 200}
    assert len(await outcomes_pages.query("SELECT 1 FROM assessments")) == 1
    assert len(await outcomes_pages.query("SELECT 1 FROM outbox WHERE type = 'outcomes.assessment.scored.v1'")) == 1
    too_late = await outcomes_pages.client.post(f"{address}/1", data={"NRS.pain": "1"}, headers=PAGE)
    assert "Your questionnaire was sent" in too_late.text
    assert await outcomes_pages.query("SELECT 1 FROM drafts") == []


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "..%2f..%2fetc", "x" * 42 + "%20", "%F0%9F%A6%B5" * 43, "x" * 43])
async def test_a_link_that_cannot_be_one_does_not_work_and_breaks_nothing(outcomes_pages: OutcomesBench, token: str) -> None:
    for step in ("", "/1", "/check", "/anything-else"):
        assert (await outcomes_pages.client.get(f"/outcomes/q/{token}{step}", headers=PAGE)).status_code == 404
    for step in ("", "/1", "/anything-else"):
        assert (await outcomes_pages.client.post(f"/outcomes/q/{token}{step}", data={"x": "1"}, headers=PAGE)).status_code == 404


@pytest.mark.parametrize("step", ["/0", "/99", "/-1", "/1000000000000000000000"])
async def test_a_question_that_does_not_exist_leads_to_the_start_or_nowhere(outcomes_pages: OutcomesBench, step: str) -> None:
    address = await asked(outcomes_pages)
    for attempt in (
        await outcomes_pages.client.get(address + step, headers=PAGE),
        await outcomes_pages.client.post(address + step, data={"NRS.pain": "1"}, headers=PAGE),
    ):
        assert attempt.status_code in {303, 404, 405}


async def test_an_empty_answer_says_what_to_do_and_links_to_the_field(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    page = await outcomes_pages.client.post(f"{address}/1", data={}, headers=PAGE)
    assert page.status_code == 422
    found = read(page.text)
    [link] = found.select(".nhsuk-error-summary a")
    assert link.text.strip() == "Choose an answer, or leave this question out"
    assert found.find(id=str(link["href"]).removeprefix("#")) is not None
    assert found.title is not None
    assert found.title.text.startswith("Error: ")


@pytest.mark.parametrize("value", ["a lot", "-1", "10081", "1.5", "٣"])
async def test_a_number_out_of_range_is_named_with_its_rule_and_stays(outcomes_pages: OutcomesBench, value: str) -> None:
    address = await asked(outcomes_pages)
    names = [await field_of(outcomes_pages, address, number) for number in range(1, 19)]
    number = names.index("ACTIVITY.minutes") + 1
    page = await outcomes_pages.client.post(f"{address}/{number}", data={"ACTIVITY.minutes": value}, headers=PAGE)
    assert page.status_code == 422
    found = read(page.text)
    [link] = found.select(".nhsuk-error-summary a")
    assert link.text.strip() == "The number must be a whole number from 0 to 10,080"
    assert found.select_one("#ACTIVITY-minutes")["value"] == value  # type: ignore[index]  # it is there


async def test_nothing_answered_at_all_is_not_sent(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    await answer_all(outcomes_pages, address, {})
    page = await outcomes_pages.client.post(address, headers=PAGE)
    assert page.status_code == 422
    assert "Answer at least one question before you send" in page.text
    assert await outcomes_pages.query("SELECT 1 FROM assessments") == []


async def test_at_the_end_the_person_says_what_they_would_like_to_do_next(outcomes_pages: OutcomesBench) -> None:
    person = Participant(began=datetime.now(UTC) - timedelta(days=50))
    await outcomes_pages.tell_enrolment(person)
    await outcomes_pages.tell_place(person, status="completed")
    address = f"/outcomes/q/{(await outcomes_pages.questionnaire(person, 'end', 'due'))['token']}"
    await outcomes_pages.client.post(f"{address}/1", data={"NRS.pain": "4"}, headers=PAGE)
    last = len(KNEE) + 2
    left_out = await outcomes_pages.client.post(f"{address}/{last}", data={"leave_out": "yes"}, headers=PAGE)
    assert left_out.headers["location"] == f"{address}/what-next?lang=en"
    page = read((await outcomes_pages.client.get(f"{address}/what-next", headers=PAGE)).text)
    assert [one["value"] for one in page.select("input[name=interest]")] == list(INTERESTS)
    sent = await outcomes_pages.client.post(
        f"{address}/what-next", data={"interest": ["water", "walking", "flying"]}, headers=PAGE
    )
    assert sent.headers["location"] == f"{address}/anything-else?lang=en"
    await outcomes_pages.client.post(f"{address}/anything-else", data={"comment": ""}, headers=PAGE)
    check = await outcomes_pages.client.get(f"{address}/check", headers=PAGE)
    assert "Walking with others, Swimming or exercise in water" in check.text
    assert (await outcomes_pages.client.post(address, headers=PAGE)).status_code == 303
    [kept] = await outcomes_pages.query("SELECT interests, told_by FROM interests")
    assert (kept["interests"], kept["told_by"]) == ('["walking", "water"]', "participant")
    [issued] = await outcomes_pages.query("SELECT signposts FROM signposting")
    assert "nhs-get-active" in issued["signposts"]


async def test_before_the_programme_nobody_is_asked_what_comes_next(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    there = await outcomes_pages.client.get(f"{address}/what-next", headers=PAGE)
    assert there.headers["location"] == f"{address}/anything-else?lang=en"


async def test_every_step_is_there_in_welsh_for_who_asked_for_it(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages, language="cy")
    start = read((await outcomes_pages.client.get(address, headers=PAGE)).text)
    assert start.select_one("html")["lang"] == "cy"  # type: ignore[index]  # it is there
    assert start.select_one("h1").text == "Eich holiadur"  # type: ignore[union-attr]  # it is there
    for step in ("/1", "/2", "/anything-else", "/check"):
        page = read((await outcomes_pages.client.get(address + step, headers=PAGE)).text)
        assert page.select_one("html")["lang"] == "cy"  # type: ignore[index]  # it is there
        [other] = page.select("a[hreflang]")
        assert (other.text, other["lang"], other["href"]) == ("English", "en", f"{address}{step}?lang=en")
    question = read((await outcomes_pages.client.get(f"{address}/1", headers=PAGE)).text)
    assert "Pa mor ddrwg oedd y poen" in question.text
    assert "0, dim poen" in question.text
    wrong = await outcomes_pages.client.post(f"{address}/1?lang=cy", data={}, headers=PAGE)
    assert "Mae problem" in wrong.text
    saved = await outcomes_pages.client.post(f"{address}/1?lang=cy", data={"NRS.pain": "3"}, headers=PAGE)
    assert saved.headers["location"] == f"{address}/2?lang=cy"


async def test_what_is_written_freely_is_a_concern_and_too_much_of_it_is_refused(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    long = await outcomes_pages.client.post(f"{address}/anything-else", data={"comment": "x" * 2001}, headers=PAGE)
    assert long.status_code == 422
    assert "must have 2,000 characters or fewer" in long.text
    await answer_all(outcomes_pages, address, ALL_ANSWERED | {"comment": "<b>I fell</b> at home."})
    await outcomes_pages.client.post(address, headers=PAGE)
    listed = await outcomes_pages.client.get("/outcomes/concerns", headers=bearer(STAFF_TOKEN))
    [concern] = listed.json()["concerns"]
    assert (concern["kind"], concern["comment"], concern["status"]) == ("comment", "<b>I fell</b> at home.", "open")
    page = await outcomes_pages.client.get(f"/outcomes/concerns/{concern['concern_id']}", headers=PAGE | bearer(STAFF_TOKEN))
    assert "&lt;b&gt;I fell" in page.text


async def test_answers_after_closing_are_taken_as_late_and_later_ones_are_not(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    await outcomes_pages.query("UPDATE questionnaires SET closes_at = now() WHERE time_point = 'baseline'")
    start = await outcomes_pages.client.get(address, headers=PAGE)
    assert "We note when you gave them" in start.text
    await answer_all(outcomes_pages, address, ALL_ANSWERED)
    await outcomes_pages.client.post(address, headers=PAGE)
    [row] = await outcomes_pages.query("SELECT status, answered_at FROM questionnaires WHERE time_point = 'baseline'")
    assert row["status"] == "late"
    assert [one["is_late"] for one in await outcomes_pages.query("SELECT is_late FROM assessments")] == [True]
    other = await asked(outcomes_pages)
    await outcomes_pages.query("UPDATE questionnaires SET closes_at = now(), late_until = now() WHERE status = 'due'")
    for attempt in (
        await outcomes_pages.client.get(other, headers=PAGE),
        await outcomes_pages.client.post(other),
        await outcomes_pages.client.post(f"{other}/1", data={"NRS.pain": "1"}),
    ):
        assert attempt.status_code == 410
        assert "This questionnaire has closed" in attempt.text


async def test_a_link_that_was_taken_back_opens_nothing_and_a_new_one_does(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    [row] = await outcomes_pages.query("SELECT questionnaire_id FROM questionnaires WHERE time_point = 'baseline'")
    link = f"/outcomes/questionnaires/{row['questionnaire_id']}/link"
    assert (await outcomes_pages.client.post(f"{link}/revoke")).status_code == 401
    await outcomes_pages.client.post(f"{link}/revoke", headers=PAGE | bearer(STAFF_TOKEN))
    assert (await outcomes_pages.client.get(address, headers=PAGE)).status_code == 404
    shown = await outcomes_pages.client.post(f"{link}/renew", headers=PAGE | bearer(STAFF_TOKEN))
    new = next(str(one["href"]) for one in read(shown.text).select("main a") if "/outcomes/q/" in str(one["href"]))
    assert (await outcomes_pages.client.get(new.removeprefix("http://localhost:8080"), headers=PAGE)).status_code == 200
    assert (await outcomes_pages.client.get(address, headers=PAGE)).status_code == 404


async def test_another_websites_form_is_refused(outcomes_pages: OutcomesBench) -> None:
    address = await asked(outcomes_pages)
    for step in ("", "/1"):
        foreign = {"Sec-Fetch-Site": "cross-site"}
        refused = await outcomes_pages.client.post(address + step, data={"NRS.pain": "1"}, headers=foreign)
        assert refused.status_code == 403
    assert await outcomes_pages.query("SELECT 1 FROM drafts") == []
