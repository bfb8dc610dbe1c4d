"""What may be recorded at a station."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.exercises import EFFORTS, ExerciseRecord, checked_station, exercise_from
from support.scheduling_examples import PROGRAMME

STATIONS = {station.code: station for station in PROGRAMME.stations}
STEP_UP = {"station": "step-up", "level": " low step ", "repetitions": 12, "effort": 3, "pain": 2, "note": "slow"}


def test_a_record_is_read_as_it_was_entered() -> None:
    assert exercise_from(STEP_UP) == ExerciseRecord(
        station="step-up", level="low step", repetitions=12, effort=3, pain=2, note="slow"
    )


@given(st.sampled_from(EFFORTS), st.integers(0, 10))
def test_every_step_of_both_scales_is_taken(effort: float, pain: int) -> None:
    record = exercise_from({"station": "step-up", "effort": effort, "pain": pain})

    assert (record.effort, record.pain) == (effort, pain)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"station": ""}, "station must not be empty."),
        ({"station": "trampoline"}, "station must be among sit-to-stand, "),
        ({"repetitions": -1}, "repetitions must be a whole number from 0 to 500."),
        ({"repetitions": 2.5}, "repetitions must be a whole number from 0 to 500."),
        ({"repetitions": True}, "repetitions must be a whole number from 0 to 500."),
        ({"seconds": 60}, "seconds must be empty at Step-up, where repetitions are counted."),
        ({"station": "static-bike"}, "repetitions must be empty at Static bike, where seconds are counted."),
        ({"effort": 11}, "effort must be on the Borg CR10 scale"),
        ({"effort": 1.5}, "effort must be on the Borg CR10 scale"),
        ({"effort": True}, "effort must be on the Borg CR10 scale"),
        ({"effort": "hard"}, "effort must be on the Borg CR10 scale"),
        ({"pain": 11}, "pain must be a whole number from 0 to 10."),
        ({"note": 5}, "note must be a text."),
        ({"note": "x" * 501}, "note must have at most 500 characters."),
        ({"level": "a\x00b"}, "level must not hold a null character."),
    ],
)
def test_what_breaks_a_rule_is_refused_by_the_name_of_the_field(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BrokenRuleError) as refused:
        checked_station(exercise_from(STEP_UP | changes), stations=STATIONS)

    assert refused.value.sentence.startswith(sentence)
    assert refused.value.sentence.startswith(refused.value.field)
