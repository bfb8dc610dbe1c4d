"""People refer themselves by the form, without JavaScript, against the real service."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from support.enrolment_bench import EnrolmentBench, enrolment, eventually, referral
from support.nominator_bench import nomination, nominator
from support.self_referral import START, begin, errors_in, fill_in, send_for_code

__all__ = ["enrolment"]


@pytest.fixture
async def person(enrolment: EnrolmentBench) -> AsyncIterator[httpx.AsyncClient]:
    async with another_browser(enrolment) as client:
        yield client


def another_browser(bench: EnrolmentBench) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=bench.http._transport, base_url="http://localhost")


async def issued(bench: EnrolmentBench, *, at_least: int = 1) -> dict[str, Any]:
    """The newest link that was told."""
    links = await bench.published("enrolment.link.changed.v1", at_least=at_least)
    return [link for link in links if link["status"] == "issued"][-1]


async def decided(bench: EnrolmentBench, *, at_least: int = 1) -> dict[str, Any]:
    return (await bench.published("enrolment.referral.decided.v1", at_least=at_least))[-1]


async def test_a_form_becomes_a_referral_once_the_code_was_entered(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    await send_for_code(person)
    assert await enrolment.query("SELECT * FROM participants") == []
    link = await issued(enrolment)
    told = await enrolment.last_message("CONTACTS", f"contacts.v1.{link['participant_id']}")
    assert (told["greeting_name"], told["phone"], link["purpose"]) == ("Rhian", "07700900155", "confirm_contact")

    wrong = await person.post(f"{START}/confirm", data={"code": "000000" if link["code"] != "000000" else "1"})
    assert (wrong.status_code, len(errors_in(wrong.text))) == (422, 1)
    right = await person.post(f"{START}/confirm", data={"code": f" {link['code'][:3]} {link['code'][3:]}"})
    assert right.headers["location"] == f"{START}/done"
    assert "We have your answers" in (await person.get(f"{START}/done")).text

    told = await decided(enrolment)
    assert (told["channel"], told["organisation"], told["status"]) == ("self_referral", "web", "accepted")
    [enrolled] = await enrolment.published("enrolment.enrolment.changed.v1")
    assert (enrolled["access_needs"], enrolled["available"]) == (["step_free"], ["mon-am", "thu-am"])
    [wishes] = await enrolment.published("enrolment.preferences.changed.v1")
    assert (wishes["shares_with_gp"], wishes["allows_marketing"], wishes["source"]) == (True, False, "self_referral")
    contact = await enrolment.last_message("CONTACTS", f"contacts.v1.{told['participant_id']}")
    assert (contact["phone"], contact["preferred_channel"]) == ("07700900155", "sms")
    [draft] = await enrolment.query("SELECT * FROM drafts")
    assert "Rhian" not in str(draft)

    async def forgotten() -> bool:
        stood_in = await enrolment.last_message("CONTACTS", f"contacts.v1.{link['participant_id']}")
        return (stood_in["phone"], stood_in["greeting_name"]) == (None, "")

    assert await eventually(forgotten)
    assert (await enrolment.audit())["problems"] == []


async def test_the_link_confirms_in_another_browser_and_only_once(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    by_email = {"reach": {"reach_by": "email"}, "language": {"language": "cy"}}
    await send_for_code(person, by_email)
    link = await issued(enrolment)
    assert link["channel"] == "email"
    async with another_browser(enrolment) as phone:
        page = await phone.get(f"/enrolment/confirm/{link['token']}")
        assert '<html lang="cy"' in page.text
        assert await enrolment.query("SELECT * FROM referrals") == []
        done = await phone.post(f"/enrolment/confirm/{link['token']}")
        assert (done.status_code, "Mae gennym eich atebion" in done.text) == (200, True)
        assert (await phone.post(f"/enrolment/confirm/{link['token']}")).status_code == 410
    assert (await person.get(f"{START}/check")).headers["location"] == f"{START}/done"
    assert len(await enrolment.query("SELECT * FROM referrals")) == 1


async def test_two_clicks_at_once_send_one_referral(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    await send_for_code(person)
    link = await issued(enrolment)
    answers = await asyncio.gather(*(person.post(f"{START}/confirm", data={"code": link["code"]}) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await enrolment.query("SELECT * FROM referrals")) == 1


async def test_the_page_says_the_same_whether_or_not_the_person_is_known(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    known = {"given_name": "Rhian", "family_name": "Selfmade", "birth_date": "1955-05-01", "postcode": "LS1 4AP", "phone": None}
    await practice.refer(referral(1, patient=known | {"nhs_number": None, "email": None}))
    pages: list[str] = []
    for given, family in (("Rhian", "Selfmade"), ("Somebody", "Else")):
        async with another_browser(enrolment) as client:
            await send_for_code(client, {"name": {"given_name": given, "family_name": family}})
            sent = await issued(enrolment, at_least=len(pages) * 2 + 1)
            await client.post(f"{START}/confirm", data={"code": sent["code"]})
            pages.append((await client.get(f"{START}/done")).text)
    assert pages[0] == pages[1]
    statuses = await enrolment.query("SELECT status FROM referrals WHERE channel = 'self_referral' ORDER BY received_at")
    assert [row["status"] for row in statuses] == ["duplicate", "accepted"]
    # Nobody vouches for who fills in a form, so it adds nothing to what is known of somebody.
    [before] = await enrolment.query("SELECT phone, email FROM participants WHERE given_name = 'Rhian'")
    assert (before["phone"], before["email"]) == (None, None)


async def test_a_hot_joint_leads_to_advice_for_today_and_to_a_clinician(
    enrolment: EnrolmentBench, person: httpx.AsyncClient
) -> None:
    hot = {"red-flags": {"red_flags": ["hot_swollen_joint"]}}
    await fill_in(person, await begin(person), hot)
    assert "call 111" in (await person.get(f"{START}/advice")).text
    await person.post(f"{START}/check")
    await person.post(f"{START}/confirm", data={"code": (await issued(enrolment))["code"]})
    done = (await person.get(f"{START}/done")).text
    assert "call 111" in done
    assert "within one working day" in done
    assert (await decided(enrolment))["status"] == "needs_review"


async def test_who_is_too_young_hears_why_at_once(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    young = {"birth-date": {"birth_date[day]": "1", "birth_date[month]": "5", "birth_date[year]": "1999"}}
    await send_for_code(person, young)
    await person.post(f"{START}/confirm", data={"code": (await issued(enrolment))["code"]})
    assert "45 or older" in (await person.get(f"{START}/done")).text


async def test_an_empty_page_says_what_is_missing_and_keeps_what_was_entered(
    enrolment: EnrolmentBench, person: httpx.AsyncClient
) -> None:
    path = await begin(person)
    answer = await person.post(path, data={"given_name": "Rhian 2", "family_name": ""})
    assert answer.status_code == 422
    assert errors_in(answer.text) == ["A name must have letters, spaces, hyphens and apostrophes only", "Enter your last name"]
    assert 'value="Rhian 2"' in answer.text
    assert "<title>Error: " in answer.text
    welsh = await person.get(f"{path}?lang=cy")
    assert "Beth yw eich enw?" in welsh.text
    assert "gan beiriant" in welsh.text
    assert "Rhowch eich cyfenw" in (await person.post(path, data={})).text


async def test_nobody_skips_a_question_and_a_change_leads_back_to_the_check(
    enrolment: EnrolmentBench, person: httpx.AsyncClient
) -> None:
    first = await begin(person)
    assert (await person.get(f"{START}/check")).headers["location"] == first
    assert (await person.post(f"{START}/check")).headers["location"] == first
    await fill_in(person, first)
    changed = await person.post(f"{START}/joints?change=1", data={"joints": ["hip"]})
    assert changed.headers["location"] == f"{START}/check"
    assert "Hip" in (await person.get(f"{START}/check")).text
    now_hot = await person.post(f"{START}/red-flags?change=1", data={"red_flags": ["suspected_infection"]})
    assert now_hot.headers["location"] == f"{START}/advice"


async def test_a_code_is_over_after_five_wrong_ones_and_an_address_gets_three_an_hour(
    enrolment: EnrolmentBench, person: httpx.AsyncClient
) -> None:
    await send_for_code(person)
    link = await issued(enrolment)
    for _ in range(5):
        last = await person.post(f"{START}/confirm", data={"code": "wrong"})
    assert "wrong too often" in last.text
    assert "wrong too often" in (await person.post(f"{START}/confirm", data={"code": link["code"]})).text
    assert (await person.post(f"{START}/confirm/again")).status_code == 303
    assert (await person.post(f"{START}/confirm/again")).status_code == 303
    refused = await person.post(f"{START}/confirm/again")
    assert (refused.status_code, "Wait an hour" in refused.text) == (429, True)


async def test_another_address_needs_another_code(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    await send_for_code(person)
    link = await issued(enrolment)
    await person.post(f"{START}/mobile?change=1", data={"phone": "07700 900156"})
    gone = await person.post(f"{START}/confirm", data={"code": link["code"]})
    assert gone.status_code == 422
    assert await enrolment.query("SELECT * FROM referrals") == []


async def test_answers_that_are_deleted_are_gone(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    await fill_in(person, await begin(person))
    assert "Go on with my answers" in (await person.get(START)).text
    await person.post(f"{START}/delete")
    assert await enrolment.query("SELECT * FROM drafts") == []
    assert (await person.get(f"{START}/check")).headers["location"] == START


async def test_a_poster_code_that_nobody_knows_is_said_to_be_so(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    await fill_in(person, await begin(person))
    answer = await person.post(f"{START}/poster", data={"poster_code": "NOPE99"})
    assert errors_in(answer.text) == ["We do not know this code: check it, or leave it empty"]


async def test_what_was_not_come_back_to_is_forgotten(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    await send_for_code(person)
    link = await issued(enrolment)
    await enrolment.query("UPDATE drafts SET expires_at = now() - interval '1 second'")
    await enrolment.query("UPDATE contact_confirmations SET expires_at = now() - interval '1 second'")
    await enrolment.query("UPDATE links SET expires_at = now() - interval '1 second'")

    async def forgotten() -> bool:
        rows = await enrolment.query("SELECT phone FROM contact_confirmations")
        return not await enrolment.query("SELECT * FROM drafts") and [row["phone"] for row in rows] == [None]

    assert await eventually(forgotten)
    ended = await enrolment.published("enrolment.link.changed.v1", at_least=2)
    assert (ended[-1]["status"], ended[-1]["token"]) == ("expired", None)
    assert (await person.get(f"/enrolment/confirm/{link['token']}")).status_code == 410


async def test_a_nomination_is_completed_by_its_link(enrolment: EnrolmentBench, person: httpx.AsyncClient) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        await sender.hear("nomination", nomination(1))
    link = await issued(enrolment)
    page = await person.get(f"/enrolment/complete/{link['token']}")
    assert "Nothing happens unless you say so" in page.text
    begun = await person.post(f"/enrolment/complete/{link['token']}")
    path = begun.headers["location"]
    assert 'value="Given1"' in (await person.get(path)).text
    reach = {"reach": {"reach_by": "email"}, "email": {"email": "person1@example.org"}}
    assert await fill_in(person, path, reach) == f"{START}/check"
    # The link went to this very mailbox, so no code is needed.
    sent = await person.post(f"{START}/check")
    assert sent.headers["location"] == f"{START}/done", errors_in(sent.text)
    told = await decided(enrolment)
    assert (told["channel"], told["organisation"], told["status"]) == ("workplace", "ACME", "accepted")
    [row] = await enrolment.query("SELECT * FROM nominations")
    assert (row["status"], row["may_tell_sender"], row["given_name"]) == ("completed", True, None)
    assert (await person.get(f"/enrolment/complete/{link['token']}")).status_code == 410
    receipts = await enrolment.published("receipts.workplace.v1")
    assert [receipt["status"] for receipt in receipts] == ["received"]
