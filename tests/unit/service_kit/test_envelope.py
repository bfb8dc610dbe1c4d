"""CloudEvents over NATS, as they are read and written."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from service_kit.envelope import Event, UnreadableError, headers_of, read_event, read_model

REQUIRED = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "urn:test", "ce-type": "thing.happened.v1"}


def read(headers: dict[str, str], body: bytes = b"{}") -> Event:
    return read_event(nats_subject="thing.happened.v1.00", headers=headers, body=body)


def test_header_names_are_read_in_whatever_case_they_come() -> None:
    event = read({name.upper(): value for name, value in REQUIRED.items()} | {"CE-Subject": "somebody"})
    assert (event.id, event.type, event.subject) == ("1", "thing.happened.v1", "somebody")


@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_a_missing_attribute_is_named(missing: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read({name: value for name, value in REQUIRED.items() if name != missing})
    assert refused.value.field == missing.removeprefix("ce-")
    assert refused.value.field in refused.value.reason


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("ce-specversion", "0.3", "must be 1.0"),
        ("ce-id", "two words", "printable ASCII"),
        ("ce-id", "x" * 257, "longer than 256"),
        ("ce-id", "caf%C3%A9", "printable ASCII"),
        ("ce-source", "urn:\ufffd", "not valid UTF-8"),
        ("ce-source", "urn:%FF", "not valid UTF-8"),
        ("ce-time", "yesterday", "RFC 3339"),
        ("ce-time", "2026-11-23T10:00:00", "offset"),
        ("ce-sequence", "one", "whole number"),
        ("ce-sequence", "-1", "whole number"),
        ("ce-correlationid", "%00", "printable"),
        ("ce-subject", "two%0Alines", "printable"),
        ("ce-causationid", "x" * 257, "longer than 256"),
    ],
)
def test_a_wrong_attribute_is_refused_with_its_rule_and_without_its_value(name: str, value: str, rule: str) -> None:
    with pytest.raises(UnreadableError, match=rule) as refused:
        read(REQUIRED | {name: value})
    assert refused.value.field == name.removeprefix("ce-")
    assert value not in refused.value.reason


def test_structured_mode_holds_the_whole_event_in_the_body() -> None:
    envelope = {"specversion": "1.0", "id": "1", "source": "urn:test", "type": "thing.happened.v1", "data": {"a": 1}}
    event = read({"Content-Type": "application/cloudevents+json"}, json.dumps(envelope).encode())
    assert (event.id, json.loads(event.data), event.content_type) == ("1", {"a": 1}, "application/json")


def test_structured_mode_carries_other_content_as_base64_or_text() -> None:
    envelope = {"specversion": "1.0", "id": "1", "source": "urn:test", "type": "t", "datacontenttype": "application/fhir+xml"}
    binary = envelope | {"data_base64": base64.b64encode(b"<Bundle/>").decode()}
    textual = envelope | {"data": "<Bundle/>"}
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    assert read(headers, json.dumps(binary).encode()).data == b"<Bundle/>"
    assert read(headers, json.dumps(textual).encode()).data == b"<Bundle/>"


def test_structured_mode_refuses_what_can_never_be_stored() -> None:
    envelope = {"specversion": "1.0", "id": "1", "source": "urn:test", "type": "t", "correlationid": "\ud800"}
    with pytest.raises(UnreadableError, match="printable"):
        read({"content-type": "application/cloudevents+json"}, json.dumps(envelope).encode())


@pytest.mark.parametrize("body", [b"\xff", b"[]", b"{", b'"text"'])
def test_structured_mode_with_anything_but_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        read({"content-type": "application/cloudevents+json"}, body)


@given(st.text(min_size=1, max_size=60).filter(lambda text: "\ufffd" not in text and text.isprintable()))
def test_whatever_is_written_into_a_header_is_read_again(subject: str) -> None:
    written = Event(
        id="1",
        source="urn:test",
        type="t",
        time=datetime(2026, 11, 23, tzinfo=UTC),
        subject=subject,
        content_type="application/json",
        data=b"{}",
        sequence=7,
        correlation_id="c",
        causation_id="d",
        nats_subject="thing.happened.v1.00",
    )
    headers = headers_of(written)
    assert all(value.isascii() and value.isprintable() and " " not in value for value in headers.values())
    assert headers["Nats-Msg-Id"] == "1"
    assert read(headers) == written


class Thing(BaseModel):
    size: int


def test_a_body_of_the_wrong_shape_is_refused_with_field_and_rule_and_without_its_value() -> None:
    event = read(REQUIRED, b'{"size": "secret"}')
    with pytest.raises(UnreadableError) as refused:
        read_model(event, Thing)
    assert refused.value.field == "size"
    assert "integer" in refused.value.reason
    assert "secret" not in refused.value.reason


def test_a_body_that_is_not_json_is_refused() -> None:
    with pytest.raises(UnreadableError, match="not valid JSON"):
        read_model(read(REQUIRED, b"{"), Thing)
