"""A practice's referral files, through the whole system, as `./limber refer` sends them and people then see them."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from limber_embedded.checkout import CHECKOUT, SERVICES
from support.embedded import Limber, limber_in, wait_for
from support.servers import short_folder

BARS = CHECKOUT.parent / "shared" / "data" / "bars" / "examples"
EXAMPLE = CHECKOUT / "docs" / "examples" / "referral-knee-pain.json"
needs_published_examples = pytest.mark.skipif(not BARS.is_dir(), reason="the published BaRS examples are not here")


@pytest.fixture(scope="module")
def limber() -> Iterator[Limber]:
    with short_folder() as folder, limber_in(folder / "home") as running:
        up = running.up()
        assert up.returncode == 0, up.stderr
        yield running


def refer(limber: Limber, *files: Path, **options: str) -> list[dict[str, Any]]:
    flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    done = limber.run("refer", *(str(file) for file in files), *flags)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def codes(receipt: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in receipt["reasons"]}


@needs_published_examples
def test_two_published_referrals_of_one_person_wait_for_review_and_are_linked(limber: Limber) -> None:
    first, second = refer(limber, BARS / "REFREQ07.xml", BARS / "REFREQ03.xml")
    for receipt in (first, second):
        assert receipt["status"] == "needs_review"
        assert {"nhs_number_check_digit", "not_osteoarthritis"} <= codes(receipt)
        assert all(reason["text"].endswith(".") for reason in receipt["reasons"])
    assert second["linked_referral_ids"] == [first["referral_id"]]
    assert second["participant_id"] == first["participant_id"]


@needs_published_examples
def test_a_booking_request_is_no_referral_and_the_same_file_again_is_a_duplicate(limber: Limber) -> None:
    first, again = refer(limber, BARS / "process-message-post-body.json", BARS / "process-message-post-body.json")
    assert (first["status"], again["status"], again["first_status"]) == ("invalid", "duplicate", "invalid")
    assert "not a referral" in " ".join(reason["text"] for reason in first["reasons"])


def test_somebody_with_knee_pain_is_accepted_and_the_same_file_again_is_a_duplicate(limber: Limber) -> None:
    first, again = refer(limber, EXAMPLE, EXAMPLE)
    assert (first["status"], again["status"], again["first_status"]) == ("accepted", "duplicate", "accepted")
    assert again["enrolment_id"] == first["enrolment_id"]


def test_the_same_event_again_is_answered_with_the_stored_receipt(limber: Limber, tmp_path: Path) -> None:
    file = tmp_path / "referral.json"
    body = json.loads(EXAMPLE.read_text())
    body["referral_id"] = "sent-twice"
    body["patient"] |= {"nhs_number": "9990000026", "family_name": "Twiceman", "postcode": "LS2 9JT", "birth_date": "1950-01-01"}
    file.write_text(json.dumps(body))
    (first,) = refer(limber, file, event_id="one-event")
    (again,) = refer(limber, file, event_id="one-event")
    assert again == first
    file.write_text(json.dumps(body | {"referral_id": "another"}))
    sent = limber.run("refer", str(file), "--event-id", "one-event")
    (refused,) = [json.loads(line) for line in sent.stdout.splitlines()]
    assert refused["status"] == "invalid"
    assert codes(refused) == {"event_id_reused"}


def test_an_oversized_file_is_refused_in_words(limber: Limber, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"referral_id": "x" * 1_200_000}))
    done = limber.run("refer", str(file))
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_clock_moves_on_and_never_back(limber: Limber) -> None:
    assert limber.run("clock", "--forward", "24").returncode == 0
    back = limber.run("clock", "--to", "2020-01-01 10:00")
    assert back.returncode == 1
    assert "never goes back" in back.stderr


def test_one_correlation_id_follows_a_referral_through_all_four_services(limber: Limber, tmp_path: Path) -> None:
    known = json.loads(EXAMPLE.read_text())
    patient = known["patient"] | {"nhs_number": None, "given_name": "Trace", "family_name": "Sample", "birth_date": "1951-07-30"}
    file = tmp_path / "traced.json"
    file.write_text(json.dumps(known | {"referral_id": "example-traced", "patient": patient}))
    [receipt] = refer(limber, file, event_id="traced-1")

    def path() -> dict[str, Any]:
        done = limber.run("trace", "traced-1", "--json")
        [found] = json.loads(done.stdout)
        return dict(found)

    def takers() -> set[str]:
        return {taken["service"] for step in path()["steps"] for taken in step["taken"]}

    wait_for(lambda: takers() == set(SERVICES), what="the referral in every service")
    assert path()["correlation_id"] == "traced-1"
    steps = {step["event_id"]: step for step in path()["steps"]}
    assert {step["because_of"] for step in path()["steps"][1:]} <= set(steps)
    people = json.loads(limber.run("trace", receipt["participant_id"], "--json").stdout)
    assert "traced-1" in {one["correlation_id"] for one in people}


def test_an_id_that_nobody_knows_is_said_so(limber: Limber) -> None:
    done = limber.run("trace", "never-heard-of")
    assert done.returncode != 0
    assert "No service told anything of 'never-heard-of'" in done.stderr


def samples(limber: Limber, service: str) -> dict[str, float]:
    """Each metric's sum over its labels."""
    with urllib.request.urlopen(f"{limber.home.service_url(service)}/metrics", timeout=10) as answer:  # noqa: S310 - our own service
        families = list(text_string_to_metric_families(answer.read().decode()))
    found: dict[str, float] = {}
    for sample in (sample for family in families for sample in family.samples):
        found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_shows_what_it_counts_and_the_front_door_does_not(limber: Limber, service: str) -> None:
    refer(limber, EXAMPLE)
    wait_for(lambda: samples(limber, service).get("limber_events_handled_total", 0) > 0, what=f"something handled in {service}")
    found = samples(limber, service)
    assert (found["limber_ready"], found["limber_active"], found["limber_held"]) == (1, 1, 0)
    assert found["limber_group_size_sum"] >= found["limber_group_size_count"] > 0
    assert {"limber_consumer_lag", "limber_outbox_oldest_age_seconds"} <= set(found)
    for path in ("/metrics", f"/{service}/metrics"):
        assert limber.get(path)[0] == 404
