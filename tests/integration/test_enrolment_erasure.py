"""An erasure in enrolment's own database and in the broker, on real servers."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from nats.js.errors import NotFoundError

from support.enrolment_bench import EnrolmentBench, Practice, bearer, eventually, referral, running_enrolment
from support.nominator_bench import nomination, nominator
from support.servers import Broker, Database

PERSON = {
    "given_name": "Wilhelmina",
    "family_name": "Quillfeather",
    "phone": "07700 900987",
    "email": "wilhelmina@example.org",
    "emergency_contact": {"name": "Otto Quillfeather", "phone": "07700 900986"},
}
WORDS = ("wilhelmina", "quillfeather", "7700900987", "7700900986", "wilhelmina@example.org")
ADDRESS = "https://fetch.example.org/Wilhelmina%20Quillfeather/referral.json"
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"

DRAFT = """
INSERT INTO drafts (id, token_hash, kind, programme, language, answers, seen, status, created_at, expires_at)
VALUES (gen_random_uuid(), 'hash', 'self', 'escape-pain-knee-hip', 'en', $1, '[]', 'open', now(), now() + interval '1 day')
RETURNING id
"""
CONFIRMATION = """
INSERT INTO contact_confirmations
  (id, sequence, about, about_id, greeting_name, phone, language, address_hash, status, tries, created_at, expires_at)
