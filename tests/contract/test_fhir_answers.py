"""Every FHIR resource that enrolment sends, judged from outside; and the standard's tables, compared with what was published."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from enrolment.bars import refusal
from enrolment.bars.answer import Answerer, answer_bundle, capability_statement
from enrolment.bars.conformance import check_profile
from enrolment.bars.refusal import Shape, operation_outcome
from enrolment.bars.standard import standard
from enrolment.bars.tree import bundle_from_json, bundle_from_xml, resources
from enrolment.bars.workflow import Task
from enrolment.bars.writing import JSON, XML, write
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.http.bars_document import STATEMENT_DATE
from support.bars_requests import PUBLISHED, cancellation, referral

JUDGE = Path(__file__).parent / "fhir_judge"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
US = Answerer(name="Limber", address="https://limber.example.org/enrolment/fhir")
IDS = [UUID(int=number) for number in range(1, 7)]
SHAPES = [shape for shape in vars(refusal).values() if isinstance(shape, Shape)]
published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="what was published of BaRS is not here")


def receipt(status: str, *reasons: Reason) -> Receipt:
    return Receipt(
        channel="gp",
        organisation="A81001",
        event_id="0193590a-5c00-7000-8000-000000000301",
        sequence=1,
        status=status,
        reasons=reasons,
        referral_id=UUID(int=7),
        decided_at=NOW,
    )


def answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that may be sent, by a name."""
    new = referral(1)
    for status in ("accepted", "needs_review", "declined", "duplicate"):
        answered = receipt(status, Reason("unanswered", "The referral does not say which joint hurts.", "Condition.code"))
        yield status, answer_bundle(new, receipt=answered, task=Task.NEW, answerer=US, now=NOW, ids=IDS)
        yield f"update-{status}", answer_bundle(new, receipt=answered, task=Task.UPDATE, answerer=US, now=NOW, ids=IDS)
    for status in ("revoked", "entered-in-error"):
        taken_back = cancellation(new, status=status)
        yield status, answer_bundle(taken_back, receipt=receipt("cancelled"), task=Task.CANCEL, answerer=US, now=NOW, ids=IDS)
    if PUBLISHED.is_dir():
        for name in ("REFREQ01", "REFREQ03", "REFREQ07"):
            example = bundle_from_xml((PUBLISHED / "examples" / f"{name}.xml").read_bytes())
            yield name, answer_bundle(example, receipt=receipt("needs_review"), task=Task.NEW, answerer=US, now=NOW, ids=IDS)
    for shape in SHAPES:
        yield f"{shape.status}-{shape.issue}", operation_outcome(shape, "A sentence.", outcome_id=UUID(int=1))
    yield (
        "metadata",
        capability_statement(answerer=US, versions=["1.1.0"], software_version="0.1.0", statement_date=STATEMENT_DATE),
    )


