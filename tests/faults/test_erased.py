"""Somebody sees all that is kept of them, and is erased: nothing of them is left anywhere, nor comes back by a replay."""

import json
from pathlib import Path
from typing import Any

import asyncpg

from limber_embedded import organisations
from limber_embedded.checkout import SERVICES
from limber_embedded.nats_users import DOMAIN
from limber_embedded.organisations import Organisation
from limber_streams.declaration import load
from support.whole_system import Practice, System, a_referral, eventually

PERSON = {
    "given_name": "Wilhelmina",
    "family_name": "Quillfeather",
    "phone": "07700 900987",
    "email": "wilhelmina@example.org",
    "preferred_channel": "email",
    "emergency_contact": {"name": "Otto Quillfeather", "phone": "07700 900986"},
}
WORDS = ("wilhelmina", "quillfeather", "07700 900987", "07700900987", "07700 900986", "wilhelmina@example.org")
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
# Where the name and the number stay for the retention, and nowhere else.
RESTRICTED = {f"enrolment.restricted_identities.{column}" for column in ("given_name", "family_name", "nhs_number")}


def names_them(value: object, words: tuple[str, ...]) -> bool:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return any(word in text.casefold() for word in words)


async def in_databases(system: System, words: tuple[str, ...]) -> set[str]:
    """Every service.table.column in which one of the words stands."""
    found = set()
    for service in SERVICES:
        connection = await asyncpg.connect(system.home.dsn(service))
        try:
            for table, column in await connection.fetch(COLUMNS):
                rows = await connection.fetch(f'SELECT "{column}" FROM "{table}"')  # noqa: S608 - named by the catalogue
                if any(names_them(row[0], words) for row in rows):
                    found.add(f"{service}.{table}.{column}")
        finally:
            await connection.close()
    return found


async def in_streams(system: System, words: tuple[str, ...]) -> set[str]:
    """Every stream that has a message with one of the words, asked message by message."""
    found = set()
    jetstream = system.admin.jetstream(timeout=10)
    for stream in load().streams:
        state = (await jetstream.stream_info(stream.name)).state
        if state.messages:
            subscription = await jetstream.subscribe(stream=stream.name, subject=">", ordered_consumer=True)
            for _ in range(state.messages):
                message = await subscription.next_msg(timeout=10)
                if names_them(message.data, words) or names_them(message.headers, words):
                    found.add(stream.name)
            await subscription.unsubscribe()
    return found


def in_files(folder: Path, words: tuple[str, ...]) -> set[str]:
    """Every log, and every file of the broker's store, that has one of the words."""
    files = [*folder.rglob("*.log"), *(folder / "nats" / "store").rglob("*")]
    return {str(file.relative_to(folder)) for file in files if file.is_file() and names_them(file.read_bytes(), words)}


async def a_person_whom_everybody_knows(system: System) -> tuple[str, str]:
    """Somebody who is placed and was written to: the participant's id and the NHS number."""
    practice = await system.practice("A81001")
    await system.open_cohorts(1)
    await system.be_at_ten_in_the_morning()
    body = a_referral()
    body["patient"] |= PERSON
    receipt = await practice.refer(body)
    await practice.publish(b'{"patient": {"given_name": "Wilhelmina", "family_name": "Quillfeather"}}')
    await promised_and_nominated(system, practice)

    async def written_to() -> Any:
        return await system.query("notifications", "SELECT 1 FROM mailbox WHERE recipient = 'wilhelmina@example.org'")

    await eventually(written_to, what="a message to the person")
    await system.come_to_rest()
    return receipt["participant_id"], body["patient"]["nhs_number"]


async def promised_and_nominated(system: System, practice: Practice) -> None:
    """A referral is promised at an address that names the person, which nobody may fetch; and an employer nominates them."""
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": "promise-1",
        "ce-source": "urn:ods:A81001",
        "ce-type": "intake.gp.referral.available.v1",
        "ce-time": "2026-11-23T09:00:00Z",
        "ce-dataref": "https://fetch.example.org/Wilhelmina-Quillfeather.json",
    }
    jetstream = practice.client.jetstream(timeout=5, domain=DOMAIN)
    await jetstream.publish("intake.gp.A81001.referral.available.v1", b"", headers=attributes)
    employer = await organisations.add(system.home, Organisation(channel="workplace", code="ACME", name="Acme"))
    body = {name: PERSON[name] for name in ("given_name", "family_name", "phone")} | {"nomination_id": "n-1"}
    headers = {"Authorization": f"Bearer {employer.api_key}", "Idempotency-Key": "n-1"}
    nominated = await system.http.post("/enrolment/workplace/nominations", json=body, headers=headers)
    assert nominated.is_success, nominated.text

    async def failed() -> Any:
        return await system.query("enrolment", "SELECT 1 FROM promised_referrals WHERE state = 'failed'")

    await eventually(failed, what="a promised referral that may not be fetched")


async def test_nothing_is_left_of_the_erased_and_a_replay_brings_nothing_back(system: System) -> None:
    participant, number = await a_person_whom_everybody_knows(system)
    words = (*WORDS, number)
    before = await in_databases(system, words)
    assert {one.split(".")[0] for one in before} == {*SERVICES}
    assert {"enrolment.promised_referrals.address", "enrolment.nominations.given_name"} <= before
    assert {"CONTACTS", "PEOPLE"} <= await in_streams(system, words)

    exported = system.limber.run("export", participant)
    assert exported.returncode == 0, exported.stderr
    told = json.loads(exported.stdout)
    assert (told["complete"], set(told["services"])) == (True, set(SERVICES))
    assert all(names_them(told["services"][service], words) for service in SERVICES)
    assert "a-secret" not in exported.stdout
    assert "token" not in {name for rows in told["services"]["outcomes"].values() for row in rows for name in row}

    path = f"/enrolment/participants/{participant}/audit"
    deeds = await system.http.get(path)
    assert {(each["service"], each["deed"]) for each in deeds.json()} >= {
        ("enrolment", "referred"),
        ("enrolment", "exported"),
    }
    assert deeds.headers["Limber-Missing"] == ""
    assert not names_them(deeds.text, words)

    erased = await system.http.post(f"/enrolment/participants/{participant}/erasure", data={"confirmed": "yes"})
    assert erased.is_success, erased.text
    await system.come_to_rest()

    async def nothing_is_left() -> bool:
        return await in_databases(system, words) == RESTRICTED and not await in_streams(system, words)

    await eventually(nothing_is_left, what="nothing left of the person")
    assert in_files(system.home.folder, words) == set()

    replayed = system.limber.run("replay", seconds=240)
    assert replayed.returncode == 0, replayed.stderr
    await system.come_to_rest()
    assert await in_databases(system, words) == RESTRICTED
    assert await in_streams(system, words) == set()
    assert in_files(system.home.folder, words) == set()


async def test_an_export_says_which_service_did_not_answer(system: System) -> None:
    [[participant]] = [tuple(row) for row in await system.query("enrolment", "SELECT id FROM participants LIMIT 1")]
    before = system.home.pids
    with system.nobody_restarts():
        await system.kill("outcomes")
        exported = system.limber.run("export", str(participant))
        assert exported.returncode == 1
        assert "outcomes did not answer" in exported.stderr
        assert set(json.loads(exported.stdout)["services"]) == set(SERVICES) - {"outcomes"}
    await system.is_back("outcomes", since=before)
