"""Staff correct, merge, take apart, withdraw and record deaths, in the running service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from support.enrolment_bench import NHS_NUMBERS, EnrolmentBench, Practice, bearer, referral, running_enrolment
from support.servers import Broker, Database

PERSON_CHANGED = "enrolment.person.changed.v1"
ENROLMENT_CHANGED = "enrolment.enrolment.changed.v1"


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, tmp_path: Path
) -> AsyncIterator[EnrolmentBench]:
    async with running_enrolment(await database("enrolment"), nats_server, tmp_path) as bench:
        yield bench


@pytest.fixture
async def practice(enrolment: EnrolmentBench) -> Practice:
    return await enrolment.practice("A81001")


async def post(enrolment: EnrolmentBench, path: str, *, status: int = 200, **form: Any) -> Any:
    response = await enrolment.http.post(f"/enrolment/participants/{path}", data=form, headers=bearer("coordinator"))
    assert response.status_code == status, response.text
    return response.json()


async def get(enrolment: EnrolmentBench, path: str) -> Any:
    response = await enrolment.http.get(f"/enrolment/{path}", headers=bearer("coordinator"))
    assert response.status_code == 200, response.text
    return response.json()


async def two_who_are_alike(practice: Practice) -> tuple[str, str]:
    """Two people whose last name, birth date and postcode agree; one gave no number and another first name."""
    one = await practice.refer(referral(0))
    like = {"nhs_number": None, "given_name": "Gwen", "family_name": "Family0", "birth_date": "1950-01-01", "postcode": "LS1 0HR"}
    other = await practice.refer(referral(1, patient=like))
    assert (one["status"], other["status"]) == ("accepted", "needs_review")
    return one["participant_id"], other["participant_id"]


async def standing(enrolment: EnrolmentBench, participant: str) -> Any:
    return (await enrolment.query("SELECT * FROM participants WHERE id = $1", participant))[0]


async def owners(enrolment: EnrolmentBench, table: str) -> list[str]:
    queries = {name: f"SELECT participant_id FROM {name} ORDER BY id" for name in ("referrals", "enrolments")}  # noqa: S608 - ours
    return [str(row["participant_id"]) for row in await enrolment.query(queries[table])]


async def test_who_is_alike_waits_and_is_merged_and_taken_apart_again(enrolment: EnrolmentBench, practice: Practice) -> None:
    one, other = await two_who_are_alike(practice)
    [pair] = await get(enrolment, "near-matches")
    assert {pair["one"]["id"], pair["other"]["id"]} == {one, other}

    await post(enrolment, f"{one}/merge", other=other)
    assert await owners(enrolment, "referrals") == [one, one]
    assert (await standing(enrolment, other))["status"] == "merged"
    assert await get(enrolment, "near-matches") == []
    told = await enrolment.published(PERSON_CHANGED)
    assert [(each["participant_id"], each["status"], each["merged_into"]) for each in told] == [(other, "merged", one)]

    # Whoever is described like the one who was merged is the one person that they are.
    again = await practice.refer(referral(1, referral_id="again", patient={"nhs_number": None, "given_name": "Gwen"} | ALIKE))
    assert (again["status"], again["participant_id"]) == ("duplicate", one)

    await post(enrolment, f"{other}/unmerge")
    assert (await owners(enrolment, "referrals"))[:2] == [one, other]
    assert (await standing(enrolment, other))["status"] == "active"
    assert [each["status"] for each in await enrolment.published(PERSON_CHANGED, at_least=2)] == ["merged", "active"]
    assert [each["status"] for each in await get(enrolment, "near-matches?status=kept_apart")] == ["kept_apart"]
    deeds = [each["deed"] for each in await get(enrolment, f"participants/{other}/audit")]
    assert deeds == ["referred", "merged", "unmerged"]


ALIKE = {"family_name": "Family0", "birth_date": "1950-01-01", "postcode": "LS1 0HR"}


async def test_who_is_kept_apart_waits_no_more(enrolment: EnrolmentBench, practice: Practice) -> None:
    one, other = await two_who_are_alike(practice)
    await post(enrolment, f"{one}/keep-apart", other=other)
    assert await get(enrolment, "near-matches") == []
    refused = await post(enrolment, f"{one}/keep-apart", status=409, other=other)
    assert "kept apart already" in refused["detail"]
    again = await practice.refer(referral(1, referral_id="again", patient={"nhs_number": None, "given_name": "Gwen"} | ALIKE))
    assert again["participant_id"] == other
    assert "near_match" not in [reason["code"] for reason in again["reasons"]]


async def test_both_enrolments_stay_when_two_enrolled_people_are_merged_and_go_back(
    enrolment: EnrolmentBench, practice: Practice
) -> None:
    one = await practice.refer(referral(0))
    other = await practice.refer(referral(1, patient={"nhs_number": None}))
    assert (one["status"], other["status"]) == ("accepted", "accepted")
    await post(enrolment, f"{one['participant_id']}/merge", other=other["participant_id"])
    rows = await enrolment.query("SELECT * FROM enrolments ORDER BY id")
    assert [str(row["participant_id"]) for row in rows] == [one["participant_id"]] * 2
    assert [(row["status"], row["doubled"]) for row in rows] == [("enrolled", False), ("enrolled", True)]
    told = await enrolment.published(ENROLMENT_CHANGED, at_least=3)
    assert (told[2]["enrolment_id"], told[2]["participant_id"], told[2]["sequence"]) == (
        other["enrolment_id"],
        one["participant_id"],
        2,
    )
    # Staff choose: the first ends, and the second stands alone.
    await post(enrolment, f"{one['participant_id']}/enrolments/{one['enrolment_id']}/withdrawal", reason="other")
    rows = await enrolment.query("SELECT * FROM enrolments ORDER BY id")
    assert [(row["status"], row["doubled"]) for row in rows] == [("withdrawn", False), ("enrolled", False)]
    await post(enrolment, f"{other['participant_id']}/unmerge")
    assert await owners(enrolment, "enrolments") == [one["participant_id"], other["participant_id"]]


async def test_two_different_numbers_are_never_one_person(enrolment: EnrolmentBench, practice: Practice) -> None:
    one, other = await practice.refer(referral(0)), await practice.refer(referral(1))
    refused = await post(enrolment, f"{one['participant_id']}/merge", status=409, other=other["participant_id"])
    assert "different NHS numbers" in refused["detail"]
    assert len(set(await owners(enrolment, "referrals"))) == 2


async def test_a_correction_is_told_kept_and_audited_without_the_words(enrolment: EnrolmentBench, practice: Practice) -> None:
    receipt = await practice.refer(referral(0))
    person = receipt["participant_id"]
    await post(enrolment, f"{person}/correction", given_name="Gareth", phone="07700 900456", joints="hip")
    assert (await enrolment.last_message("CONTACTS", f"contacts.v1.{person}"))["greeting_name"] in {"Given0", "Gareth"}
    told = await enrolment.published(ENROLMENT_CHANGED, at_least=2)
    assert told[1]["joints"] == ["hip"]
    [history] = await enrolment.query("SELECT * FROM participant_history")
    assert "Given0" in history["before"]
    entries = await get(enrolment, f"participants/{person}/audit")
    assert entries[-1]["details"] == {"fields": ["given_name", "joints", "phone"]}
    assert "Gareth" not in str(entries)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"given_name": " "}, "given_name"),
        ({"nhs_number": "999 000 0010"}, "nhs_number"),
        ({"email": "nobody"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"birth_date-day": "31", "birth_date-month": "2", "birth_date-year": "1950"}, "birth_date"),
        ({"birth_date-day": "1", "birth_date-month": "2", "birth_date-year": "2150"}, "birth_date"),
        ({"joints": "elbow"}, "joints"),
    ],
)
async def test_a_wrong_correction_names_the_field_and_changes_nothing(
    enrolment: EnrolmentBench, practice: Practice, form: dict[str, str], field: str
) -> None:
    person = (await practice.refer(referral(0)))["participant_id"]
    before = await standing(enrolment, person)
    refused = await post(enrolment, f"{person}/correction", status=422, **form)
    assert field in refused["problems"][0]["field"]
    assert await standing(enrolment, person) == before


async def test_a_number_that_somebody_else_has_leads_to_a_merge_and_not_to_a_second_owner(
    enrolment: EnrolmentBench, practice: Practice
) -> None:
    await practice.refer(referral(0))
    other = await practice.refer(referral(28, patient={"nhs_number": None}))
    refused = await post(enrolment, f"{other['participant_id']}/correction", status=409, nhs_number=NHS_NUMBERS[0])
    assert "merge them" in refused["detail"]


async def test_a_death_is_told_and_can_be_taken_back_and_nothing_impossible_is_silent(
    enrolment: EnrolmentBench, practice: Practice
) -> None:
    receipt = await practice.refer(referral(0))
    person = receipt["participant_id"]
    await post(enrolment, f"{person}/death", status=409, step="revoke")
    await post(enrolment, f"{person}/death", step="notify")
    await post(enrolment, f"{person}/death", status=409, step="notify")
    again = await practice.refer(referral(0, referral_id="again"))
    assert again["status"] == "needs_review"
    assert "told_dead" in [reason["code"] for reason in again["reasons"]]
    await post(enrolment, f"{person}/death", step="revoke")
    assert [each["status"] for each in await enrolment.published(PERSON_CHANGED, at_least=2)] == ["deceased", "active"]
    await post(enrolment, f"{person}/enrolments/{receipt['enrolment_id']}/withdrawal", reason="moved_away")
    refused = await post(enrolment, f"{person}/enrolments/{receipt['enrolment_id']}/withdrawal", status=409, reason="moved_away")
    assert "withdrawn from this programme already" in refused["detail"]


async def test_referrals_and_merges_of_the_same_people_at_once_leave_one_owner_of_everything(
    enrolment: EnrolmentBench, practice: Practice
) -> None:
    one, other = await two_who_are_alike(practice)
    like = {"nhs_number": None, "given_name": "Gwen"} | ALIKE
    sending = [practice.refer(referral(1, referral_id=f"again-{number}", patient=like)) for number in range(20)]
    merging = post(enrolment, f"{one}/merge", other=other)
    await asyncio.gather(*sending[:10], merging, *sending[10:])
    assert set(await owners(enrolment, "referrals")) == {one}


async def test_the_pages_are_there_for_staff(enrolment: EnrolmentBench, practice: Practice) -> None:
    person = (await practice.refer(referral(0)))["participant_id"]
    for path in (f"participants/{person}", f"participants/{person}/change", f"participants/{person}/audit"):
        response = await enrolment.http.get(f"/enrolment/{path}", headers=bearer("coordinator") | {"Accept": "text/html"})
        assert response.status_code == 200, response.text
        assert "Given0" in response.text
        assert (await enrolment.http.get(f"/enrolment/{path}", headers=bearer("facilitator"))).status_code == 403
    refused = await enrolment.http.post(
        f"/enrolment/participants/{person}/correction",
        data={"given_name": ""},
        headers=bearer("coordinator") | {"Accept": "text/html"},
    )
    assert refused.status_code == 422
    assert "Enter the first name." in refused.text
