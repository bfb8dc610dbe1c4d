"""What each user of the broker may do."""

import re

import pytest

from event_contracts.catalogue import EVENT_TYPES
from limber_embedded import nats_users
from limber_embedded.checkout import SERVICES
from limber_streams.declaration import load

DECLARATION = load()


def service(name: str) -> nats_users.NatsUser:
    return nats_users.service(name=name, password="p", declaration=DECLARATION)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_publishes_nobody_elses_facts(name: str) -> None:
    others = {other for other in SERVICES if other != name}
    assert not [subject for subject in service(name).publish if subject.split(".")[0] in others | {"intake"}]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_makes_and_deletes_no_stream_and_no_consumer(name: str) -> None:
    for subject in service(name).publish:
        assert not re.search(r"CREATE|UPDATE|PURGE|STREAM\.DELETE|CONSUMER\.DELETE|>\s*$", subject.removesuffix(".>")), subject
        assert subject not in {">", "$JS.>", "$JS.API.>"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_reads_only_durables_that_bear_its_name(name: str) -> None:
    for subject in service(name).publish:
        if match := re.fullmatch(r"\$JS\.(?:API\.CONSUMER\.MSG\.NEXT|API\.CONSUMER\.INFO|ACK)\.[A-Z]+\.(\w+)(?:\.>)?", subject):
            assert match[1].startswith(f"{name}_")


def test_every_user_has_an_inbox_of_its_own() -> None:
    users = [service(name) for name in SERVICES]
    users += [
        nats_users.organisation(channel="gp", organisation=code, password="p", declaration=DECLARATION) for code in ("A1", "A11")
    ]
    prefixes = [user.inbox_prefix for user in users]
    assert len(set(prefixes)) == len(users)
    for user in users:
        assert [subject for subject in user.subscribe if "_INBOX" in subject] == [f"{user.inbox_prefix}.>"]


def test_an_organisation_publishes_its_intake_and_reads_its_receipts_and_that_is_all() -> None:
    user = nats_users.organisation(channel="gp", organisation="A81001", password="p", declaration=DECLARATION)
    assert user.publish == (
        "intake.gp.A81001.referral.v1",
        "intake.gp.A81001.referral.available.v1",
        "$JS.limber.API.CONSUMER.MSG.NEXT.RECEIPTS.receipts_gp_A81001",
        "$JS.limber.API.CONSUMER.INFO.RECEIPTS.receipts_gp_A81001",
        "$JS.ACK.RECEIPTS.receipts_gp_A81001.>",
    )
    assert user.subscribe == ("_INBOX_gp_A81001.>",)


def test_what_the_catalogue_says_comes_from_outside_may_be_sent() -> None:
    for one in (each for each in EVENT_TYPES if each.stream == "INTAKE"):
        channel = one.subject.split(".")[1]
        assert one.subject.format(organisation="A81001") in nats_users.sends(channel=channel, organisation="A81001")


def test_organisations_are_in_accounts_of_their_own() -> None:
    outside = nats_users.organisation(channel="gp", organisation="A81001", password="p", declaration=DECLARATION)
    written = nats_users.accounts_conf([nats_users.admin(password="q"), service("enrolment"), outside])
    limber, own = written.split('"gp_A81001" {')
    assert 'user: "enrolment"' in limber
    assert 'user: "gp_A81001"' not in limber
    assert "jetstream" not in own
