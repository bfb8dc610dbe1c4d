"""What staff may decide about a referral that waits."""

from uuid import UUID

import pytest

from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.review_referral import (
    NoSuchReferralError,
    NotWaitingError,
    OnlyClinicianError,
    ReasonMissingError,
    Reviewer,
    review_referral,
)
from support.enrolment_examples import NOW, Desk, a_referral, answers, codes

COORDINATOR, CLINICIAN, ADMIN = (
    Reviewer(name="Co", role="coordinator"),
    Reviewer(name="Cl", role="clinician"),
    Reviewer(name="Ad", role="admin"),
)


async def waiting(**changes: object) -> tuple[Desk, UUID]:
    desk = Desk()
    receipt = await desk.receipt(a_referral(answers=answers(**changes or {"pain_months": None})))
    assert receipt.status == "needs_review"
    assert receipt.referral_id is not None
    return desk, receipt.referral_id


async def review(desk: Desk, referral_id: UUID, *, accept: bool, by: Reviewer = COORDINATOR, note: str = "") -> Outcome:
    return await review_referral(
        referral_id, accept=accept, note=note, reviewer=by, store=desk.store, now=NOW, new_id=desk.new_id
    )


async def test_accepting_enrols_and_gives_the_sender_a_newer_receipt() -> None:
    desk, referral_id = await waiting()
    outcome = await review(desk, referral_id, accept=True)
    assert (outcome.receipt.status, outcome.receipt.sequence, codes(outcome.receipt)) == ("accepted", 2, ["accepted_in_review"])
    assert outcome.receipt.enrolment_id == desk.enrolled[0].id
    assert outcome.referrals[0].decided_by == "Co (coordinator)"
    assert len(outcome.people) == 1


async def test_declining_tells_the_sender_why() -> None:
    desk, referral_id = await waiting()
    with pytest.raises(ReasonMissingError):
        await review(desk, referral_id, accept=False, note="  ")
    outcome = await review(desk, referral_id, accept=False, note="Surgery is planned. ")
    assert outcome.receipt.status == "declined"
    assert outcome.receipt.reasons[0].text.endswith("declined it: Surgery is planned.")
    assert desk.enrolled == []


@pytest.mark.parametrize("reviewer", [COORDINATOR, ADMIN])
async def test_a_red_flag_is_released_by_a_clinician_alone(reviewer: Reviewer) -> None:
    desk, referral_id = await waiting(red_flags=("chest_pain",))
    with pytest.raises(OnlyClinicianError):
        await review(desk, referral_id, accept=True, by=reviewer)
    assert (await review(desk, referral_id, accept=True, by=CLINICIAN)).receipt.status == "accepted"


async def test_a_red_flag_may_be_declined_by_anybody_who_reviews() -> None:
    desk, referral_id = await waiting(red_flags=("chest_pain",))
    assert (await review(desk, referral_id, accept=False, note="Sent back.")).receipt.status == "declined"


async def test_nothing_is_decided_twice() -> None:
    desk, referral_id = await waiting()
    await review(desk, referral_id, accept=True)
    with pytest.raises(NotWaitingError, match="it is accepted"):
        await review(desk, referral_id, accept=False, note="Changed my mind.")


async def test_a_referral_that_nobody_knows_cannot_be_reviewed() -> None:
    with pytest.raises(NoSuchReferralError):
        await review(Desk(), UUID(int=1), accept=True)
