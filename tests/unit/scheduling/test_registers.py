"""What a register must hold."""

from uuid import uuid4

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.registers import Entry, checked_register

ANN, BEN, LEFT, STRANGER = (uuid4() for _ in range(4))


def entries(*pairs: tuple[object, str]) -> list[Entry]:
    return [Entry(participant_id=participant_id, status=status) for participant_id, status in pairs]  # type: ignore[arg-type]  # UUIDs


def test_a_register_holds_everybody_once() -> None:
    statuses = checked_register(entries((ANN, "present"), (BEN, "excused")), expected={ANN, BEN}, known={ANN, BEN, LEFT})

    assert statuses == {ANN: "present", BEN: "excused"}


def test_somebody_who_left_since_may_be_on_it() -> None:
    assert checked_register(entries((ANN, "present"), (LEFT, "absent")), expected={ANN}, known={ANN, LEFT})[LEFT] == "absent"


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
        (entries((ANN, "late")), "entries.status", "status must be present, absent or excused."),
    ],
)
def test_a_register_that_breaks_a_rule_is_refused_in_words(lines: list[Entry], field: str, sentence: str) -> None:
    with pytest.raises(BrokenRuleError) as refused:
        checked_register(lines, expected={ANN, BEN}, known={ANN, BEN})

    assert (refused.value.field, refused.value.sentence) == (field, sentence)
