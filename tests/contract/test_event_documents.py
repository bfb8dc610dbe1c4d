"""The schemas and the AsyncAPI document say what the catalogue says, and an outside judge finds the document valid."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from event_contracts.catalogue import EVENT_TYPES, EventType
from limber_embedded.documents import asyncapi
from limber_embedded.documents.event_schemas import UnknownCodeFieldError, schema_of
from limber_embedded.documents.event_table import MarkersMissingError, event_table, with_event_table
from limber_embedded.documents.written import wrong
from support.built_services import type_named

JUDGE = Path(__file__).parent / "asyncapi_judge"
Json = dict[str, Any]


def judged(document: Json, folder: Path) -> tuple[bool, str]:
    """What the judge says: valid or not, and why not."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed, so the AsyncAPI document was not judged from outside.")
    if not (JUDGE / "node_modules").is_dir():
        pytest.skip("The AsyncAPI judge is not installed: npm ci --ignore-scripts --prefix tests/contract/asyncapi_judge")
    path = folder / "asyncapi.json"
    path.write_text(json.dumps(document))
    done = subprocess.run([node, "judge.mjs", str(path)], cwd=JUDGE, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def test_the_asyncapi_document_is_valid(tmp_path: Path) -> None:
    valid, why_not = judged(asyncapi.document(), tmp_path)
    assert valid, why_not


def without_an_action(document: Json) -> None:
    del document["operations"]["enrolment.sends.contacts.v1"]["action"]


def with_an_example_that_breaks_the_schema(document: Json) -> None:
    document["components"]["messages"]["contacts.v1"]["examples"][0]["payload"]["sequence"] = "not a number"


def with_an_unknown_parameter(document: Json) -> None:
    document["channels"]["contacts.v1"]["parameters"]["nobody_has_this"] = {"description": "not in the address"}


@pytest.mark.parametrize("breach", [without_an_action, with_an_example_that_breaks_the_schema, with_an_unknown_parameter])
def test_the_judge_finds_what_is_wrong(breach: Any, tmp_path: Path) -> None:
    document = json.loads(json.dumps(asyncapi.document()))
    breach(document)
    valid, _ = judged(document, tmp_path)
    assert not valid


def test_each_publisher_and_each_reader_has_an_operation() -> None:
    operations = asyncapi.document()["operations"]
    sends = [name for name, one in operations.items() if one["action"] == "send"]
    receives = [name for name, one in operations.items() if one["action"] == "receive"]
    assert len(sends) == len(EVENT_TYPES)
    assert len(receives) == sum(len(one.readers) for one in EVENT_TYPES)
    assert "gp-system.sends.intake.gp.referral.v1" in sends
    assert "notifications.receives.scheduling.place.changed.v1" in receives


def test_intake_is_taken_as_json_as_bars_in_both_formats_and_in_structured_mode() -> None:
    document = asyncapi.document()
    messages = document["channels"]["intake.gp.referral.v1"]["messages"]
    assert {document["components"]["messages"][name]["contentType"] for name in messages} == {
        "application/json",
        "application/fhir+json",
        "application/fhir+xml",
        "application/cloudevents+json",
    }


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda one: one.type)
def test_a_schema_requires_what_has_no_default_and_lets_unknown_fields_come(event_type: EventType) -> None:
    schema = schema_of(event_type)
    assert set(schema["required"]) == {name for name, field in event_type.model.model_fields.items() if field.is_required()}
    assert schema.get("additionalProperties", True) is True


def test_a_schema_names_the_known_codes_and_stays_open_to_others() -> None:
    schema = schema_of(type_named("scheduling.cohort.changed.v1"))
    for field in (schema["properties"]["status"], schema["$defs"]["SessionFact"]["properties"]["status"]):
        assert "cancelled" in field["x-codes"]
        assert "enum" not in field


def test_codes_of_a_field_that_the_contract_does_not_have_are_an_error() -> None:
    misspelt = replace(type_named("people.v1"), codes={"statsu": ("here",)})
    with pytest.raises(UnknownCodeFieldError, match="Person has no field statsu"):
        schema_of(misspelt)


def test_a_stale_a_missing_and_a_left_over_document_are_found(tmp_path: Path) -> None:
    for name in ("right", "stale", "left-over"):
        (tmp_path / f"{name}.json").write_text("as it was")
    wanted = {tmp_path / "right.json": "as it was", tmp_path / "stale.json": "as it is", tmp_path / "missing.json": "new"}
    found = wrong(wanted, folders=[tmp_path])
    assert [path.stem for path in found] == ["left-over", "missing", "stale"]


def test_the_event_table_replaces_what_stands_between_its_markers_and_nothing_else() -> None:
    text = "before\n<!-- events: written by ./limber docs -->\nold\n<!-- end of events -->\nafter\n"
    once = with_event_table(text)
    assert event_table() in once
    assert "old" not in once
    assert (once.startswith("before\n"), once.endswith("\nafter\n")) == (True, True)
    assert with_event_table(once) == once


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(MarkersMissingError, match=r"README\.md needs the lines"):
        with_event_table("no place here")
