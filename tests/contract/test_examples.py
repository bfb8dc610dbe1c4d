"""Every example that was ever published is read by the contract and by every service that reads events of its type."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from enrolment.use_cases.receive_referral import ReceiveReferral
from event_contracts.catalogue import EVENT_TYPES
from limber_embedded.checkout import CHECKOUT
from limber_embedded.documents.examples import EXAMPLES, Example, broken_promises, examples, record
from service_kit.envelope import UnreadableError
from support.built_services import SERVICES, event_with, reactions_to, type_named

ALL = examples()
OURS = [one for one in ALL if one.content_type == "application/json"]
READINGS = [
    pytest.param(one, service, id=f"{service}-{one.event_type}-{one.path.name}")
    for one in ALL
    for service in type_named(one.event_type).readers
    if service in SERVICES
]
PUBLISHED = "This event type has no example: somebody who wants to build on it has nothing to look at."


def with_unknown_fields(value: Any) -> Any:
    """The same with a field in every object that no contract has."""
    if isinstance(value, dict):
        return {key: with_unknown_fields(part) for key, part in value.items()} | {
            "a_field_of_the_future": {"of": ["any", "kind"]}
        }
    return [with_unknown_fields(part) for part in value] if isinstance(value, list) else value


def with_unknown_codes(value: Any, path: list[str]) -> Any:
    """The same with a code that nobody knows wherever `path` leads to one; None stays None."""
    if isinstance(value, list):
        return [with_unknown_codes(part, path) for part in value]
    if not path:
        return value if value is None else "a_code_of_the_future"
    if isinstance(value, dict) and path[0] in value:
        return value | {path[0]: with_unknown_codes(value[path[0]], path[1:])}
    return value


def read(example: Example, service: str, body: bytes) -> Any:
    event = event_with(body, of=type_named(example.event_type), content_type=example.content_type)
    return reactions_to(example.event_type)[service].read(event)


def referral_read(value: Any) -> Any:
    """What is read of a message from outside beside the digest of its very bytes."""
    if isinstance(value, ReceiveReferral):
        return value.person, value.answers, value.programme
    return replace(value, sent=None) if hasattr(value, "sent") else value


@pytest.mark.parametrize("event_type", [one.type for one in EVENT_TYPES])
def test_every_event_type_has_an_example(event_type: str) -> None:
    assert [one for one in ALL if one.event_type == event_type], PUBLISHED


def test_every_example_is_of_a_type_and_a_content_type_that_the_catalogue_has() -> None:
    known = {(one.type, content_type) for one in EVENT_TYPES for content_type in one.content_types}
    assert {(one.event_type, one.content_type) for one in ALL} == known


@pytest.mark.parametrize("example", OURS, ids=lambda one: f"{one.event_type}-{one.name}")
def test_an_example_is_what_its_contract_says(example: Example) -> None:
    model = type_named(example.event_type).model
    assert model.model_validate_json(example.body).model_dump(mode="json", exclude_unset=True) == example.value


@pytest.mark.parametrize(("example", "service"), READINGS)
def test_every_reader_understands_every_example(example: Example, service: str) -> None:
    assert read(example, service, example.body) is not None


@pytest.mark.parametrize(("example", "service"), [one for one in READINGS if one.values[0] in OURS])
def test_every_reader_ignores_fields_that_it_does_not_know(example: Example, service: str) -> None:
    grown = json.dumps(with_unknown_fields(example.value)).encode()
    assert referral_read(read(example, service, grown)) == referral_read(read(example, service, example.body))


@pytest.mark.parametrize(("example", "service"), [one for one in READINGS if one.values[0] in OURS])
def test_every_reader_takes_codes_that_it_does_not_know(example: Example, service: str) -> None:
    value = example.value
    for path in type_named(example.event_type).codes:
        value = with_unknown_codes(value, path.split("."))
    assert read(example, service, json.dumps(value).encode()) is not None


@pytest.mark.parametrize(("example", "service"), [one for one in READINGS if one.values[0] in OURS])
def test_every_reader_refuses_an_example_without_what_the_contract_requires(example: Example, service: str) -> None:
    """The reading above could not fail otherwise."""
    model = type_named(example.event_type).model
    required = next(name for name, field in model.model_fields.items() if field.is_required())
    lacking = json.dumps({key: part for key, part in example.value.items() if key != required}).encode()
    with pytest.raises(UnreadableError):
        read(example, service, lacking)


def test_a_referral_reads_the_same_as_bars_json_and_as_bars_xml() -> None:
    as_json, as_xml = (one for one in ALL if one.name == "bars-referral")
    read_both = [referral_read(read(one, "enrolment", one.body)) for one in (as_json, as_xml)]
    assert read_both[0] == read_both[1]
    assert read_both[0][0].family_name == "Example"


def test_no_published_example_was_changed_or_taken_away() -> None:
    assert broken_promises() == []


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def test_a_changed_example_and_a_lost_one_are_noticed(copies: Path) -> None:
    (copies / "people.v1" / "name-alone.json").unlink()
    (copies / "contacts.v1" / "sms-preferred.json").write_text("{}")
    assert [one.split(" ")[0] for one in broken_promises(copies)] == [
        "contacts.v1/sms-preferred.json",
        "people.v1/name-alone.json",
    ]


def test_a_new_example_joins_the_record_and_nothing_leaves_it(copies: Path) -> None:
    (copies / "people.v1" / "another.json").write_text("{}")
    (copies / "people.v1" / "name-alone.json").unlink()
    before, after = record().splitlines(), record(copies).splitlines()
    assert [line.split("  ")[1] for line in after if line not in before] == ["people.v1/another.json"]
    assert set(before) < set(after)


def test_every_example_in_the_history_is_still_there() -> None:
    command = [
        "git",
        "log",
        "--diff-filter=A",
        "--no-renames",
        "--format=",
        "--name-only",
        "--",
        "shared/event_contracts/examples",
    ]
    if not shutil.which("git") or not (CHECKOUT / ".git").exists():
        pytest.skip("This is no git checkout, so there is no history to compare with.")
    added = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in added if not (CHECKOUT / name).exists()] == []
