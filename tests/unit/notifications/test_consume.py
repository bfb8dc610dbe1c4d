"""Events as others publish them, translated."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from event_contracts.catalogue import EVENT_TYPES
from notifications.domain.place import Standing
from notifications.messaging.consume import consumers, read_cohort, read_contact, read_place, read_questionnaire
from service_kit.envelope import Event, UnreadableError
from service_kit.ids import new_id
from support.notifications_fakes import FakeDesk

ID = "0199b1c4-6f5e-7000-8000-000000000001"
CONTACT = {"participant_id": ID, "sequence": 1, "greeting_name": "Mary"}
PLACE = {
    "place_id": ID,
    "sequence": 1,
    "participant_id": ID,
    "enrolment_id": ID,
    "programme": "p",
    "status": "waiting",
    "changed_at": "2026-12-07T10:00:00Z",
}
QUESTIONNAIRE = {
    "questionnaire_id": ID,
    "sequence": 1,
    "participant_id": ID,
    "enrolment_id": ID,
    "time_point": "baseline",
    "status": "due",
    "due_at": "2026-12-07T10:00:00Z",
    "closes_at": "2026-12-21T10:00:00Z",
    "token": "t",
}
COHORT: dict[str, Any] = {
    "cohort_id": ID,
    "sequence": 1,
    "programme": "p",
    "site_id": "s",
    "site_name": "Hall",
    "status": "open",
    "sessions": [
        {
            "session_id": ID,
            "number": 1,
            "starts_at": "2026-12-07T10:00:00Z",
            "ends_at": "2026-12-07T11:00:00Z",
            "status": "planned",
        }
    ],
}


def event(body: dict[str, Any]) -> Event:
    return Event(
        id="e",
        source="urn:test",
        type="t",
        time=None,
        subject=ID,
        content_type="application/json",
        data=json.dumps(body).encode(),
        nats_subject="s",
    )


def test_every_event_that_the_catalogue_gives_us_is_read_and_no_other() -> None:
    built = consumers(desk=lambda _: FakeDesk().desk(), new_id=new_id)
    read = {reaction.event_type for consumer in built for reaction in consumer.reactions}
    assert read == {known.type for known in EVENT_TYPES if "notifications" in known.readers}
    streams = {known.type: known.stream for known in EVENT_TYPES}
    assert all(streams[reaction.event_type] == consumer.stream for consumer in built for reaction in consumer.reactions)


def test_a_cohort_is_handled_before_the_places_in_it() -> None:
    types = [r.event_type for c in consumers(desk=lambda _: FakeDesk().desk(), new_id=new_id) for r in c.reactions]
    assert types.index("scheduling.cohort.changed.v1") < types.index("scheduling.place.changed.v1")
    assert types[0] == "contacts.v1"


def test_fields_and_codes_that_we_do_not_know_are_tolerated() -> None:
    contact = read_contact(event(CONTACT | {"preferred_channel": "pigeon", "language": "tlh", "shoe_size": 43}))
    assert (contact.preferred_channel, contact.language) == ("pigeon", "tlh")
    assert read_place(event(PLACE | {"status": "paused"})).standing is Standing.NOT_KNOWN
    assert read_place(event(PLACE | {"status": "placed", "cohort_id": None})).standing is Standing.NOT_KNOWN


def test_times_are_instants() -> None:
    [session] = read_cohort(event(COHORT)).sessions
    assert session.starts_at == datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
    local = COHORT | {"sessions": [COHORT["sessions"][0] | {"starts_at": "2026-12-07T10:00:00"}]}
    with pytest.raises(UnreadableError, match="starts_at is wrong: a time needs an offset") as caught:
        read_cohort(event(local))
    assert caught.value.field == "sessions.starts_at"


def test_a_questionnaire_that_is_due_needs_its_token() -> None:
    assert read_questionnaire(event(QUESTIONNAIRE)).token == "t"
    assert read_questionnaire(event(QUESTIONNAIRE | {"status": "completed", "token": None})).token is None
    with pytest.raises(UnreadableError, match="token"):
        read_questionnaire(event(QUESTIONNAIRE | {"token": None}))
