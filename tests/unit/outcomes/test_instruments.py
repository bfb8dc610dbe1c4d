"""Instruments: range, direction, missing answers, and what is refused."""

import math
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.domain.instruments.catalogue import INSTRUMENTS, UnknownInstrumentError, instrument_of, pack_for, score_all
from outcomes.domain.instruments.instrument import Answers, Instrument, WrongAnswersError

SHORT_FORMS = ("KOOS-12", "HOOS-12")
PARTS = {
    "KOOS-12": {
        "pain": ("P1", "P5", "P6", "P8"),
        "function": ("A3", "A4", "A7", "SP4"),
        "quality_of_life": ("Q1", "Q2", "Q3", "Q4"),
    },
    "HOOS-12": {
        "pain": ("P1", "P4", "P5", "P7"),
        "function": ("A3", "A4", "A7", "SP4"),
        "quality_of_life": ("Q1", "Q2", "Q3", "Q4"),
    },
}


def values_of(code: str, answers: Answers) -> dict[str, float | None]:
    return {score.scale: score.value for score in instrument_of(code).score(answers)}


def answers_to(instrument: Instrument) -> st.SearchStrategy[Mapping[str, int | bool]]:
    return st.fixed_dictionaries(
        {},
        optional={
            item.id: st.booleans() if item.yes_or_no else st.integers(min_value=item.least, max_value=item.most)
            for item in instrument.items
        },
    )


any_answers = st.sampled_from(list(INSTRUMENTS.values())).flatmap(
    lambda instrument: st.tuples(st.just(instrument), answers_to(instrument))
)


complete_answers = st.sampled_from([one for one in INSTRUMENTS.values() if one.code != "RESOURCE-USE"]).flatmap(
    lambda instrument: st.tuples(
        st.just(instrument),
        st.fixed_dictionaries(
            {
                item.id: st.booleans() if item.yes_or_no else st.integers(min_value=item.least, max_value=item.most)
                for item in instrument.items
            }
        ),
    )
)


@given(any_answers)
def test_every_score_lies_in_the_range_of_its_scale(drawn: tuple[Instrument, Answers]) -> None:
    instrument, answers = drawn
    for score in instrument.score(answers):
        scale = instrument.scale(score.scale)
        assert scale is not None
        assert score.value is None or scale.least <= score.value <= scale.most
        assert (score.instrument, score.version) == (instrument.code, instrument.version)


# A higher answer says that it is worse; of the others that it is better.
WORSE_WHEN_HIGHER = {"NRS", "KOOS", "HOOS", "KOOS-12", "HOOS-12", "KOOS-PS", "HOOS-PS", "EQ-5D-5L", "HADS"}
BETTER_WHEN_HIGHER = {"ACTIVITY", "CHAIR-STAND", "SWEMWBS", "WEMWBS", "MSK-HQ", "PAM"}


@given(complete_answers, st.data())
def test_one_answer_that_is_worse_makes_no_score_better(drawn: tuple[Instrument, Answers], data: st.DataObject) -> None:
    instrument, answers = drawn
    higher = [item.id for item in instrument.items if not item.yes_or_no and item.id in answers and answers[item.id] < item.most]
    if not higher:
        return
    raised = data.draw(st.sampled_from(higher))
    before = {one.scale: one.value for one in instrument.score(answers)}
    after = {one.scale: one.value for one in instrument.score({**answers, raised: answers[raised] + 1})}
    says_worse = instrument.code in WORSE_WHEN_HIGHER and raised != "VAS"
    assert says_worse or instrument.code in BETTER_WHEN_HIGHER or raised == "VAS"
    for scale in instrument.scales:
        first, then = before.get(scale.id), after.get(scale.id)
        if first is None or then is None:
            assert first is then
            continue
        better = (then - first) * (1 if scale.direction == "higher_is_better" else -1)
        assert better <= 1e-9 if says_worse or scale.direction == "none" else better >= -1e-9


@given(any_answers, st.randoms())
def test_the_order_of_answers_changes_nothing(drawn: tuple[Instrument, Answers], random: Random) -> None:
    instrument, answers = drawn
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert instrument.score(dict(shuffled)) == instrument.score(answers)


@given(st.sampled_from(SHORT_FORMS), st.data())
def test_a_worse_answer_never_gives_a_better_short_form_score(code: str, data: st.DataObject) -> None:
    instrument = instrument_of(code)
    answers = dict(data.draw(answers_to(instrument)))
    better = values_of(code, answers)
    raisable = [item_id for item_id, value in answers.items() if value < 4]
    if raisable:
        item_id = data.draw(st.sampled_from(raisable))
        worse = values_of(code, {**answers, item_id: answers[item_id] + 1})
        for scale, value in better.items():
            after = worse[scale]
            assert (value is None) == (after is None)
            assert value is None or after is None or after <= value


@given(st.sampled_from(SHORT_FORMS), st.data())
def test_a_short_form_scale_has_a_score_exactly_when_two_of_its_four_items_are_answered(code: str, data: st.DataObject) -> None:
    answers = data.draw(answers_to(instrument_of(code)))
    values = values_of(code, answers)
    for scale, item_ids in PARTS[code].items():
        assert (values[scale] is not None) == (sum(item_id in answers for item_id in item_ids) >= 2)
    scales = [values[scale] for scale in PARTS[code]]
    assert (values["summary"] is None) == (None in scales)


