"""Reading JSON and XML as one tree, and refusing what is unsafe."""

import pytest

from enrolment.bars.tree import bundle_from_json, bundle_from_xml, every, first_text, resources
from service_kit.envelope import UnreadableError

XML = b"""<?xml version="1.0"?><!-- a comment -->
<Bundle xmlns="http://hl7.org/fhir"><id value="b"/><type value="message"/>
<entry><fullUrl value="urn:uuid:1"/><resource><Patient><!-- who --><active value="true"/>
<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">Somebody</div></text>
<name><family value="Example"/><given value="Rosalind"/><given value="May"/></name></Patient></resource></entry></Bundle>"""
JSON = b"""{"resourceType": "Bundle", "id": "b", "type": "message", "entry": [{"fullUrl": "urn:uuid:1", "resource":
{"resourceType": "Patient", "name": [{"family": "Example", "given": ["Rosalind", "May"]}]}}]}"""


@pytest.mark.parametrize("bundle", [bundle_from_xml(XML), bundle_from_json(JSON)], ids=["xml", "json"])
def test_xml_and_json_read_the_same(bundle: dict[str, object]) -> None:
    [(full_url, patient)] = resources(bundle, "Patient")
    assert (bundle["resourceType"], first_text(bundle, "id"), full_url) == ("Bundle", "b", "urn:uuid:1")
    assert list(every(patient, "name", "given")) == ["Rosalind", "May"]
    assert first_text(patient, "name", "family") == "Example"
    assert first_text(patient, "address", "postalCode") is None


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE Bundle SYSTEM "file:///etc/passwd"><Bundle xmlns="http://hl7.org/fhir"/>',
        b'<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;">]><Bundle xmlns="http://hl7.org/fhir"><id value="&c;"/></Bundle>',
        b"<Bundle/>",
        b"<Bundle",
        b"",
        b"\x00",
        b'<Bundle xmlns="http://hl7.org/fhir">' + b"<a>" * 5000 + b"</a>" * 5000 + b"</Bundle>",
        b'<?xml version="1.0" encoding="no-such"?><Bundle xmlns="http://hl7.org/fhir"/>',
    ],
)
def test_unsafe_or_broken_xml_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        bundle_from_xml(body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"Bundle"', b"{}", b'{"resourceType": 1}', b"\xff", b"[" * 100_000])
def test_json_that_is_no_resource_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        bundle_from_json(body)


@pytest.mark.parametrize("value", [b"1", b"true", b"{}", b'"\\u0000"', b'"\\ud800"'])
def test_a_value_that_is_no_text_is_named(value: bytes) -> None:
    bundle = bundle_from_json(b'{"resourceType": "Bundle", "id": ' + value + b"}")
    with pytest.raises(UnreadableError, match="The field id is wrong") as raised:
        first_text(bundle, "id")
    assert raised.value.field == "id"
