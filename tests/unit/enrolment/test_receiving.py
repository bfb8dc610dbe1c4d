"""What becomes of messages, one after another and in groups."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrolment.domain.reason import Reason
from enrolment.use_cases.answer_messages import Message
from enrolment.use_cases.answer_repeat import answer_repeat
from enrolment.use_cases.answer_unreadable import Unreadable, answer_unreadable
from enrolment.use_cases.known import Sender
from enrolment.use_cases.receive_referral import Rules
from enrolment.use_cases.refuse_message import RefuseMessage
from support.enrolment_examples import (
    NOW,
    NUMBER,
    OTHER_NUMBER,
    OTHER_PRACTICE,
    PRACTICE,
    PROGRAMME,
    TODAY,
    Desk,
    a_cancellation,
    a_person,
    a_referral,
    answers,
    codes,
    every_status,
    sent,
)


async def test_an_accepted_referral_makes_a_person_an_enrolment_and_news_of_both() -> None:
    desk = Desk()
    [outcome] = await desk.answer(a_referral(answers=answers(close_attention=True), preferred_site="leeds"))
    [enrolment] = outcome.enrolments
    assert outcome.receipt.status == "accepted"
    assert outcome.receipt.enrolment_id == enrolment.id == outcome.referrals[0].enrolment_id
    assert (enrolment.outward_code, enrolment.close_attention, enrolment.preferred_site) == ("LS1", True, "leeds")
    assert [person.id for person in outcome.contacts] == [person.id for person in outcome.people] == [enrolment.participant_id]


async def test_a_person_who_waits_for_review_can_be_reached_but_is_not_told_of_to_those_who_run_sessions() -> None:
    [outcome] = await Desk().answer(a_referral(answers=answers(pain_months=None)))
    assert outcome.receipt.status == "needs_review"
    assert len(outcome.contacts) == 1
    assert (outcome.people, outcome.enrolments) == ((), ())


async def test_reasons_name_the_senders_own_fields() -> None:
    referral = a_referral(answers=answers(pain_months=None), field_names={"clinical.pain_months": "Condition.onsetDateTime"})
    receipt = await Desk().receipt(referral)
    assert [reason.field for reason in receipt.reasons] == ["Condition.onsetDateTime"]


async def test_a_declined_person_may_be_referred_again_when_things_have_changed() -> None:
    desk = Desk()
    assert (await desk.receipt(a_referral(answers=answers(pain_months=1)))).status == "declined"
    later = await desk.receipt(a_referral())
    assert later.status == "accepted"
    assert len(desk.store.participants) == 1


async def test_a_name_that_a_sender_uses_twice_is_a_duplicate_whatever_the_body() -> None:
    desk = Desk()
    first = await desk.receipt(a_referral(sender_referral_id="r-1"))
    again = await desk.receipt(a_referral(sender_referral_id="r-1", person=a_person(given_name="Other", nhs_number=OTHER_NUMBER)))
    assert (again.status, again.first_status, again.participant_id) == ("duplicate", "accepted", first.participant_id)
    assert codes(again) == ["referral_already_received"]


async def test_two_senders_may_use_the_same_name_and_the_same_body() -> None:
    desk = Desk()
    await desk.receipt(a_referral(sender_referral_id="r-1", body="b"))
    other = a_referral(
        OTHER_PRACTICE,
        sender_referral_id="r-1",
        body="b",
        person=a_person(nhs_number=OTHER_NUMBER, postcode=None, given_name="Idris"),
    )
    assert (await desk.receipt(other)).status == "accepted"


async def test_a_body_that_was_refused_is_a_duplicate_when_it_comes_again_and_a_mended_one_is_not() -> None:
    desk = Desk()
    wrong = a_person(birth_date=TODAY + timedelta(days=1))
    first = await desk.receipt(a_referral(sender_referral_id="r-1", body="b", person=wrong))
    again = await desk.receipt(a_referral(sender_referral_id="r-1", body="b", person=wrong))
    assert (first.status, codes(first)) == ("invalid", ["birth_date_in_future"])
    assert (again.status, again.first_status, codes(again)) == (
        "duplicate",
        "invalid",
        ["message_already_received", "birth_date_in_future"],
    )
    assert (await desk.receipt(a_referral(sender_referral_id="r-1"))).status == "accepted"


async def test_a_refusal_that_depends_on_configuration_is_judged_anew_each_time() -> None:
    desk = Desk()
    for _ in range(2):
        receipt = await desk.receipt(a_referral(programme="yoga", body="b"))
        assert (receipt.status, codes(receipt)) == ("invalid", ["unknown_programme"])


async def test_the_third_copy_still_hears_of_the_first() -> None:
    desk = Desk()
    for expected in (None, "accepted", "accepted"):
        assert (await desk.receipt(a_referral(body="b"))).first_status == expected


async def test_twins_are_two_people_who_wait_for_somebody_to_look() -> None:
    desk = Desk()
    first = await desk.receipt(a_referral(person=a_person(given_name="Ada")))
    second = await desk.receipt(a_referral(person=a_person(given_name="Ida", nhs_number=OTHER_NUMBER)))
    assert (second.status, codes(second)) == ("needs_review", ["near_match"])
    assert second.participant_id != first.participant_id
    assert second.linked_referral_ids == (first.sender_referral_id,)


async def test_a_red_flag_that_waits_keeps_the_person_out_whoever_refers_them() -> None:
    desk = Desk()
    await desk.receipt(a_referral(answers=answers(red_flags=("chest_pain",))))
    other = await desk.receipt(a_referral(OTHER_PRACTICE))
    assert (other.status, codes(other)) == ("needs_review", ["red_flag_waiting"])
    assert desk.enrolled == []


async def test_a_red_flag_about_an_enrolled_person_is_not_lost_as_a_duplicate() -> None:
    desk = Desk()
    await desk.receipt(a_referral())
    flagged = await desk.receipt(a_referral(answers=answers(red_flags=("hot_swollen_joint",))))
    assert flagged.status == "needs_review"
    assert codes(flagged) == ["red_flag_hot_swollen_joint", "already_enrolled"]


async def test_a_known_person_without_a_number_gets_it_from_a_later_referral() -> None:
    desk = Desk()
    await desk.receipt(a_referral(person=a_person(nhs_number=None, phone="07700 900001")))
    [outcome] = await desk.answer(a_referral(OTHER_PRACTICE))
    assert outcome.receipt.status == "duplicate"
    [participant] = desk.store.participants.values()
    assert (participant.person.nhs_number, participant.person.phone, participant.sequence) == (NUMBER, "07700 900001", 2)
    assert (outcome.contacts, outcome.people) == ((participant,), (participant,))


async def test_in_production_a_synthetic_number_goes_to_review() -> None:
    desk = Desk(rules=Rules(programmes={PROGRAMME.code: PROGRAMME}, in_production=True))
    assert codes(await desk.receipt(a_referral())) == ["nhs_number_synthetic"]


async def test_a_cancellation_ends_the_enrolment_and_the_person_may_come_back() -> None:
    desk = Desk()
    first = await desk.receipt(a_referral(service_request="sr-1"))
    [outcome] = await desk.answer(a_cancellation("sr-1"))
    assert (outcome.receipt.status, outcome.receipt.referral_id) == ("cancelled", first.referral_id)
    assert [(each.status, each.sequence) for each in outcome.enrolments] == [("withdrawn", 2)]
    assert [each.status for each in outcome.referrals] == ["cancelled"]
    again = await desk.receipt(a_referral(service_request="sr-2"))
    assert again.status == "accepted"
    assert again.enrolment_id != first.enrolment_id


async def test_an_enrolment_stands_while_another_referral_of_it_stands() -> None:
    desk = Desk()
    await desk.receipt(a_referral(service_request="sr-1"))
    await desk.receipt(a_referral(OTHER_PRACTICE, service_request="sr-2"))
    [first] = await desk.answer(a_cancellation("sr-1"))
    assert codes(first.receipt) == ["cancelled_by_sender", "stays_enrolled"]
    assert first.enrolments == ()
    [second] = await desk.answer(a_cancellation("sr-2", OTHER_PRACTICE))
    assert [each.status for each in second.enrolments] == ["withdrawn"]


async def test_a_cancellation_of_what_is_not_held_says_so_and_may_be_sent_again() -> None:
    desk = Desk()
    unknown = await desk.receipt(a_cancellation("sr-1", body="cancel"))
    assert (unknown.status, codes(unknown)) == ("invalid", ["unknown_referral"])
    await desk.receipt(a_referral(service_request="sr-1"))
    assert (await desk.receipt(a_cancellation("sr-1", body="cancel"))).status == "cancelled"
    again = await desk.receipt(a_cancellation("sr-1", body="cancel"))
    assert (again.status, again.first_status) == ("duplicate", "cancelled")


async def test_nobody_cancels_anothers_referral() -> None:
    desk = Desk()
    await desk.receipt(a_referral(service_request="sr-1"))
    assert codes(await desk.receipt(a_cancellation("sr-1", OTHER_PRACTICE))) == ["unknown_referral"]
    assert len(desk.enrolled) == 1


async def test_one_cancellation_takes_back_every_referral_of_its_service_request() -> None:
    desk = Desk()
    one = await desk.receipt(a_referral(service_request="sr-1", answers=answers(pain_months=None)))
    two = await desk.receipt(a_referral(service_request="sr-1", answers=answers(pain_months=None)))
    cancelled = await desk.receipt(a_cancellation("sr-1"))
    assert (cancelled.referral_id, cancelled.linked_referral_ids) == (two.referral_id, (one.sender_referral_id,))
    assert {each.status for each in desk.store.referrals.values()} == {"cancelled"}


@pytest.mark.parametrize(("same_body", "status"), [(True, "accepted"), (False, "invalid")])
async def test_a_known_event_id_gets_its_receipt_again_or_a_refusal(same_body: bool, status: str) -> None:  # noqa: FBT001 - a case
    desk = Desk()
    first = await desk.receipt(a_referral())
    again = await answer_repeat(PRACTICE, event_id=first.event_id, same_body=same_body, receipts=desk.store, now=NOW)
    assert again is not None
    assert again.status == status
    assert (again == first) == same_body


async def test_an_event_that_has_no_answer_yet_is_not_answered_by_its_repeat() -> None:
    assert await answer_repeat(PRACTICE, event_id="e", same_body=True, receipts=Desk().store, now=NOW) is None


PEOPLE = st.builds(
    a_person,
    given_name=st.sampled_from(["Ada", "Ida"]),
    nhs_number=st.sampled_from([None, NUMBER, OTHER_NUMBER]),
    postcode=st.sampled_from([None, "LS1 4HR"]),
)
ANSWERS = st.sampled_from([answers(), answers(pain_months=1), answers(pain_months=None), answers(red_flags=("trauma",))])
NAMES, BODIES = st.sampled_from(["r-1", "r-2", "r-3", "r-4"]), st.sampled_from(["a", "b", "c", "d", "e", "f"])
SENDERS = st.sampled_from([PRACTICE, OTHER_PRACTICE])
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        a_referral,
        SENDERS,
        body=BODIES,
        sender_referral_id=NAMES,
        person=PEOPLE,
        answers=ANSWERS,
        service_request=st.sampled_from([None, "sr-1", "sr-2"]),
    ),
    st.builds(a_cancellation, st.sampled_from(["sr-1", "sr-2"]), SENDERS),
    st.builds(
        lambda sender, body: RefuseMessage(sent=sent(sender, body=body), reason=Reason("not_a_referral", "No.")), SENDERS, BODIES
    ),
)


@given(st.lists(MESSAGES, max_size=8))
@settings(deadline=None, max_examples=150)
async def test_a_group_is_answered_as_its_messages_would_be_one_by_one(messages: list[Message]) -> None:
    together, alone = Desk(), Desk()
    outcomes = await together.answer(*messages)
    assert outcomes == [(await alone.answer(message))[0] for message in messages]
    assert together.store == alone.store


@given(st.lists(MESSAGES, max_size=12))
@settings(deadline=None, max_examples=150)
async def test_whatever_comes_nobody_is_enrolled_twice_and_every_enrolment_has_a_reason(messages: list[Message]) -> None:
    desk = Desk()
    outcomes = await desk.answer(*messages)
    assert set(every_status(outcomes)) <= {"accepted", "declined", "duplicate", "needs_review", "cancelled", "invalid"}
    people = [each.participant_id for each in desk.enrolled]
    assert len(people) == len(set(people))
    for enrolment in desk.enrolled:
        standing = [
            each for each in desk.store.referrals.values() if each.enrolment_id == enrolment.id and each.status != "cancelled"
        ]
        assert standing
    for referral in desk.store.referrals.values():
        assert referral.status != "accepted" or desk.store.enrolments[referral.enrolment_id].status == "enrolled"
        assert not (referral.has_red_flag and referral.status == "accepted")
    numbers = [
        (each.person.nhs_number, each.person.birth_date) for each in desk.store.participants.values() if each.person.nhs_number
    ]
    assert len(numbers) == len(set(numbers))


async def test_what_cannot_be_read_is_answered_once_and_then_as_a_duplicate() -> None:
    desk = Desk()
    statuses = []
    for number, sender, digest in [(1, PRACTICE, "b"), (2, PRACTICE, "b"), (3, OTHER_PRACTICE, "b"), (4, PRACTICE, None)]:
        message = Unreadable(sender=sender, event_id=f"e{number}", body_digest=digest, reason="It is no JSON.", field=None)
        statuses.append((await answer_unreadable(message, receipts=desk.store, now=NOW)).status)
    assert statuses == ["invalid", "duplicate", "invalid", "invalid"]


async def test_the_same_referral_from_two_channels_is_one_enrolment_and_two_receipts() -> None:
    desk = Desk()
    by_letter = Sender("staff", "LIMBER")
    first, second = await desk.receipt(a_referral()), await desk.receipt(a_referral(by_letter))
    assert (first.status, second.status) == ("accepted", "duplicate")
    assert first.enrolment_id == second.enrolment_id
    assert len(desk.enrolled) == 1
    assert {(each.channel, each.organisation) for each in desk.store.receipts.values()} == {("gp", "A81001"), ("staff", "LIMBER")}