VALUES (gen_random_uuid(), 1, 'draft', $1, $2, $3, 'en', 'hash', 'waiting', 0, now(), now() + interval '1 day')
"""


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, tmp_path: Path
) -> AsyncIterator[EnrolmentBench]:
    async with running_enrolment(await database("enrolment"), nats_server, tmp_path) as bench:
        yield bench


@pytest.fixture
async def practice(enrolment: EnrolmentBench) -> Practice:
    return await enrolment.practice("A81001")


async def erase(enrolment: EnrolmentBench, person: str, *, role: str = "admin", status: int = 200, **form: Any) -> Any:
    response = await enrolment.http.post(f"/enrolment/participants/{person}/erasure", data=form, headers=bearer(role))
    assert response.status_code == status, response.text
    return response.json()


async def contact_of(enrolment: EnrolmentBench, stand_in: str) -> tuple[Any, ...]:
    """What the broker has of somebody who is nobody yet: greeting, phone and email."""
    told = await enrolment.last_message("CONTACTS", f"contacts.v1.{stand_in}")
    return told["greeting_name"], told["phone"], told["email"]


async def emptied(enrolment: EnrolmentBench, stand_in: str) -> bool:
    return await contact_of(enrolment, stand_in) == ("", None, None)


async def where_found(enrolment: EnrolmentBench, *words: str) -> set[str]:
    """Every table.column in which one of the words stands, however it is written."""
    found = set()
    for column in await enrolment.query(COLUMNS):
        table, name = column["table_name"], column["column_name"]
        query = f'SELECT "{name}" AS value FROM "{table}" WHERE "{name}" IS NOT NULL'  # noqa: S608 - from the catalogue
        for row in await enrolment.query(query):
            value = row["value"].decode(errors="replace") if isinstance(row["value"], bytes) else str(row["value"])
            plain = "".join(value.casefold().split()).replace("-", "") if "@" not in value else value.casefold()
            if any(word in plain or word in value.casefold() for word in words):
                found.add(f"{table}.{name}")
    return found


async def test_nothing_of_the_erased_is_left_but_the_restricted_row(enrolment: EnrolmentBench, practice: Practice) -> None:
    person = (await practice.refer(referral(0, patient=PERSON)))["participant_id"]
    # Something of theirs that can't be read, and a correction, whose former words are kept.
    await practice.receipts_of(await practice.send(b'{"patient": {"family_name": "Quillfeather", "given_name": "Wilhelmina"}}'))
    headers = bearer("coordinator")
    await enrolment.http.post(f"/enrolment/participants/{person}/correction", data={"given_name": "Wilma"}, headers=headers)
    form = json.dumps({"given_name": "Wilhelmina", "family_name": "Quillfeather", "phone": "07700 900987"})
    [draft] = await enrolment.query(DRAFT, form)
    await enrolment.query(CONFIRMATION, draft["id"], "Wilhelmina", "07700 900987")
    # A referral that was promised at an address that names them, and an invitation by their employer that nobody followed.
    signal = {"ce_type": "intake.gp.referral.available.v1", "ce_dataref": ADDRESS, "ce_time": "2026-11-23T10:00:00Z"}
    await practice.receipts_of(await practice.send(b"", kind="referral.available.v1", **signal), at_least=2)
    async with nominator(enrolment, "workplace", "ACME") as employer:
        invited = {"given_name": "Wilhelmina", "family_name": "Quillfeather", "email": "w.work@example.org"}
        await employer.hear("nomination", nomination(1, **invited, phone="+44 7700 900987"))
    [invitation] = await enrolment.query("SELECT participant_id FROM nominations")
    stand_in = str(invitation["participant_id"])
    assert await contact_of(enrolment, stand_in) == ("Wilhelmina", "+44 7700 900987", "w.work@example.org")
    assert {
        "nominations.phone",
        "promised_referrals.address",
        "drafts.answers",
        "contact_confirmations.phone",
        "held.body",
        "participant_history.before",
        "participants.family_name",
    } <= await where_found(enrolment, *WORDS)
    await enrolment.last_message("CONTACTS", f"contacts.v1.{person}")
    await enrolment.last_message("PEOPLE", f"people.v1.{person}")

    await erase(enrolment, person, confirmed="yes")

    async def gone(stream: str, subject: str) -> bool:
        try:
            await enrolment.admin.jetstream().get_last_msg(stream, subject)
        except NotFoundError:
            return True
        return False

    await eventually(lambda: gone("CONTACTS", f"contacts.v1.{person}"))
    # Notifications has to hear that nobody is to be reached there any more.
    await eventually(lambda: emptied(enrolment, stand_in))
    await eventually(lambda: gone("PEOPLE", f"people.v1.{person}"))
    restricted = {"restricted_identities.given_name", "restricted_identities.family_name", "restricted_identities.nhs_number"}
    assert await where_found(enrolment, *WORDS, "wilma", "9990000018") <= restricted
    [kept] = await enrolment.query("SELECT * FROM restricted_identities")
    assert (kept["family_name"], kept["keep_until"].year - kept["erased_at"].year) == ("Quillfeather", 8)
    told = await enrolment.published("enrolment.person.changed.v1", at_least=3)
    # The others are the stand-ins of the confirmation and of the invitation.
    assert [each["status"] for each in told] == ["erased"] * 3
    [promise] = await enrolment.query("SELECT state, address, problem FROM promised_referrals")
    assert tuple(promise) == ("failed", None, "forgotten")
    [shown] = (await enrolment.http.get("/enrolment/promised-referrals", headers=headers)).json()
    assert "was forgotten" in shown["problem_text"]
    retried = await enrolment.http.post(f"/enrolment/promised-referrals/{shown['id']}/retry", headers=headers)
    assert retried.status_code == 409
    assert [row["status"] for row in await enrolment.query("SELECT status FROM enrolments")] == ["withdrawn"]
    # The same referral again brings nothing back; a new one is of somebody new.
    again = await practice.refer(referral(0, patient=PERSON))
    assert again["status"] == "duplicate"
    assert await where_found(enrolment, *WORDS) <= restricted
    anew = await practice.refer(referral(0, referral_id="anew", patient=PERSON))
    assert (anew["status"], anew["participant_id"] != person) == ("accepted", True)


async def test_whoever_was_merged_is_erased_with_the_person_that_they_are(enrolment: EnrolmentBench, practice: Practice) -> None:
    one = await practice.refer(referral(0, patient=PERSON))
    other = await practice.refer(referral(1, patient=PERSON | {"nhs_number": None, "given_name": "Wilma"}))
    path = f"/enrolment/participants/{one['participant_id']}"
    await enrolment.http.post(f"{path}/merge", data={"other": other["participant_id"]}, headers=bearer("coordinator"))
    await erase(enrolment, other["participant_id"], confirmed="yes")
    statuses = {str(row["id"]): row["status"] for row in await enrolment.query("SELECT id, status FROM participants")}
    assert set(statuses.values()) == {"erased"}
    assert {each.split(".")[0] for each in await where_found(enrolment, *WORDS)} == {"restricted_identities"}


async def test_an_erasure_is_the_admins_is_confirmed_and_happens_once(enrolment: EnrolmentBench, practice: Practice) -> None:
    person = (await practice.refer(referral(0)))["participant_id"]
    await erase(enrolment, person, role="coordinator", status=403, confirmed="yes")
    refused = await erase(enrolment, person, status=422)
    assert refused["problems"][0]["field"] == "confirmed"
    await erase(enrolment, person, confirmed="yes")
    await erase(enrolment, person, status=409, confirmed="yes")
    response = await enrolment.http.get(f"/enrolment/participants/{person}", headers=bearer("admin") | {"Accept": "text/html"})
    assert "This person was erased" in response.text
    deeds = await enrolment.http.get(f"/enrolment/participants/{person}/audit", headers=bearer("admin"))
    assert [each["deed"] for each in deeds.json()] == ["referred", "erased"]
