"""The employer wall, as a rule: whatever becomes of a person, an employer or a leisure centre may hear four words of it."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.hearing import CARE_CHANNELS, as_heard, hears_of_care
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import STATES
from enrolment.messaging.publish import receipt_event
from event_contracts.catalogue import EVENT_TYPES, NOMINATION_STATUSES
from event_contracts.receipts import NominationReceipt
from limber_embedded import nats_users
from limber_streams.declaration import load
from support.enrolment_examples import NOW

RECEIPT = Receipt(
    channel="workplace",
    organisation="ACME",
    event_id="event-1",
    sequence=1,
    status="received",
    sender_referral_id="n-1",
    referral_id=UUID(int=1),
    participant_id=UUID(int=2),
    enrolment_id=UUID(int=3),
    linked_referral_ids=("of-somebody-else",),
    first_status="accepted",
    reasons=(Reason("already_enrolled", "This person is already enrolled in the programme."),),
    decided_at=NOW,
)
WALLED = ("workplace", "leisure", "a_channel_of_the_future")


@pytest.mark.parametrize("channel", WALLED)
@given(st.sampled_from([*STATES, "duplicate", "invalid", "received", "place_found", "waiting", "discontinued"]) | st.text())
def test_whatever_was_decided_only_four_words_are_told(channel: str, status: str) -> None:
    heard = as_heard(replace(RECEIPT, channel=channel, status=status))
    assert heard.status in NOMINATION_STATUSES
    assert heard.status not in {"duplicate", "declined", "accepted", "needs_review", "cancelled"}
    nothing_of_the_person = (None, None, None, (), None)
    told = (heard.referral_id, heard.participant_id, heard.enrolment_id, heard.linked_referral_ids, heard.first_status)
    assert told == nothing_of_the_person
    assert heard.reasons == () or heard.status == "invalid"


@pytest.mark.parametrize("status", [*STATES, "duplicate"])
def test_a_review_of_a_nominated_persons_referral_tells_the_nominator_nothing_new(status: str) -> None:
    assert as_heard(replace(RECEIPT, status=status, first_status=None)).status == "received"


def test_a_channel_that_nobody_has_thought_about_is_behind_the_wall() -> None:
    assert {"gp"} == CARE_CHANNELS
    assert not hears_of_care("a_channel_of_the_future")


def test_what_is_told_to_a_nominator_has_no_room_for_more() -> None:
    told = receipt_event(RECEIPT, because=None).body
    assert isinstance(told, NominationReceipt)
    assert set(NominationReceipt.model_fields) == {
        "event_id", "organisation", "status", "reasons", "nomination_id", "decided_at",
    }  # fmt: skip


def test_every_event_to_a_nominator_is_of_that_shape_and_of_those_words() -> None:
    outside = [one for one in EVENT_TYPES if {"the HR portal", "the leisure system"} & set(one.readers)]
    assert sorted(one.type for one in outside) == ["receipts.leisure.v1", "receipts.workplace.v1"]
    for one in outside:
        assert one.model is NominationReceipt
        assert one.codes["status"] == ("received", "removed", "place_found", "invalid")


@pytest.mark.parametrize("channel", ["workplace", "leisure"])
def test_at_the_broker_a_nominator_reaches_its_own_subjects_and_its_own_receipts_alone(channel: str) -> None:
    user = nats_users.organisation(channel=channel, organisation="ACME", password="", declaration=load())
    assert user.subscribe == (f"{user.inbox_prefix}.>",)
    for subject in user.publish:
        own_intake = subject.startswith(f"intake.{channel}.ACME.")
        own_receipts = f"receipts_{channel}_ACME" in subject
        assert own_intake or own_receipts, subject
        assert "STREAM" not in subject
