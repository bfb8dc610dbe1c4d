"""A person's own page, by the link that went to them."""

from typing import Any

import httpx

from support.enrolment_bench import EnrolmentBench, bearer, enrolment, eventually, referral

__all__ = ["enrolment"]

ME = "/enrolment/me"


async def somebody(bench: EnrolmentBench, **patient: Any) -> tuple[str, str]:
    """An enrolled person with a link to their page: (participant, token)."""
    practice = await bench.practice("A81001")
    receipt = await practice.refer(referral(1, patient=patient))
    answer = await bench.http.post(
        f"/enrolment/participants/{receipt['participant_id']}/own-page-link", headers=bearer("clinician")
    )
    assert answer.status_code == 303
    return receipt["participant_id"], (await links(bench))[-1]["token"]


async def links(bench: EnrolmentBench, *, at_least: int = 1) -> list[dict[str, Any]]:
    return [each for each in await bench.published("enrolment.link.changed.v1", at_least=at_least) if each["status"] == "issued"]


async def send(bench: EnrolmentBench, path: str, data: dict[str, Any]) -> httpx.Response:
    return await bench.http.post(path, data=data)


async def test_the_page_shows_what_was_agreed_and_where_the_dates_come_from(enrolment: EnrolmentBench) -> None:
    _, token = await somebody(enrolment)
    page = await enrolment.http.get(f"{ME}/{token}")
    assert page.status_code == 200
    assert "Hello Given1" in page.text
    assert f'data-part-src="/scheduling/me/{token}/part?lang=en"' in page.text
    assert "Helo Given1" in (await enrolment.http.get(f"{ME}/{token}?lang=cy")).text


async def test_what_a_person_wishes_is_kept_with_its_time_and_source_and_told(enrolment: EnrolmentBench) -> None:
    participant, token = await somebody(enrolment)
    wishes = {"language": "cy", "preferred_channel": "email", "messages": ["email"], "agree": ["gp", "marketing"]}
    for _ in range(2):
        assert (await send(enrolment, f"{ME}/{token}/preferences", wishes)).headers["location"].endswith("said=saved")
    await send(enrolment, f"{ME}/{token}/preferences", wishes | {"agree": ["gp"]})
    told = await enrolment.published("enrolment.preferences.changed.v1", at_least=2)
    assert [(each["sequence"], each["allows_marketing"], each["source"]) for each in told] == [
        (1, True, "own_page"),
        (2, False, "own_page"),
    ]
    history = await enrolment.query("SELECT sequence, allows_marketing FROM preference_changes ORDER BY sequence")
    assert [tuple(row) for row in history] == [(1, True), (2, False)]

    async def contact() -> bool:
        told = await enrolment.last_message("CONTACTS", f"contacts.v1.{participant}")
        return (told["language"], told["preferred_channel"], told["allows_sms"], told["allows_email"]) == (
            "cy",
            "email",
            False,
            True,
        )

    assert await eventually(contact)
    assert "Helo Given1" in (await enrolment.http.get(f"{ME}/{token}")).text
    enrolled = await enrolment.published("enrolment.enrolment.changed.v1", at_least=2)
    assert [(each["sequence"], each["language"]) for each in enrolled] == [(1, "en"), (2, "cy")]


async def test_a_new_number_counts_once_the_code_was_entered(enrolment: EnrolmentBench) -> None:
    participant, token = await somebody(enrolment)
    await send(enrolment, f"{ME}/{token}/contact", {"address": "07700 900177"})
    [before] = await enrolment.query("SELECT phone FROM participants")
    assert before["phone"] == "07700 900123"
    code = (await links(enrolment, at_least=2))[-1]
    assert (code["purpose"], code["channel"]) == ("confirm_contact", "sms")
    wrong = await send(enrolment, f"{ME}/{token}/contact/confirm", {"code": "nonsense"})
    assert wrong.status_code == 422
    right = await send(enrolment, f"{ME}/{token}/contact/confirm", {"code": code["code"]})
    assert right.headers["location"].endswith("said=contact_changed")

    async def contact() -> bool:
        told = await enrolment.last_message("CONTACTS", f"contacts.v1.{participant}")
        return bool(told["phone"] == "07700900177")

    assert await eventually(contact)
    [deed] = await enrolment.query("SELECT * FROM audit WHERE deed = 'corrected'")
    assert (deed["actor_kind"], deed["actor"]) == ("person", "the person")


