"""What a register must hold."""

from uuid import UUID

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.registers import Entry, Mark, checked_register

ANN, BEN, LEFT, STRANGER = (UUID(int=number) for number in range(1, 5))


def entries(*pairs: tuple[object, str]) -> list[Entry]:
    return [Entry(participant_id=participant_id, status=status) for participant_id, status in pairs]  # type: ignore[arg-type]  # UUIDs


def test_a_register_holds_everybody_once() -> None:
    excused = Entry(participant_id=BEN, status="excused", excuse=" at the dentist ")

    marks = checked_register([*entries((ANN, "present")), excused], expected={ANN, BEN}, known={ANN, BEN, LEFT})

    assert marks == {ANN: Mark(status="present"), BEN: Mark(status="excused", excuse="at the dentist")}


def test_somebody_who_left_since_may_be_on_it() -> None:
    marks = checked_register(entries((ANN, "present"), (LEFT, "absent")), expected={ANN}, known={ANN, LEFT})

    assert marks[LEFT] == Mark(status="absent")


@pytest.mark.parametrize(
    ("lines", "field", "sentence"),
    [
        (entries((ANN, "present")), "entries", f"entries must hold everybody in the cohort: {BEN} missing."),
        (
            entries((ANN, "present"), (BEN, "present"), (ANN, "absent")),
            "entries.participant_id",
            f"participant_id must not be repeated: {ANN} is.",
        ),
        (
            entries((ANN, "present"), (BEN, "present"), (STRANGER, "present")),
            "entries.participant_id",
            f"participant_id must be in the cohort, not {STRANGER}.",
        ),
        (entries((ANN, "late")), "status", "status must be present, absent or excused."),
        (
            [Entry(participant_id=ANN, status="absent", excuse="ill"), *entries((BEN, "present"))],
            "excuse",
            "excuse must be empty for somebody who is not excused.",
        ),
        (
            [Entry(participant_id=ANN, status="excused", excuse="x" * 301), *entries((BEN, "present"))],
            "excuse",
            "excuse must have at most 300 characters.",
        ),
    ],
)
def test_a_register_that_breaks_a_rule_is_refused_in_words(lines: list[Entry], field: str, sentence: str) -> None:
    with pytest.raises(BrokenRuleError) as refused:
        checked_register(lines, expected={ANN, BEN}, known={ANN, BEN})

    assert (refused.value.field, refused.value.sentence) == (field, sentence)