def judged(found: dict[str, bytes], folder: Path) -> tuple[bool, str]:
    """What the judge says of files: valid or not, and why not."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed, so FHIR resources were not judged from outside.")
    if not (JUDGE / "node_modules").is_dir():
        pytest.skip("The FHIR judge is not installed: npm ci --ignore-scripts --prefix tests/contract/fhir_judge")
    for name, content in found.items():
        (folder / name).write_bytes(content)
    files = [str(folder / name) for name in found]
    done = subprocess.run([node, "judge.mjs", *files], cwd=JUDGE, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def test_an_outside_judge_finds_every_resource_valid_in_json_and_in_xml(tmp_path: Path) -> None:
    found = {f"{name}.json": write(resource, JSON) for name, resource in answers()}
    found |= {f"{name}.xml": write(resource, XML) for name, resource in answers()}
    valid, why_not = judged(found, tmp_path)
    assert valid, why_not


@pytest.mark.parametrize(
    "breach",
    [
        lambda bundle: bundle.update(banana=1),
        lambda bundle: bundle.update(type="banana"),
        lambda bundle: bundle["entry"][1]["resource"].update(status="banana"),
        lambda bundle: bundle["entry"][1]["resource"].pop("subject"),
    ],
)
def test_the_judge_finds_what_is_wrong(breach: Any, tmp_path: Path) -> None:
    bundle = json.loads(write(dict(answers())["accepted"], JSON))
    breach(bundle)
    valid, _ = judged({"wrong.json": json.dumps(bundle).encode()}, tmp_path)
    assert not valid


def test_json_and_xml_say_the_same() -> None:
    for name, resource in answers():
        from_xml = bundle_from_xml(write(resource, XML))
        assert _as_texts(from_xml) == _as_texts(bundle_from_json(write(resource, JSON))), name


def test_our_message_fits_the_profile_that_it_claims() -> None:
    for _, bundle in answers():
        for kind in ("MessageHeader", "ServiceRequest"):
            for _, resource in resources(bundle, kind):
                [profile] = resource["meta"]["profile"]
                check_profile(resource, standard().profiles[profile])


def test_no_answer_says_more_of_a_person_than_the_nhs_number() -> None:
    text = "".join(write(resource, JSON).decode() for _, resource in answers() if resource["resourceType"] == "Bundle")
    for value in ("Family1", "Given1", "07700", "1950-01", "LS1"):
        assert value not in text


@published
def test_every_published_outcome_of_a_receiver_is_one_of_our_shapes() -> None:
    found = set()
    for file in (PUBLISHED / "outcomes").glob("*.json"):
        [issue] = json.loads(file.read_text())["issue"]
        found.add((issue["code"], issue["details"]["coding"][0]["code"], issue["details"]["coding"][0]["system"]))
    # of the national list of error codes, but without an example among the published ones
    unpublished = {"REC_METHOD_NOT_ALLOWED", "REC_UNSUPPORTED_MEDIA_TYPE", "REC_TOO_MANY_REQUESTS"}
    ours = {(shape.issue, shape.code, refusal.ERROR_CODES) for shape in SHAPES if shape.code not in unpublished}
    assert ours <= found


@published
def test_the_code_systems_are_those_that_were_published() -> None:
    found = {}
    for file in (PUBLISHED / "codes").glob("*.xml"):
        system = fromstring(file.read_bytes())
        url = _value(system, "url")
        found[url] = frozenset(_value(concept, "code") for concept in system.iter(_tag("concept")))
    assert standard().code_systems == found


@published
def test_the_counts_and_profiles_are_those_that_were_published() -> None:
    definitions = [fromstring(file.read_bytes()) for file in (PUBLISHED / "definitions").glob("*.xml")]
    by_url = {_value(definition, "url"): definition for definition in definitions}
    for rules in standard().messages.values():
        focus = [each for each in by_url[rules.definition].findall(_tag("focus")) if _value(each, "code") in rules.counts]
        single = {_value(each, "code"): (int(_value(each, "min")), _most(_value(each, "max"))) for each in focus}
        assert rules.counts == single
    for url, elements in standard().profiles.items():
        by_path = {
            _value(each, "path"): each for each in by_url[url].iter(_tag("element")) if each.find(_tag("sliceName")) is None
        }
        for element in elements:
            kind = _value(by_url[url], "type")
            names = [{"eventCoding": "event[x]", "occurrencePeriod": "occurrence[x]"}.get(name, name) for name in element.path]
            said = by_path[".".join((kind, *names))]
            assert element.minimum == int(_value(said, "min") or 0)
            fixed = [each.get("value") for each in said if each.tag.startswith(_tag("fixed"))]
            assert element.fixed == (fixed[0] if fixed else None)


def _as_texts(node: Any) -> Any:
    """A tree in which what occurs once is alike, in a list or not, and every value is text."""
    if isinstance(node, list):
        return [_as_texts(each) for each in node] if len(node) > 1 else _as_texts(node[0])
    if isinstance(node, dict):
        return {name: _as_texts(value) for name, value in node.items()}
    return str(node).lower() if isinstance(node, bool) else str(node)


def _tag(name: str) -> str:
    return f"{{http://hl7.org/fhir}}{name}"


def _value(element: Element, name: str) -> str:
    found = element.find(_tag(name))
    return "" if found is None else found.get("value", "")


def _most(text: str) -> int | None:
    return None if text == "*" else int(text)
