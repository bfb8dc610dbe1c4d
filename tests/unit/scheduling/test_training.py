"""Training days: places, prerequisites, and the credential that attending one issues."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.resources import opened_to
from scheduling.domain.training import TrainingDay, checked_day, months_after
from support.scheduling_examples import PROGRAMME, PROGRAMMES, a_credential, a_facilitator

HELD_ON = date(2027, 1, 31)
SEEN = PROGRAMME.training.prerequisites


def a_day(**changes: Any) -> TrainingDay:
    known: dict[str, Any] = {
        "training_day_id": uuid4(),
        "programme": PROGRAMME.code,
        "held_on": HELD_ON,
        "venue": "Harbour Centre",
        "trainer": "Sam Trainer",
        "places": 2,
    }
    return TrainingDay(**(known | changes))


def test_attending_issues_a_credential_for_the_programme() -> None:
    trained = a_facilitator(credentials=())
    day = a_day(expires_after_months=1).with_trainee(trained.facilitator_id, prerequisites=SEEN)

    day = day.with_attendance(trained.facilitator_id, attended=True, programme=PROGRAMME, today=HELD_ON)
    credential = day.credential_of(trained, credential_id=uuid4())

    assert (credential.kind, credential.programmes, credential.route) == ("clinician", (PROGRAMME.code,), "course")
    assert (credential.issued_on, credential.expires_on) == (HELD_ON, date(2027, 2, 28))
    assert opened_to(trained.with_credential(credential), today=HELD_ON) == {PROGRAMME.code}
    assert opened_to(trained, today=HELD_ON) == frozenset()


def test_a_full_day_takes_nobody_else_and_the_same_person_once() -> None:
    first, second = uuid4(), uuid4()
    day = (
        a_day()
        .with_trainee(first, prerequisites=())
        .with_trainee(first, prerequisites=SEEN)
        .with_trainee(second, prerequisites=())
    )

    assert [(one.facilitator_id, one.place) for one in day.trainees] == [(first, 1), (second, 2)]
    with pytest.raises(BrokenRuleError, match="must be one of 2: every place is taken"):
        day.with_trainee(uuid4(), prerequisites=())


@pytest.mark.parametrize(
    ("prerequisites", "today", "sentence"),
    [
        (SEEN[:-1], HELD_ON, "prerequisites must all be seen: safeguarding is not"),
        (SEEN, date(2027, 1, 30), "held_on must have come: the training is on 2027-01-31"),
    ],
)
def test_nobody_is_trained_before_the_day_or_without_what_must_be_seen(
    prerequisites: tuple[str, ...], today: date, sentence: str
) -> None:
    one = uuid4()

    with pytest.raises(BrokenRuleError, match=sentence):
        a_day().with_trainee(one, prerequisites=prerequisites).with_attendance(
            one, attended=True, programme=PROGRAMME, today=today
        )


def test_who_was_trained_stays_trained() -> None:
    one = uuid4()
    day = a_day().with_trainee(one, prerequisites=SEEN).with_attendance(one, attended=True, programme=PROGRAMME, today=HELD_ON)

    with pytest.raises(BrokenRuleError, match="a credential was issued"):
        day.with_attendance(one, attended=False, programme=PROGRAMME, today=HELD_ON)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"programme": "yoga"}, "programme"),
        ({"venue": " "}, "venue"),
        ({"places": 0}, "places"),
        ({"expires_after_months": 0}, "expires"),
    ],
)
def test_a_day_that_breaks_a_rule_is_refused_by_the_name_of_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BrokenRuleError, match=f"^{field}"):
        checked_day(replace(a_day(), **changes), known=PROGRAMMES.__contains__)


def test_months_end_on_the_last_day_there_is() -> None:
    assert months_after(date(2027, 12, 31), 2) == date(2028, 2, 29)


def test_a_revoked_credential_opens_nothing() -> None:
    revoked = a_facilitator(credentials=(a_credential(revoked_on=date(2027, 1, 1)),))

    assert opened_to(revoked, today=HELD_ON) == frozenset()