@given(st.sampled_from(SHORT_FORMS), st.data())
def test_the_summary_is_the_mean_of_the_three_scales(code: str, data: st.DataObject) -> None:
    answers = data.draw(st.fixed_dictionaries({item.id: st.integers(0, 4) for item in instrument_of(code).items}))
    values = values_of(code, answers)
    known = [value for scale in PARTS[code] if (value := values[scale]) is not None]
    summary = values["summary"]
    assert summary is not None
    assert math.isclose(summary, sum(known) / 3)


@pytest.mark.parametrize("code", SHORT_FORMS)
@pytest.mark.parametrize(("answer", "score"), [(0, 100), (1, 75), (2, 50), (4, 0)])
def test_the_same_answer_everywhere_gives_the_same_score_everywhere(code: str, answer: int, score: float) -> None:
    assert set(values_of(code, {item.id: answer for item in instrument_of(code).items}).values()) == {score}


def test_missing_items_are_counted_and_the_mean_is_of_the_answered_ones() -> None:
    scores = {score.scale: score for score in instrument_of("KOOS-12").score({"P1": 3, "P5": 2, "P6": 2, "A3": 1})}
    assert scores["pain"].value == pytest.approx(100 - 25 * 7 / 3)
    assert (scores["pain"].missing, scores["function"].missing, scores["summary"].missing) == (1, 3, 8)
    assert scores["function"].value is None


def test_the_short_forms_keep_the_item_ids_of_their_parents() -> None:
    for code, parts in PARTS.items():
        assert [item.id for item in instrument_of(code).items] == [item_id for ids in parts.values() for item_id in ids]


def test_protected_wording_is_not_shipped() -> None:
    for code in SHORT_FORMS:
        assert all(item.question is None for item in instrument_of(code).items)


@pytest.mark.parametrize(("minutes", "active"), [(0, 0), (29, 0), (30, 1), (10_080, 1)])
def test_under_30_minutes_a_week_is_inactive(minutes: int, active: int) -> None:
    assert values_of("ACTIVITY", {"minutes": minutes}) == {"minutes": minutes, "active": active}


def test_a_chair_stand_with_arms_is_on_a_scale_of_its_own() -> None:
    assert values_of("CHAIR-STAND", {"count": 11, "arms_used": False}) == {"stands": 11}
    assert values_of("CHAIR-STAND", {"count": 11}) == {"stands": 11}
    assert values_of("CHAIR-STAND", {"count": 11, "arms_used": True}) == {"stands_adapted": 11}


def test_pain_is_the_rating_and_without_it_there_is_no_score() -> None:
    assert values_of("NRS", {"pain": 7}) == {"pain": 7}
    [score] = instrument_of("NRS").score({})
    assert (score.value, score.missing) == (None, 1)


@pytest.mark.parametrize(
    ("code", "answers", "sentence"),
    [
        ("NRS", {"pain": 11}, "NRS pain (pain in the last week) must be a whole number from 0 to 10."),
        ("NRS", {"pain": True}, "NRS pain (pain in the last week) must be a whole number from 0 to 10."),
        ("NRS", {"pain": 5.5}, "NRS pain (pain in the last week) must be a whole number from 0 to 10."),
        ("NRS", {"mood": 1}, "NRS has no item 'mood'; its items are pain."),
        ("KOOS-12", {"P1": 5}, "KOOS-12 P1 (knee pain: how often) must be a whole number from 0 to 4."),
        ("KOOS-12", {"P1": -1}, "KOOS-12 P1 (knee pain: how often) must be a whole number from 0 to 4."),
        ("CHAIR-STAND", {"arms_used": 1}, "CHAIR-STAND arms_used (arms used) must be true or false."),
    ],
)
def test_a_wrong_answer_is_refused_with_the_item_and_the_rule(code: str, answers: Answers, sentence: str) -> None:
    with pytest.raises(WrongAnswersError) as refused:
        instrument_of(code).score(answers)
    assert str(refused.value) == sentence


def test_an_unknown_instrument_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownInstrumentError, match="There is no instrument 'SF-36'; there are NRS, KOOS-12, HOOS-12"):
        instrument_of("SF-36")


def test_a_questionnaire_takes_no_instrument_that_it_does_not_ask() -> None:
    with pytest.raises(WrongAnswersError, match="HOOS-12 is not part of this questionnaire; it asks NRS, KOOS-12"):
        score_all({"HOOS-12": {"P1": 1}}, asked=pack_for(joints=["knee"]))


def test_a_questionnaire_without_any_answer_is_refused() -> None:
    with pytest.raises(WrongAnswersError, match="Answer at least one question"):
        score_all({"NRS": {}}, asked=pack_for(joints=["knee"]))


@pytest.mark.parametrize(
    ("joints", "asked"),
    [
        (["knee"], ("NRS", "KOOS-12", "ACTIVITY", "CHAIR-STAND")),
        (["hip"], ("NRS", "HOOS-12", "ACTIVITY", "CHAIR-STAND")),
        (["hip", "knee"], ("NRS", "KOOS-12", "HOOS-12", "ACTIVITY", "CHAIR-STAND")),
        (["elbow"], ("NRS", "ACTIVITY", "CHAIR-STAND")),
        ([], ("NRS", "ACTIVITY", "CHAIR-STAND")),
    ],
)
def test_the_joint_decides_which_short_form_is_asked(joints: list[str], asked: tuple[str, ...]) -> None:
    assert pack_for(joints=joints) == asked
