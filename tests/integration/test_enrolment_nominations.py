"""Employers and leisure centres over NATS: what they send, what they hear, and what the person gets."""

import pytest

from support.enrolment_bench import EnrolmentBench, enrolment, eventually
from support.nominator_bench import nomination, nominator

__all__ = ["enrolment"]

CHANNELS = [("workplace", "nomination", "nomination_removal"), ("leisure", "booking_request", "booking_removal")]


@pytest.mark.parametrize(("channel", "kind", "removal"), CHANNELS)
async def test_a_nominated_person_gets_a_link_and_the_sender_hears_received(
    enrolment: EnrolmentBench, channel: str, kind: str, removal: str
) -> None:
    async with nominator(enrolment, channel, "ACME") as sender:
        receipt = await sender.hear(kind, nomination(1))
    assert (receipt["status"], receipt["nomination_id"], receipt["reasons"]) == ("received", "nomination-1", [])
    [link] = await enrolment.published("enrolment.link.changed.v1")
    assert (link["purpose"], link["status"]) == ("complete_nomination", "issued")
    assert link["token"]
    contact = await enrolment.last_message("CONTACTS", f"contacts.v1.{link['participant_id']}")
    assert (contact["greeting_name"], contact["email"]) == ("Given1", "person1@example.org")
    assert await enrolment.query("SELECT * FROM participants") == []


@pytest.mark.parametrize(("channel", "kind", "removal"), CHANNELS)
async def test_a_removed_nomination_is_forgotten_and_its_link_opens_nothing(
    enrolment: EnrolmentBench, channel: str, kind: str, removal: str
) -> None:
    async with nominator(enrolment, channel, "ACME") as sender:
        await sender.hear(kind, nomination(1))
        assert (await sender.hear(removal, {"nomination_id": "nomination-1"}))["status"] == "removed"
        assert (await sender.hear(removal, {"nomination_id": "nomination-1"}))["status"] == "removed"
        unknown = await sender.hear(removal, {"nomination_id": "nomination-2"})
    assert (unknown["status"], unknown["reasons"][0]["code"]) == ("invalid", "unknown_nomination")
    [row] = await enrolment.query("SELECT * FROM nominations")
    assert (row["status"], row["given_name"], row["email"], row["digest"]) == ("removed", None, None, None)
    await enrolment.published("contacts.v1", at_least=2)
    contact = await enrolment.last_message("CONTACTS", f"contacts.v1.{row['participant_id']}")
    assert (contact["greeting_name"], contact["email"], contact["sequence"]) == ("", None, 2)
    assert [each["status"] for each in await enrolment.published("enrolment.link.changed.v1", at_least=2)] == [
        "issued",
        "revoked",
    ]


async def test_a_file_that_is_sent_again_under_other_event_ids_changes_nothing(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        first = await sender.hear("nomination", nomination(1))
        again = await sender.hear("nomination", nomination(1))
        other = await sender.hear("nomination", nomination(1, email="other@example.org"))
    assert (first["status"], again["status"]) == ("received", "received")
    assert (other["status"], other["reasons"][0]["code"]) == ("invalid", "nomination_id_used")
    assert len(await enrolment.query("SELECT * FROM links")) == 1


async def test_one_sender_nominating_somebody_twice_sends_one_link(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        await sender.hear("nomination", nomination(1))
        second = await sender.hear("nomination", nomination(1, nomination_id="another", email="Person1@example.org"))
        await sender.hear("nomination_removal", {"nomination_id": "nomination-1"})
        [link] = await enrolment.query("SELECT status FROM links")
        assert (second["status"], link["status"]) == ("received", "issued")
        await sender.hear("nomination_removal", {"nomination_id": "another"})
    [link] = await enrolment.query("SELECT status FROM links")
    assert link["status"] == "revoked"


async def test_the_same_event_id_with_another_body_is_refused(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        event_id = await sender.send("nomination", nomination(1))
        await sender.receipts_of(event_id)
        await sender.send("nomination", nomination(1), event_id=event_id)
        await sender.receipts_of(event_id, at_least=2)
        await sender.send("nomination", nomination(2), event_id=event_id)
        receipts = await sender.receipts_of(event_id, at_least=3)
    assert [each["status"] for each in receipts] == ["received", "received", "invalid"]
    assert receipts[2]["reasons"][0]["code"] == "event_id_reused"


async def test_a_field_about_health_is_refused_by_name_and_its_body_is_kept_nowhere(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        receipt = await sender.hear("nomination", nomination(1) | {"pain_months": 4711})
        nested = await sender.hear("nomination", nomination(1) | {"more": [{"Known conditions": "asthma-4711"}]})
    assert (receipt["status"], receipt["reasons"][0]["code"], receipt["reasons"][0]["field"]) == (
        "invalid",
        "health_data_refused",
        "pain_months",
    )
    assert nested["reasons"][0]["field"] == "Known conditions"
    for table in ("held", "nominations", "links", "participants"):
        assert await enrolment.query(f"SELECT * FROM {table}") == [], table  # noqa: S608 - our own table names
    assert "4711" not in str(await enrolment.query("SELECT * FROM receipts"))


async def test_what_cannot_be_read_is_never_called_a_duplicate(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "leisure", "BATHS") as sender:
        first = await sender.hear("booking_request", b'{"nomination_id": "a"}')
        again = await sender.hear("booking_request", b'{"nomination_id": "a"}')
    assert (first["status"], again["status"]) == ("invalid", "invalid")
    assert first["reasons"] == again["reasons"]
    assert first["reasons"][0]["field"] == "given_name"


async def test_two_nominations_in_one_instant_are_decided_one_after_the_other(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        ids = [await sender.send("nomination", nomination(1, nomination_id=f"n-{number}")) for number in range(20)]
        for event_id in ids:
            await sender.receipts_of(event_id)

    async def all_there() -> bool:
        return len(await enrolment.query("SELECT * FROM nominations")) == 20

    await eventually(all_there)
    assert len(await enrolment.query("SELECT * FROM links")) == 1


async def test_an_invitation_that_nobody_follows_lapses_and_is_forgotten(enrolment: EnrolmentBench) -> None:
    async with nominator(enrolment, "workplace", "ACME") as sender:
        await sender.hear("nomination", nomination(1))
        await enrolment.query("UPDATE nominations SET lapses_at = now()")

        async def lapsed() -> bool:
            [row] = await enrolment.query("SELECT status, given_name, email FROM nominations")
            return (row["status"], row["given_name"], row["email"]) == ("lapsed", None, None)

        await eventually(lapsed)
        [row] = await enrolment.query("SELECT * FROM nominations")
        await enrolment.published("contacts.v1", at_least=2)
        contact = await enrolment.last_message("CONTACTS", f"contacts.v1.{row['participant_id']}")
        assert (contact["greeting_name"], contact["email"]) == ("", None)
        assert (await sender.hear("nomination", nomination(1)))["status"] == "received"
    assert len(await enrolment.query("SELECT * FROM links")) == 1