async def test_somebody_leaves_only_when_they_are_sure(enrolment: EnrolmentBench) -> None:
    _, token = await somebody(enrolment)
    [row] = await enrolment.query("SELECT id FROM enrolments")
    unsure = await send(enrolment, f"{ME}/{token}/leave/{row['id']}", {})
    assert (unsure.status_code, "Tick the box if you want to leave" in unsure.text) == (422, True)
    left = await send(enrolment, f"{ME}/{token}/leave/{row['id']}", {"sure": "yes"})
    assert left.headers["location"].endswith("said=left")
    told = await enrolment.published("enrolment.enrolment.changed.v1", at_least=2)
    assert told[-1]["status"] == "withdrawn"
    assert (await send(enrolment, f"{ME}/{token}/leave/{row['id']}", {"sure": "yes"})).status_code == 303
    assert (await send(enrolment, f"{ME}/{token}/leave/{token_id()}", {"sure": "yes"})).status_code == 404


def token_id() -> str:
    return "019385a0-7000-7000-8000-00000000f00d"


async def test_a_link_that_ended_or_never_was_opens_nothing(enrolment: EnrolmentBench) -> None:
    _, token = await somebody(enrolment)
    assert (await enrolment.http.get(f"{ME}/{'x' * 43}")).status_code == 410
    await enrolment.query("UPDATE links SET expires_at = now() - interval '1 second'")
    for path, data in (
        ("", None),
        ("/preferences", {}),
        ("/contact", {"address": "07700 900177"}),
        ("/contact/confirm", {"code": "1"}),
    ):
        answer = await (enrolment.http.get(f"{ME}/{token}") if data is None else send(enrolment, f"{ME}/{token}{path}", data))
        assert answer.status_code == 410, path
    assert await enrolment.query("SELECT * FROM preferences") == []


async def test_whoever_asks_for_a_link_hears_the_same_whether_or_not_somebody_is_known(enrolment: EnrolmentBench) -> None:
    await somebody(enrolment)
    known = await send(enrolment, ME, {"address": "+44 7700 900123"})
    unknown = await send(enrolment, ME, {"address": "nobody@example.org"})
    assert known.text == unknown.text
    assert "a link is on its way" in known.text
    by_email = await send(enrolment, ME, {"address": "Person1@example.org"})
    assert by_email.status_code == 200
    sent = await links(enrolment, at_least=3)
    assert [each["channel"] for each in sent] == [None, "sms", "email"]
    # Three an hour are enough.
    await send(enrolment, ME, {"address": "person1@example.org"})
    assert len(await enrolment.query("SELECT * FROM links")) == 3
    assert (await send(enrolment, ME, {"address": "here"})).status_code == 422


async def test_a_new_address_is_confirmed_by_its_link_too(enrolment: EnrolmentBench) -> None:
    _, token = await somebody(enrolment)
    await send(enrolment, f"{ME}/{token}/contact", {"address": "new@example.org"})
    link = (await links(enrolment, at_least=2))[-1]
    assert (await enrolment.http.get(f"/enrolment/confirm/{link['token']}")).status_code == 200
    [before] = await enrolment.query("SELECT email FROM participants")
    assert before["email"] == "person1@example.org"
    answer = await send(enrolment, f"/enrolment/confirm/{link['token']}", {})
    assert "We have your new number or address." in answer.text
    [after] = await enrolment.query("SELECT email FROM participants")
    assert after["email"] == "new@example.org"
