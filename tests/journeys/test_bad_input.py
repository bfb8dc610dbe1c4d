"""A GP practice sends what it should not, over real NATS, and hears what is wrong with it."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from nats.errors import MaxPayloadError
from nats.js.errors import APIError

from support.embedded import Limber, limber_in
from support.servers import short_folder
from support.whole_system import Practice, System, a_referral, eventually, system_of

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def up() -> Iterator[Limber]:
    with short_folder() as folder, limber_in(folder / "home") as limber:
        started = limber.up()
        assert started.returncode == 0, started.stdout + started.stderr
        yield limber


@pytest.fixture
async def system(up: Limber) -> AsyncIterator[System]:
    async with system_of(up) as system:
        yield system


@pytest.fixture
async def practice(system: System) -> Practice:
    return await system.practice("A81001")


@pytest.mark.parametrize(
    ("body", "headers", "field", "reason"),
    [
        (b'{"referral_id": ', {}, None, "The body is not valid JSON."),
        (b"\xff\xfe\x00", {}, None, "The body is not valid JSON."),
        (a_referral(patient={"given_name": "Rosalind"}), {}, "patient.family_name", "The field patient.family_name is wrong"),
        (a_referral(), {"ce-type": "intake.gp.letter.v1"}, "type", "The attribute type names no event that is taken here."),
        (a_referral(), {"ce-source": None}, "source", "The required attribute source is missing."),
        (a_referral(), {"ce-datacontenttype": "text/plain"}, "datacontenttype", "The content type must be"),
    ],
    ids=["half a body", "no text", "a field is missing", "another type", "no source", "another content type"],
)
async def test_an_unreadable_event_is_set_aside_with_its_reason_and_answered_with_a_receipt(
    system: System, practice: Practice, body: Any, headers: dict[str, str | None], field: str | None, reason: str
) -> None:
    event_id = await practice.publish(body, headers=headers)
    receipt = (await practice.settle([event_id]))[event_id]
    assert receipt["status"] == "invalid"
    [answer] = receipt["reasons"]
    assert (answer["code"], answer["field"]) == ("unreadable", field)
    assert answer["text"].startswith(reason)
    assert "Rosalind" not in json.dumps(receipt)

    listed = json.loads(system.limber.run("held", "list", "--service", "enrolment", "--state", "set-aside", "--json").stdout)
    # An envelope that can't be read names no event that could be relied on.
    [held] = [one for one in listed if one["event_id"] == event_id or (field == "source" and "unidentified" in one["event_id"])]
    assert held["reason"] == answer["text"]
    assert held["sender"] == "gp.A81001"


async def test_what_was_set_aside_is_shown_without_its_content_unless_asked_for_and_given_up_on_demand(
    system: System, practice: Practice
) -> None:
    event_id = await practice.publish(b'{"patient": "Rosalind')
    await practice.settle([event_id])
    listed = json.loads(system.limber.run("held", "list", "--json").stdout)
    position = str(next(one["position"] for one in listed if one["event_id"] == event_id))

    shown = system.limber.run("held", "show", "enrolment", position)
    assert event_id in shown.stdout
    assert "ce-source" in shown.stdout
    assert "may hold a person's data" in shown.stdout
    assert "Rosalind" not in shown.stdout
    assert "Rosalind" in system.limber.run("held", "show", "enrolment", position, "--body").stdout

    tried = system.limber.run("held", "retry", "enrolment", position)
    assert "is tried again" in tried.stdout
    await eventually(lambda: _attempts(system, position), what="another attempt")
    [again] = await system.query("enrolment", "SELECT state FROM held WHERE position = $1", int(position))
    assert again["state"] == "set_aside"

    unanswered = system.limber.run("held", "discard", "enrolment", position)
    assert unanswered.returncode == 1
    assert "Nothing was given up" in unanswered.stderr
    discarded = system.limber.run("held", "discard", "enrolment", position, "--yes")
    assert "is given up" in discarded.stdout
    gone = system.limber.run("held", "show", "enrolment", position)
    assert (gone.returncode, "holds no message" in gone.stderr) == (1, True)


async def test_what_is_held_is_shown_while_the_service_and_the_broker_are_down(system: System, practice: Practice) -> None:
    event_id = await practice.publish(b"{")
    await practice.settle([event_id])
    with system.nobody_restarts():
        await system.kill("enrolment")
        await system.kill("nats-server")
        listed = system.limber.run("held")
        assert listed.returncode == 0, listed.stderr
        assert event_id in listed.stdout
    await eventually(system.is_ready, what="all services ready again")


async def test_an_oversized_event_is_refused_and_its_sender_goes_on(system: System, practice: Practice) -> None:
    with pytest.raises(APIError, match="message size exceeds maximum allowed"):
        await practice.publish(b"x" * (MEGABYTE + 1))
    with pytest.raises(MaxPayloadError):
        await practice.publish(b"x" * (2 * MEGABYTE + 1))
    assert (await practice.refer(a_referral()))["status"] == "accepted"


async def test_a_referral_whose_number_fails_its_check_digit_goes_to_review_and_its_person_hears_of_it(
    system: System, practice: Practice
) -> None:
    referral = a_referral()
    digits = referral["patient"]["nhs_number"]
    referral["patient"]["nhs_number"] = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    receipt = await practice.refer(referral)
    assert receipt["status"] == "needs_review"
    assert [(reason["code"], reason["field"]) for reason in receipt["reasons"]] == [
        ("nhs_number_check_digit", "patient.nhs_number")
    ]
    await system.come_to_rest()
    person = receipt["participant_id"]
    assert [kind for participant, kind, _ in await system.mailbox() if participant == person] == ["referral_received"]
    assert not await system.query("scheduling", "SELECT * FROM places WHERE participant_id = $1::uuid", person)


async def test_the_same_event_again_gets_its_stored_receipt_again(system: System, practice: Practice) -> None:
    referral = a_referral()
    event_id = await practice.publish(referral)
    first = (await practice.settle([event_id]))[event_id]
    await practice.publish(referral, event_id=event_id)
    receipts = await eventually(lambda: _receipts(practice, event_id, 2), what="a second receipt")
    assert receipts == [first, first]
    [count] = await system.query(
        "enrolment", "SELECT count(*) FROM referrals WHERE sender_referral_id = $1", referral["referral_id"]
    )
    assert count[0] == 1


async def test_another_body_under_a_known_event_id_is_refused_in_the_receipt(system: System, practice: Practice) -> None:
    event_id = await practice.publish(a_referral())
    first = (await practice.settle([event_id]))[event_id]
    other = a_referral()
    await practice.publish(other, event_id=event_id)
    receipts = await eventually(lambda: _receipts(practice, event_id, 2), what="a second receipt")
    assert receipts[0] == first
    assert receipts[1]["status"] == "invalid"
    assert [reason["code"] for reason in receipts[1]["reasons"]] == ["event_id_reused"]
    rows = await system.query("enrolment", "SELECT 1 FROM referrals WHERE sender_referral_id = $1", other["referral_id"])
    assert not rows


async def _receipts(practice: Practice, event_id: str, at_least: int) -> list[dict[str, Any]]:
    found = (await practice.receipts()).get(event_id, [])
    return found if len(found) >= at_least else []


async def _attempts(system: System, position: str) -> int:
    [row] = await system.query("enrolment", "SELECT attempts FROM held WHERE position = $1", int(position))
    return int(row["attempts"])
