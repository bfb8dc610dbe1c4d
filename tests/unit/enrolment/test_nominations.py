"""What a nomination may hold, what it goes through, and what two of them have in common."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.nominations import (
    LIFETIME,
    NOMINATION_STATES,
    Nomination,
    NominationStepError,
    Nominee,
    digest_of,
    health_fields,
    invitation_key,
    problem_of,
)
from support.enrolment_examples import NOW, TODAY

SECTION = (
    (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Nomination (enrolment)")[1]
    .split("\n## ")[0]
)
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in SECTION.splitlines() if line.startswith("|")]
STEPS = {"person completes it": "completed", "sender removes it": "removed", "its time is over": "lapsed"}
CELLS = [(row[0], STEPS[step], cell) for row in ROWS[2:] for step, cell in zip(ROWS[0][1:], row[1:], strict=True)]

NOMINEE = Nominee(given_name="Rosalind", family_name="Example", email="rosalind@example.org", phone="07700 900123")


def a_nomination(status: str = "invited") -> Nomination:
    return Nomination(
        id=UUID(int=1),
        sequence=1,
        participant_id=UUID(int=2),
        channel="workplace",
        organisation="ACME",
        sender_nomination_id="n-1",
        programme="escape-pain-knee-hip",
        preferred_site=None,
        nominee=NOMINEE if status == "invited" else None,
        status=status,
        digest="digest",
        invitation_key="key",
        event_id="event-1",
        received_at=NOW,
        changed_at=NOW,
        lapses_at=NOW + LIFETIME,
    )


def problem(nominee: Nominee = NOMINEE, name: str = "n-1") -> str | None:
    found = problem_of(nominee, sender_nomination_id=name, today=TODAY)
    return None if found is None else found.code


@pytest.mark.parametrize(("before", "after", "becomes"), CELLS)
def test_a_nomination_goes_through_the_states_of_the_table(before: str, after: str, becomes: str) -> None:
    nomination = a_nomination(before)
    if becomes == "no":
        with pytest.raises(NominationStepError):
            nomination.become(after, now=NOW)
    else:
        assert nomination.become(after, now=NOW).status == becomes


def test_the_table_has_every_state_and_every_step() -> None:
    assert {row[0] for row in ROWS[2:]} == set(NOMINATION_STATES)
    assert {(before, after) for before, after, becomes in CELLS if becomes != "no"} == {
        (before, after) for before, steps in NOMINATION_STATES.items() for after in steps
    }


def test_a_nomination_that_is_over_has_forgotten_who_it_was() -> None:
    over = a_nomination().become("lapsed", now=NOW)
    assert (over.nominee, over.digest, over.invitation_key, over.sequence) == (None, None, None, 2)


def test_a_completed_one_knows_what_the_person_agreed_to() -> None:
    done = a_nomination().completed(referral_id=UUID(int=9), may_tell_sender=True, now=NOW)
    assert (done.referral_id, done.may_tell_sender, done.completed_at, done.nominee) == (UUID(int=9), True, NOW, None)


@pytest.mark.parametrize(
    "name",
    [
        "pain_months", "painMonths", "Pain (months)", "clinical", "nhs_number", "NHSNumber", "diagnosis", "Known conditions",
        "sickness-absence", "bmi", "BMI", "notes", "gp_practice", "is_disabled", "reason",
    ],
)  # fmt: skip
def test_a_field_about_health_or_care_is_refused_by_name(name: str) -> None:
    assert health_fields(["given_name", name, "email"]) == [name]


def test_identity_and_contact_are_not_about_health() -> None:
    allowed = [*Nominee.__dataclass_fields__, "nomination_id", "programme", "preferred_site", "department", "employee_number"]
    assert health_fields(allowed) == []


@pytest.mark.parametrize(
    ("nominee", "code"),
    [
        (NOMINEE, None),
        (replace(NOMINEE, email=None), None),
        (replace(NOMINEE, email=None, phone=None), "no_contact"),
        (replace(NOMINEE, email="rosalind"), "email_format"),
        (replace(NOMINEE, email="rosalind@example"), "email_format"),
        (replace(NOMINEE, phone="ring me"), "phone_format"),
        (replace(NOMINEE, phone="12345"), "phone_format"),
        (replace(NOMINEE, phone="+44 (0)7700 900-123"), None),
        (replace(NOMINEE, birth_date=date(2099, 1, 1)), "birth_date_in_future"),
    ],
)
def test_what_is_wrong_with_a_nomination_is_named(nominee: Nominee, code: str | None) -> None:
    assert problem(nominee) == code


@pytest.mark.parametrize(
    ("name", "fine"), [("acme-1", True), ("A.b_c:d-e", True), ("a/b", False), ("=1+1", False), ("a b", False), ("", False)]
)
def test_a_nominations_name_can_be_neither_a_formula_nor_a_persons_name(name: str, *, fine: bool) -> None:
    assert (problem(name=name) is None) is fine


@given(st.sampled_from(["email", "phone", "given_name", "family_name", "postcode", "language"]), st.text(min_size=1, max_size=20))
def test_another_detail_makes_another_nomination(field: str, text: str) -> None:
    changes: dict[str, Any] = {field: text}
    changed = replace(NOMINEE, **changes)
    same = digest_of(changed, programme="p", preferred_site=None) == digest_of(NOMINEE, programme="p", preferred_site=None)
    assert same is (changed == NOMINEE)


def test_the_same_person_at_the_same_address_is_one_invitation_however_it_is_written() -> None:
    written = replace(NOMINEE, given_name="ROSALIND", email="Rosalind@Example.org", phone="07700900123", postcode="LS1 1AA")
    assert invitation_key(written, programme="p") == invitation_key(NOMINEE, programme="p")
    assert invitation_key(replace(NOMINEE, email="r@example.org"), programme="p") != invitation_key(NOMINEE, programme="p")
    assert invitation_key(NOMINEE, programme="q") != invitation_key(NOMINEE, programme="p")
