"""What a BaRS message asks for: the standard's own table, and what is done about an update."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.bars.conformance import check
from enrolment.bars.refusal import RefusedError
from enrolment.bars.tree import Node
from enrolment.bars.workflow import CATEGORIES, USE_CASES, Task, task_of
from enrolment.domain.eligibility import Answers
from enrolment.settings import EnrolmentSettings
from enrolment.use_cases.update_referral import UpdateReferral
from service_kit.envelope import UnreadableError
from support.bars_requests import part, referral
from support.enrolment_examples import NUMBER, OTHER_PRACTICE, Desk, a_cancellation, a_person, a_referral, answers, codes

VERSIONS = EnrolmentSettings.model_fields["bars_versions"].default


def message(
    *,
    event: str = "servicerequest-request",
    reason: str = "new",
    status: str = "active",
    category: str = "referral",
    plan: str = "completed",
    encounter: str = "finished",
    response: str | None = None,
) -> Node:
    changed = copy.deepcopy(referral(1))
    header, request = part(changed, "MessageHeader"), part(changed, "ServiceRequest")
    header["eventCoding"]["code"] = event
    header["reason"]["coding"][0]["code"] = reason
    if response:
        header["response"] = {"identifier": response, "code": "ok"}
    request["status"] = status
    request["category"] = [{"coding": [{"system": CATEGORIES, "code": category}, {"system": USE_CASES, "code": "a5t1"}]}]
    part(changed, "CarePlan")["status"] = plan
    part(changed, "Encounter")["status"] = encounter
    return changed


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Task.NEW),
        ({"encounter": "triaged"}, Task.NEW),
        ({"reason": "update"}, Task.UPDATE),
        ({"reason": "update", "plan": "active", "encounter": "in-progress"}, Task.UPDATE),
        ({"reason": "update", "status": "revoked"}, Task.CANCEL),
        ({"reason": "update", "status": "entered-in-error"}, Task.CANCEL),
        ({"reason": "update", "status": "revoked", "category": "validation"}, Task.CANCEL),
        ({"reason": "delete", "status": "entered-in-error"}, Task.CANCEL),
    ],
)
def test_what_is_done(changes: dict[str, str], expected: Task) -> None:
    assert task_of(message(**changes)) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "revoked"}, (400, "invariant")),
        ({"status": "draft"}, (400, "invariant")),
        ({"reason": "update", "status": "on-hold"}, (400, "invariant")),
        ({"reason": "delete"}, (400, "invariant")),
        ({"plan": "active"}, (400, "invariant")),
        ({"encounter": "in-progress"}, (400, "invariant")),
        ({"category": "validation"}, (400, "not-supported")),
        ({"category": "another"}, (400, "invariant")),
        ({"event": "booking-request"}, (400, "not-supported")),
        ({"event": "servicerequest-response"}, (400, "invariant")),
        ({"event": "servicerequest-response", "response": "1"}, (404, "not-found")),
        ({"event": "booking-response", "response": "1"}, (404, "not-found")),
        ({"event": "another"}, (400, "invariant")),
    ],
)
def test_what_is_not_done(changes: dict[str, str], expected: tuple[int, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        task_of(message(**changes))
    assert (refused.value.shape.status, refused.value.shape.issue) == expected


def test_a_use_case_that_is_not_among_those_that_are_taken_is_refused() -> None:
    assert task_of(message(), use_cases=["a5t1"]) is Task.NEW
    with pytest.raises(RefusedError, match="use case"):
        task_of(message(), use_cases=["a1t1"])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["coding", "code", "system", "status"]), inner),
    max_leaves=6,
)


@given(
    kind=st.sampled_from(["MessageHeader", "ServiceRequest", "Patient", "Encounter", "Consent"]), data=st.data(), value=anything
)
def test_whatever_stands_in_an_element_is_taken_or_refused_in_words(kind: str, data: st.DataObject, value: Any) -> None:
    changed = referral(1)
    resource = part(changed, kind)
    resource[data.draw(st.sampled_from(sorted(resource.keys() - {"resourceType"})))] = value
    try:
        check(changed, versions=VERSIONS)
    except (RefusedError, UnreadableError) as refused:
        words = refused.diagnostics if isinstance(refused, RefusedError) else refused.reason
        assert words.endswith(".")


def an_update(*, service_request: str = "sr-1", **changes: Any) -> UpdateReferral:
    return UpdateReferral(referral=a_referral(**changes), service_requests=(service_request,))


async def test_an_update_of_what_waits_is_decided_anew() -> None:
    desk = Desk()
    await desk.answer(a_referral(service_request="sr-1", answers=answers(pain_months=None)))
    [outcome] = await desk.answer(an_update())
    assert (outcome.receipt.status, len(desk.enrolled), len(desk.store.referrals)) == ("accepted", 1, 1)


async def test_an_update_brings_up_to_date_how_to_reach_the_person_and_not_who_it_is() -> None:
    desk = Desk()
    await desk.answer(a_referral(service_request="sr-1", person=a_person(phone="07700 900001")))
    [outcome] = await desk.answer(an_update(person=a_person(phone="07700 900002", given_name="Rosalynd")))
    assert codes(outcome.receipt) == ["referral_updated"]
    [person] = [each.person for each in desk.store.participants.values()]
    assert (person.phone, person.given_name) == ("07700 900002", "Rosalind")
    assert (outcome.contacts, outcome.people) == (tuple(desk.store.participants.values()),) * 2


async def test_a_red_flag_that_was_named_is_not_taken_away_by_an_update() -> None:
    desk = Desk()
    await desk.answer(a_referral(service_request="sr-1", answers=answers(red_flags=("chest_pain",))))
    assert (await desk.receipt(an_update())).status == "needs_review"
    assert desk.enrolled == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service_request": "sr-2"}, "unknown_referral"),
        ({"person": a_person(nhs_number="9990000026")}, "another_person"),
        ({"answers": answers(pain_months=5)}, "already_decided"),
        ({"answers": answers(red_flags=("chest_pain",))}, "already_decided"),
    ],
)
async def test_an_update_that_staff_have_to_look_at_is_refused(changes: dict[str, Any], code: str) -> None:
    desk = Desk()
    await desk.answer(a_referral(service_request="sr-1", person=a_person(nhs_number=NUMBER)))
    receipt = await desk.receipt(an_update(**changes))
    assert (receipt.status, codes(receipt)) == ("invalid", [code])


async def test_what_was_declined_can_not_be_brought_up_to_date() -> None:
    desk = Desk()
    await desk.answer(a_referral(service_request="sr-1", answers=answers(joints=("shoulder",))))
    assert codes(await desk.receipt(an_update())) == ["referral_closed"]


@pytest.mark.parametrize(("status", "expected"), [("erased", "invalid"), ("deceased", "needs_review")])
async def test_of_whoever_is_gone_nothing_is_brought_back(status: str, expected: str) -> None:
    desk = Desk()
    await desk.answer(a_referral(service_request="sr-1", answers=answers(pain_months=None)))
    [person] = desk.store.participants.values()
    desk.store.participants[person.id] = replace(person, status=status)
    assert (await desk.receipt(an_update())).status == expected
    assert desk.enrolled == []


SUITS, UNCLEAR, NO = answers(), answers(pain_months=None), answers(joints=("shoulder",))
TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Update of a referral (enrolment)")[1]
    .split("\n## ")[0]
    .splitlines()
    if line.startswith("|") and "---" not in line
]


async def held(state: str) -> tuple[Desk, Answers]:
    """A desk that holds a referral in a state, and the answers that it was decided by."""
    desk, given = Desk(), {"needs_review": UNCLEAR, "declined": NO}.get(state, SUITS)
    if state == "duplicate":
        await desk.answer(a_referral(OTHER_PRACTICE))
    await desk.answer(a_referral(service_request="sr-1", answers=given))
    if state == "cancelled":
        await desk.answer(a_cancellation("sr-1"))
    assert state in {each.status for each in desk.store.referrals.values()}
    return desk, given


@pytest.mark.parametrize(
    ("state", "update", "expected"),
    [(row[0], column, cell) for row in TABLE[1:] for column, cell in zip(TABLE[0][1:], row[1:], strict=True)],
)
async def test_the_table_of_updates_is_what_happens(state: str, update: str, expected: str) -> None:
    desk, given = await held(state)
    other = replace(SUITS, pain_months=24)
    sent_now = {"with the same answers": given, "with answers that suit": other, "with a definite no": NO}[update]
    receipt = await desk.receipt(an_update(answers=sent_now))
    assert receipt.status == ("invalid" if expected == "no" else expected)
