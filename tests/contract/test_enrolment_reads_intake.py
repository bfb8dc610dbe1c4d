"""Every referral that a newcomer is shown can be read, and is accepted."""

from pathlib import Path

import pytest

from enrolment.messaging.consume import REFERRAL, Intake
from enrolment.messaging.promises import AVAILABLE
from enrolment.use_cases.receive_referral import ReceiveReferral
from event_contracts.catalogue import EVENT_TYPES
from service_kit.envelope import Event
from service_kit.ids import new_id
from support.enrolment_examples import RULES, Desk, MemoryStore

EXAMPLES = {
    path.stem: path.read_bytes() for path in sorted((Path(__file__).parents[2] / "docs" / "examples").glob("referral-*.json"))
}
NEWCOMERS = EXAMPLES["referral-knee-pain"]
INTAKE = Intake(
    rules=RULES, bars_versions=(), bars_programme="escape-pain-knee-hip", store=lambda *_: MemoryStore(), new_id=new_id
)


def event(body: bytes) -> Event:
    return Event(
        id="event-1",
        source="urn:test",
        type=REFERRAL,
        time=None,
        subject=None,
        content_type="application/json",
        data=body,
        nats_subject="intake.gp.A81001.referral.v1",
    )


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_is_read_and_accepted(name: str) -> None:
    message = INTAKE.read(event(EXAMPLES[name]))
    assert isinstance(message, ReceiveReferral)
    assert (await Desk().receipt(message)).status == "accepted"


def test_a_field_that_nobody_knows_yet_is_passed_over() -> None:
    body = NEWCOMERS.replace(b'"referral_id"', b'"sent_by_version": 9, "referral_id"', 1)
    assert isinstance(INTAKE.read(event(body)), ReceiveReferral)


def test_a_code_that_nobody_knows_yet_is_passed_over() -> None:
    body = NEWCOMERS.replace(b'"sms"', b'"pigeon"')
    message = INTAKE.read(event(body))
    assert isinstance(message, ReceiveReferral)
    assert message.person.preferred_channel is None


def test_practices_send_referrals_and_word_of_them_alone() -> None:
    assert [each.type for each in EVENT_TYPES if each.type.startswith("intake.gp.")] == [REFERRAL, AVAILABLE]
