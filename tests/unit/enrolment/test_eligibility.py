"""Whom the programme suits, and that its data is checked before anybody relies on it."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from enrolment.domain.eligibility import ProgrammeDataError, assess, by_code, read_programme
from enrolment.main import load_programmes
from support.enrolment_examples import PROGRAMME, answers

TOML = (files("enrolment") / "programmes" / "escape-pain-knee-hip.toml").read_text(encoding="utf-8")


def speaks(*, age: int = 68, **changes: Any) -> tuple[list[str], list[str], list[str]]:
    """The codes of what is a red flag, what is against, and what is unclear."""
    found = assess(PROGRAMME, age=age, answers=answers(**changes))
    return tuple([reason.code for reason in reasons] for reasons in (found.red_flags, found.against, found.unclear))  # type: ignore[return-value]  # three


def test_somebody_who_meets_every_rule_is_eligible() -> None:
    assert speaks() == ([], [], [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"age": 44}, "under_age"),
        ({"joints": ("shoulder",)}, "joint_not_covered"),
        ({"pain_months": 2}, "pain_too_recent"),
        ({"needs_supervised_exercise": False}, "no_supervision_needed"),
        ({"independently_mobile": False}, "not_independently_mobile"),
        ({"can_attend": False}, "cannot_attend"),
    ],
)
def test_a_definite_no_is_against(changes: dict[str, Any], code: str) -> None:
    assert speaks(**changes) == ([], [code], [])


@pytest.mark.parametrize("changes", [{"age": 45}, {"pain_months": 3}, {"joints": ("shoulder", "hip")}])
def test_thresholds_include_their_own_value(changes: dict[str, Any]) -> None:
    assert speaks(**changes) == ([], [], [])


@pytest.mark.parametrize(
    ("question", "unanswered"),
    [
        ("joints", ()),
        ("pain_months", None),
        ("needs_supervised_exercise", None),
        ("independently_mobile", None),
        ("can_attend", None),
        ("red_flags", None),
    ],
)
def test_an_unanswered_question_is_never_a_no(question: str, unanswered: object) -> None:
    found = assess(PROGRAMME, age=68, answers=answers(**{question: unanswered}))
    assert found.against == ()
    assert [(reason.code, reason.field) for reason in found.unclear] == [("unanswered", f"clinical.{question}")]


@pytest.mark.parametrize(
    ("conditions", "unclear"),
    [
        ((), []),
        (("Osteoarthritis of knee",), []),
        (("osteoarthritis-of-the-hip",), []),
        (("Diabetes", "KNEE PAIN"), []),
        (("Vomiting",), ["not_osteoarthritis"]),
        (("No osteoarthritis",), ["not_osteoarthritis"]),
    ],
)
def test_a_condition_that_is_no_osteoarthritis_needs_a_look(conditions: tuple[str, ...], unclear: list[str]) -> None:
    assert speaks(conditions=conditions) == ([], [], unclear)


def test_every_red_flag_goes_to_a_clinician_and_a_hot_joint_brings_advice_for_today() -> None:
    for flag in PROGRAMME.red_flags:
        assert speaks(red_flags=(flag.code,)) == ([f"red_flag_{flag.code}"], [], [])
    [hot] = assess(PROGRAMME, age=68, answers=answers(red_flags=("Hot swollen joint",))).red_flags
    assert "seek advice today" in hot.text


def test_a_red_flag_that_nobody_knows_is_one_all_the_same() -> None:
    assert speaks(red_flags=("glows_in_the_dark",)) == (["red_flag_unknown"], [], [])


def test_every_programme_in_the_package_can_be_read() -> None:
    assert "escape-pain-knee-hip" in load_programmes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.pop("minimum_age"), "no minimum_age"),
        (lambda data: data.update(minimum_age=-1), "minimum_age must be a whole number"),
        (lambda data: data.update(minimum_age=True), "minimum_age must be a whole number"),
        (lambda data: data.update(minimum_agee=45), "nobody reads: minimum_agee"),
        (lambda data: data.update(code=""), "code must be text"),
        (lambda data: data.update(joints=[]), "joints must be a list"),
        (lambda data: data.update(must_be_able_to_attend="yes"), "must be true or false"),
        (lambda data: data.update(red_flags=[]), "would book anybody"),
        (lambda data: data["red_flags"].append(data["red_flags"][0]), "listed twice"),
        (lambda data: data.update(red_flags=[{"code": "Chest pain", "text": "x"}]), "lower-case words"),
        (lambda data: data.update(red_flags=[{"code": "x", "text": "x", "urgent": True}]), "a code, a text"),
    ],
)
def test_data_that_cannot_be_used_is_refused_in_a_sentence(change: Any, words: str) -> None:
    data = tomllib.loads(TOML)
    change(data)
    with pytest.raises(ProgrammeDataError, match=words):
        read_programme(as_toml(data))


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(ProgrammeDataError, match="not valid TOML"):
        read_programme("code =")


def test_two_programmes_of_one_code_are_refused() -> None:
    with pytest.raises(ProgrammeDataError, match="same code"):
        by_code([PROGRAMME, PROGRAMME])


def as_toml(data: dict[str, Any]) -> str:
    return "\n".join(f"{name} = {as_value(value)}" for name, value in data.items())


def as_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {as_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
