"""What senders hear later, from scheduling's places: practices how it went, nominators that a place was found and no more."""

from typing import Any
from uuid import UUID

import pytest

from limber_embedded.nats_users import DOMAIN
from support.enrolment_bench import EnrolmentBench, Practice, enrolment, referral
from support.nominator_bench import Nominator, nomination, nominator
from support.place_facts import a_place, scheduling_says

__all__ = ["enrolment"]


async def progress(bench: EnrolmentBench) -> list[dict[str, Any]]:
    """All that practices were told of progress."""
    rows = await bench.query("SELECT count(*) FROM outbox WHERE type = 'receipts.gp.progress.v1'")
    return await bench.published("receipts.gp.progress.v1", at_least=rows[0][0]) if rows[0][0] else []


async def completed(bench: EnrolmentBench, sender: Nominator, practice: Practice, *, may_tell: bool) -> dict[str, Any]:
    """Somebody was nominated, has completed it and was accepted; the receipt of the referral that it led to."""
    await sender.hear("nomination", nomination(1))
    receipt = await practice.refer(referral(1))
    await bench.query(
        "UPDATE nominations SET status = 'completed', may_tell_sender = $1, given_name = NULL, family_name = NULL, email = NULL,"
        " referral_id = (SELECT id FROM referrals LIMIT 1), completed_at = now()",
        may_tell,
    )
    return receipt


async def test_a_practice_hears_placed_and_how_it_ended_with_a_summary(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(referral(1))
    place = a_place(receipt)
    later = {"sessions_attended": 10, "sessions_run": 12}
    steps = [
        place,
        place.model_copy(update={"sequence": 2, "status": "attending", "sessions_attended": 1, "sessions_run": 1}),
        place.model_copy(update={"sequence": 3, "status": "completed"} | later),
    ]
    for number, step in enumerate(steps, 1):
        await scheduling_says(enrolment, *steps[:number] if number == 1 else [step])
    told = await progress(enrolment)
    assert [each["status"] for each in told] == ["placed", "completed"]
    assert {each["referral_id"] for each in told} == {"referral-1"}
    assert {each["event_id"] for each in told} == {receipt["event_id"]}
    assert (told[0]["sessions_attended"], told[1]["sessions_attended"], told[1]["sessions_run"]) == (None, 10, 12)


@pytest.mark.parametrize("status", ["never_started", "below_completion", "cut_short", "discontinued"])
async def test_a_practice_hears_every_other_end(enrolment: EnrolmentBench, status: str) -> None:
    practice = await enrolment.practice("A81001")
    await scheduling_says(
        enrolment, a_place(await practice.refer(referral(1)), status=status, sessions_attended=2, sessions_run=12)
    )
    [told] = await progress(enrolment)
    assert (told["status"], told["sessions_attended"], told["sessions_run"]) == (status, 2, 12)


@pytest.mark.parametrize("status", ["waiting", "offered", "declined", "a_code_of_the_future"])
async def test_what_is_between_the_person_and_us_is_told_to_nobody(enrolment: EnrolmentBench, status: str) -> None:
    practice = await enrolment.practice("A81001")
    await scheduling_says(enrolment, a_place(await practice.refer(referral(1)), status=status))
    assert await progress(enrolment) == []


async def test_a_practice_hears_nothing_of_somebody_who_does_not_share_with_it(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    receipt = await practice.refer(referral(1))
    await enrolment.query(
        "INSERT INTO preferences (participant_id, sequence, language, allows_sms, allows_email, shares_with_gp, allows_marketing,"
        " source, changed_at) VALUES ($1, 1, 'en', true, true, false, false, 'own_page', now())",
        UUID(receipt["participant_id"]),
    )
    await scheduling_says(enrolment, a_place(receipt))
    assert await progress(enrolment) == []


async def test_an_older_fact_and_one_that_comes_again_tell_nothing(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    place = a_place(await practice.refer(referral(1)), sequence=5, status="completed")
    await scheduling_says(enrolment, place)
    await scheduling_says(enrolment, place.model_copy(update={"sequence": 4, "status": "placed"}))
    await scheduling_says(enrolment, place.model_copy(update={"sequence": 6}))
    assert [each["status"] for each in await progress(enrolment)] == ["completed"]


async def test_a_practice_hears_nothing_more_once_the_person_said_no(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    place = a_place(await practice.refer(referral(1)))
    await scheduling_says(enrolment, place)
    await enrolment.query(
        "INSERT INTO preferences SELECT id, 1, 'en', NULL, true, true, false, false, 'own_page', NULL, now() FROM participants"
    )
    await scheduling_says(enrolment, place.model_copy(update={"sequence": 2, "status": "completed"}))
    assert [each["status"] for each in await progress(enrolment)] == ["placed"]


async def test_every_practice_that_referred_somebody_hears(enrolment: EnrolmentBench) -> None:
    one, other = await enrolment.practice("A81001"), await enrolment.practice("B82002")
    receipt = await one.refer(referral(1))
    assert (await other.refer(referral(1)))["status"] == "duplicate"
    await scheduling_says(enrolment, a_place(receipt))
    assert sorted(each["organisation"] for each in await progress(enrolment)) == ["A81001", "B82002"]


async def test_progress_comes_through_the_same_durable_as_receipts(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    await scheduling_says(enrolment, a_place(await practice.refer(referral(1))))
    jetstream = practice.client.jetstream(timeout=10, domain=DOMAIN)
    subscription = await jetstream.pull_subscribe_bind("receipts_gp_A81001", stream="RECEIPTS", durable="receipts_gp_A81001")
    types: list[str] = []
    while len(types) < 2:
        for message in await subscription.fetch(batch=10, timeout=10):
            types.append((message.headers or {})["ce-type"])
            await message.ack()
    assert types == ["receipts.gp.v1", "receipts.gp.progress.v1"]


@pytest.mark.parametrize("may_tell", [True, False])
async def test_a_nominator_hears_of_a_place_only_if_the_person_agreed(enrolment: EnrolmentBench, *, may_tell: bool) -> None:
    practice = await enrolment.practice("A81001")
    async with nominator(enrolment, "workplace", "ACME") as sender:
        receipt = await completed(enrolment, sender, practice, may_tell=may_tell)
        place = a_place(receipt)
        await scheduling_says(enrolment, place)
        for number, status in enumerate(["attending", "completed", "discontinued", "never_started"], 2):
            await scheduling_says(enrolment, place.model_copy(update={"sequence": number, "status": status}))
        told = await enrolment.published("receipts.workplace.v1")
    assert [each["status"] for each in told] == (["received", "place_found"] if may_tell else ["received"])
    assert all(set(each) == {"event_id", "organisation", "status", "reasons", "nomination_id", "decided_at"} for each in told)


async def test_a_nominator_that_removed_somebody_hears_nothing_more(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    async with nominator(enrolment, "workplace", "ACME") as sender:
        receipt = await completed(enrolment, sender, practice, may_tell=True)
        await sender.hear("nomination_removal", {"nomination_id": "nomination-1"})
        await scheduling_says(enrolment, a_place(receipt))
        told = await enrolment.published("receipts.workplace.v1", at_least=2)
    assert [each["status"] for each in told] == ["received", "removed"]
