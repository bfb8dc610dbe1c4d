"""Which channel a message takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.contact import Contact, choose_channel
from notifications.domain.message import Channel
from support.notifications_fakes import BOTH, MARY


def test_the_preferred_channel_comes_first() -> None:
    assert choose_channel(contact=replace(MARY, preferred_channel="email"), working=BOTH) is Channel.EMAIL
    assert choose_channel(contact=replace(MARY, preferred_channel="sms"), working=BOTH) is Channel.SMS


@pytest.mark.parametrize("preferred", [None, "pigeon"])
def test_without_a_preference_that_is_known_it_is_sms_and_then_email(preferred: str | None) -> None:
    person = replace(MARY, preferred_channel=preferred)
    assert choose_channel(contact=person, working=BOTH) is Channel.SMS
    assert choose_channel(contact=replace(person, phone=None), working=BOTH) is Channel.EMAIL
    assert choose_channel(contact=replace(person, allows_sms=False), working=BOTH) is Channel.EMAIL


def test_a_preference_that_cannot_be_met_gives_way() -> None:
    assert choose_channel(contact=replace(MARY, preferred_channel="email", allows_email=False), working=BOTH) is Channel.SMS
    assert choose_channel(contact=replace(MARY, preferred_channel="sms"), working=[Channel.EMAIL]) is Channel.EMAIL


@pytest.mark.parametrize("phone", ["", "none", "07700", "07700 900123\r\nBcc: x", "ring my son"])
def test_what_is_no_phone_number_gets_no_sms(phone: str) -> None:
    assert choose_channel(contact=replace(MARY, phone=phone, email=None), working=BOTH) is None


@pytest.mark.parametrize(
    "email", ["", "mary", "mary@", "@example.org", "mary@example.org\r\nBcc: x@example.org", "a b@example.org"]
)
def test_what_is_no_address_gets_no_email(email: str) -> None:
    assert choose_channel(contact=replace(MARY, email=email, phone=None), working=BOTH) is None


@given(
    st.builds(
        Contact,
        participant_id=st.uuids(),
        sequence=st.integers(),
        greeting_name=st.text(),
        phone=st.none() | st.just("07700 900123") | st.text(),
        email=st.none() | st.just("mary@example.org") | st.text(),
        language=st.text(),
        preferred_channel=st.none() | st.sampled_from(["sms", "email"]) | st.text(),
        allows_sms=st.booleans(),
        allows_email=st.booleans(),
    ),
    st.sets(st.sampled_from(BOTH)),
)
def test_nobody_is_written_to_by_a_channel_they_did_not_allow(contact: Contact, working: set[Channel]) -> None:
    channel = choose_channel(contact=contact, working=working)
    allowed = {Channel.SMS: contact.allows_sms, Channel.EMAIL: contact.allows_email}
    assert channel is None or (allowed[channel] and channel in working and contact.address(channel))
