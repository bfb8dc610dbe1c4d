"""The states of a referral, run from the tables in docs/states.md."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from enrolment.domain.enrolments import EndedError, Enrolment
from enrolment.domain.matching import Match
from enrolment.domain.reason import Reason
from enrolment.domain.referrals import STATES, ImpossibleStepError, Referral, decide
from enrolment.use_cases.review_referral import Reviewer, ReviewError, review_referral
from support.enrolment_examples import NOW, PROGRAMME, TODAY, Desk, a_cancellation, a_person, a_referral, answers

SECTION = (
    (Path(__file__).parents[3] / "docs" / "states.md")
    .read_text(encoding="utf-8")
    .split("## Referral (enrolment)")[1]
    .split("\n## ")[0]
)


def tables() -> list[list[list[str]]]:
    found: list[list[list[str]]] = [[]]
    for line in SECTION.splitlines():
        if line.startswith("|") and "---" not in line:
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1] and not line.startswith("|"):
            found.append([])
    return [table for table in found if table]


STEPS, BEGINNINGS, ENDINGS = tables()
CELLS = [(row[0], step, cell) for row in STEPS[1:] for step, cell in zip(STEPS[0][1:], row[1:], strict=True)]


def an_enrolment(participant_id: UUID, *, status: str = "enrolled") -> Enrolment:
    return Enrolment(
        id=UUID(int=99),
        sequence=1,
        participant_id=participant_id,
        programme=PROGRAMME.code,
        status=status,
        enrolled_at=NOW,
        changed_at=NOW,
        referral_channel="gp",
        joints=("knee",),
        close_attention=False,
        outward_code=None,
        preferred_site=None,
    )


async def a_held_referral(status: str, *, enrolled: bool) -> tuple[Desk, Referral]:
    """A referral in a state, and whether its person is enrolled through another."""
    desk = Desk()
    waiting = a_referral(answers=answers(pain_months=None), service_request="sr-1")
    await desk.answer(waiting)
    [referral] = desk.store.referrals.values()
    enrolment = an_enrolment(referral.participant_id)
    held = replace(referral, status=status, enrolment_id=enrolment.id if status in {"accepted", "duplicate"} else None)
    desk.store.referrals[referral.id] = held
    if enrolled or held.enrolment_id:
        desk.store.enrolments[enrolment.id] = enrolment
    return desk, held


@pytest.mark.parametrize(("before", "step", "after"), CELLS)
async def test_a_referral_goes_where_the_table_says(before: str, step: str, after: str) -> None:
    desk, referral = await a_held_referral(before, enrolled="already enrolled" in step)
    if step == "sender cancels":
        await desk.answer(a_cancellation("sr-1"))
    else:
        try:
            await review_referral(
                referral.id,
                accept="accept" in step,
                note="because",
                reviewer=Reviewer(name="Kim", role="clinician"),
                store=desk.store,
                now=NOW,
                new_id=desk.new_id,
            )
        except ReviewError:
            assert after == "no"
    reached = desk.store.referrals[referral.id]
    assert reached.status == (before if after == "no" else after)
    assert reached.sequence == referral.sequence + (reached.status != before)


def test_the_table_is_what_the_code_allows() -> None:
    assert {row[0]: frozenset(cell for cell in row[1:] if cell != "no") for row in STEPS[1:]} == STATES


async def test_an_impossible_step_is_an_error() -> None:
    _, declined = await a_held_referral("declined", enrolled=False)
    with pytest.raises(ImpossibleStepError, match="declined can't become accepted"):
        declined.become("accepted", now=NOW, reasons=())


UNDER_AGE, UNANSWERED = {"birth_date": TODAY.replace(year=1999)}, {"pain_months": None}
HOLDS: list[dict[str, Any]] = [
    {"already_enrolled": True, "person": UNDER_AGE, "answers": UNANSWERED, "match": Match(near=(UUID(int=1),))},
    {"person": UNDER_AGE, "answers": {"red_flags": ("chest_pain",)}, "already_enrolled": True},
    {"person": UNDER_AGE, "answers": UNANSWERED},
    {"answers": UNANSWERED},
    {},
]


@pytest.mark.parametrize(("row", "holds"), list(zip(BEGINNINGS[1:], HOLDS, strict=True)))
def test_a_new_referral_begins_in_the_first_state_whose_condition_holds(row: list[str], holds: dict[str, Any]) -> None:
    decision = decide(
        programme=PROGRAMME,
        person=a_person(**holds.get("person", {})),
        match=holds.get("match", Match()),
        answers=answers(**holds.get("answers", {})),
        already_enrolled=holds.get("already_enrolled", False),
        red_flag_waiting=False,
        today=TODAY,
        in_production=False,
    )
    assert decision.status == row[1]
    assert bool(decision.reasons) == (decision.status != "accepted")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"person": {"nhs_number": None, "nhs_number_as_sent": "9990000010"}}, "nhs_number_check_digit"),
        ({"person": {"nhs_number": None, "nhs_number_as_sent": "1111111111"}}, "nhs_number_placeholder"),
        ({"match": Match(near=(UUID(int=1),))}, "near_match"),
        ({"red_flag_waiting": True}, "red_flag_waiting"),
        ({"in_production": True}, "nhs_number_synthetic"),
        ({"answers": {"red_flags": ("trauma",)}}, "red_flag_trauma"),
    ],
)
@pytest.mark.parametrize("person", [{}, UNDER_AGE])
def test_a_doubt_goes_to_review_even_if_something_else_is_against(
    changes: dict[str, Any], code: str, person: dict[str, Any]
) -> None:
    decision = decide(
        programme=PROGRAMME,
        person=a_person(**person | changes.get("person", {})),
        match=changes.get("match", Match()),
        answers=answers(**changes.get("answers", {})),
        already_enrolled=False,
        red_flag_waiting=changes.get("red_flag_waiting", False),
        today=TODAY,
        in_production=changes.get("in_production", False),
    )
    assert (decision.status, decision.reasons[0].code) == ("needs_review", code)
    assert all(isinstance(reason, Reason) and reason.text.endswith(".") for reason in decision.reasons)


@pytest.mark.parametrize(("status", "expected"), ENDINGS[1:])
def test_an_enrolment_ends_once(status: str, expected: str) -> None:
    enrolment = an_enrolment(UUID(int=1), status=status)
    if expected == "no":
        with pytest.raises(EndedError):
            enrolment.withdrawn(now=NOW)
        return
    assert (enrolment.withdrawn(now=NOW).status, enrolment.withdrawn(now=NOW).sequence) == (expected, 2)
