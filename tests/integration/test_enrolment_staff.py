"""Enrolment's pages and reviews on real servers."""

import re

import pytest

from support.enrolment_bench import EnrolmentBench, Practice, bearer, enrolment, referral

__all__ = ["enrolment"]

HTML = {"Accept": "text/html"}


async def waiting(bench: EnrolmentBench, practice: Practice, number: int = 1, **clinical: object) -> tuple[str, str]:
    """A referral that needs review: its id and its person's."""
    receipt = await practice.refer(referral(number, clinical=clinical or {"pain_months": None}))
    assert receipt["status"] == "needs_review"
    [row] = await bench.query("SELECT id FROM referrals WHERE participant_id = $1", receipt["participant_id"])
    return str(row["id"]), receipt["participant_id"]


async def test_accepting_a_waiting_referral_enrols_and_tells_its_sender(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    referral_id, person = await waiting(enrolment, practice)
    response = await enrolment.review(referral_id, "accept")
    assert (response.status_code, response.json()["status"]) == (200, "accepted")
    event_id = practice.receipts[0]["event_id"]
    later = (await practice.receipts_of(event_id, at_least=2))[1]
    assert (later["status"], later["enrolment_id"]) == ("accepted", response.json()["enrolment_id"])
    [enrolled] = await enrolment.published("enrolment.enrolment.changed.v1")
    assert enrolled["participant_id"] == person
    assert [each["status"] for each in await enrolment.published("enrolment.referral.decided.v1", at_least=2)] == [
        "needs_review",
        "accepted",
    ]
    await practice.send(referral(1, clinical={"pain_months": None}), event_id=event_id)
    assert (await practice.receipts_of(event_id, at_least=3))[2]["status"] == "accepted"
    assert (await enrolment.review(referral_id, "decline", note="Too late.")).status_code == 409
    assert (await enrolment.audit())["problems"] == []


async def test_a_red_flag_is_released_by_a_clinician_alone(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    referral_id, _ = await waiting(enrolment, practice, red_flags=["chest_pain"])
    for role in ("coordinator", "admin"):
        response = await enrolment.review(referral_id, "accept", role=role)
        assert response.status_code == 403
        assert "only a clinician" in response.text
    assert (await enrolment.review(referral_id, "accept", role="facilitator")).status_code == 403
    assert (await enrolment.review(referral_id, "accept", role="clinician")).json()["status"] == "accepted"
    assert (await enrolment.audit())["problems"] == []


@pytest.mark.parametrize(
    ("decision", "note", "words"),
    [("", "", "Choose whether"), ("decline", " ", "Give the reason"), ("decline", "x" * 501, "500 characters")],
)
async def test_a_form_that_is_not_filled_in_says_what_is_missing(
    enrolment: EnrolmentBench, decision: str, note: str, words: str
) -> None:
    practice = await enrolment.practice("A81001")
    referral_id, _ = await waiting(enrolment, practice)
    response = await enrolment.http.post(
        f"/enrolment/referrals/{referral_id}/review",
        data={"decision": decision, "note": note},
        headers=bearer("coordinator") | HTML,
    )
    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert words in response.text
    [row] = await enrolment.query("SELECT status FROM referrals")
    assert row["status"] == "needs_review"


async def test_pages_show_who_is_there_and_find_them(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    accepted = await practice.refer(referral(1, patient={"given_name": "<b>Ros</b>", "family_name": "O'Example"}))
    await waiting(enrolment, practice, 2)
    staff = bearer("coordinator") | HTML

    listing = await enrolment.http.get("/enrolment/participants", headers=staff)
    assert listing.text.count('href="/enrolment/participants/0') == 2
    assert "&lt;b&gt;Ros&lt;/b&gt; O&#39;Example" in listing.text
    by_state = await enrolment.http.get("/enrolment/participants?status=needs_review", headers=staff)
    assert re.findall(r"Family\d|O&#39;Example", by_state.text) == ["Family2"]
    for words, found in [("family2 given", 1), ("999 000 00", 0), ("%", 0), ("o'ex", 1), (accepted_number(1), 1), ("nobody", 0)]:
        page = await enrolment.http.post("/enrolment/participants", data={"words": words}, headers=staff)
        assert page.text.count('href="/enrolment/participants/0') == found, words

    journey = await enrolment.http.get(f"/enrolment/participants/{accepted['participant_id']}", headers=staff)
    shown = accepted_number(1)
    assert f"{shown[:3]} {shown[3:6]} {shown[6:]}" in journey.text
    for service in ("scheduling", "outcomes", "notifications"):
        assert f'data-part-src="/{service}/participants/{accepted["participant_id"]}/part"' in journey.text
    part = await enrolment.http.get(f"/enrolment/participants/{accepted['participant_id']}/part", headers=staff)
    assert "Accepted" in part.text
    unknown = "01890000-0000-7000-8000-000000000000"
    assert (await enrolment.http.get(f"/enrolment/participants/{unknown}", headers=staff)).status_code == 404
    assert "Nothing yet" in (await enrolment.http.get(f"/enrolment/participants/{unknown}/part", headers=staff)).text


async def test_near_matches_point_to_each_other(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    first = await practice.refer(referral(1))
    twin = await practice.refer(referral(1, referral_id="twin", patient={"given_name": "Twin", "nhs_number": accepted_number(2)}))
    assert (twin["status"], twin["linked_referral_ids"]) == ("needs_review", ["referral-1"])
    for one, other in ((first, twin), (twin, first)):
        page = await enrolment.http.get(f"/enrolment/participants/{one['participant_id']}", headers=bearer("clinician") | HTML)
        assert "Somebody else is very alike" in page.text
        assert f'href="/enrolment/participants/{other["participant_id"]}"' in page.text


@pytest.mark.parametrize("path", ["participants", "participants/01890000-0000-7000-8000-000000000000", "audit"])
async def test_nothing_is_shown_without_a_credential_or_with_the_wrong_role(enrolment: EnrolmentBench, path: str) -> None:
    assert (await enrolment.http.get(f"/enrolment/{path}")).status_code == 401
    assert (await enrolment.http.get(f"/enrolment/{path}", headers=bearer("facilitator"))).status_code == 403


def accepted_number(number: int) -> str:
    return str(referral(number)["patient"]["nhs_number"])
