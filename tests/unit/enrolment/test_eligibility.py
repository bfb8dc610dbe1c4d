"""Whom the programme suits, and that its data is checked before anybody relies on it."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from enrolment.domain.eligibility import assess, needs_advice_today
from enrolment.domain.programmes import Programme, ProgrammeDataError, by_code, read_programme
from enrolment.main import load_programmes
from support.enrolment_examples import PROGRAMME, answers

TOML = (files("enrolment") / "programmes" / "escape-pain-knee-hip.toml").read_text(encoding="utf-8")


WORDS = {"en": "x", "cy": "y"}


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
        (lambda data: data.update(red_flags=[{"code": "Chest pain", "text": WORDS, "asked": WORDS}]), "lower-case words"),
        (lambda data: data.update(red_flags=[{"code": "x", "text": WORDS, "asked": WORDS, "urgent": True}]), "a code, a text"),
    ],
)
def test_data_that_cannot_be_used_is_refused_in_a_sentence(change: Any, words: str) -> None:
    data = tomllib.loads(TOML)
    change(data)
    with pytest.raises(ProgrammeDataError, match=words):
        read_programme(as_toml(data))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["reasons"].pop("under_age"), "reasons has no words for under_age"),
        (lambda data: data["reasons"].update(glows=WORDS), "reasons has words that nobody says: glows"),
        (lambda data: data["reasons"].update(under_age={"en": "Too young."}), "reasons.under_age needs en and cy"),
        (lambda data: data["reasons"].update(under_age={"en": "{age}", "cy": "y"}), "reasons.under_age may fill in"),
        (lambda data: data["reasons"].update(under_age={"en": "{", "cy": "y"}), "reasons.under_age may fill in"),
        (lambda data: data["questions"]["joints"].pop("asked"), "questions.joints.asked needs en and cy"),
        (lambda data: data["joint_words"].pop("hip"), "joint_words has no words for hip"),
        (lambda data: data["exclusions"][0].update(decides="ignore"), "decides decline or review"),
        (lambda data: data["exclusions"].append(data["exclusions"][0]), "exclusion is listed twice"),
    ],
)
def test_words_that_are_missing_or_that_nobody_says_are_refused(change: Any, words: str) -> None:
    data = tomllib.loads(TOML)
    change(data)
    with pytest.raises(ProgrammeDataError, match=words):
        read_programme(as_toml(data))


def with_exclusion(decides: str) -> Programme:
    data = tomllib.loads(TOML)
    data["exclusions"][0] |= {"used": True, "decides": decides}
    return read_programme(as_toml(data))


@pytest.mark.parametrize(("decides", "where"), [("decline", "against"), ("review", "unclear")])
def test_an_exclusion_that_is_used_here_decides_what_its_data_says(decides: str, where: str) -> None:
    found = assess(with_exclusion(decides), age=68, answers=answers(exclusions=("joint_replacement",)))
    assert [reason.code for reason in getattr(found, where)] == ["exclusion_joint_replacement"]
    assert "a replaced hip or knee" in getattr(found, where)[0].text


def test_an_exclusion_that_nobody_knows_is_looked_at() -> None:
    found = assess(PROGRAMME, age=68, answers=answers(exclusions=("something_new",)))
    assert [reason.code for reason in found.unclear] == ["exclusion_unknown"]


def test_an_exclusion_that_was_not_asked_about_is_no_no_and_one_that_is_not_used_says_nothing() -> None:
    asked = with_exclusion("decline")
    unanswered = assess(asked, age=68, answers=answers(exclusions=None)).unclear
    assert [reason.field for reason in unanswered] == ["clinical.exclusions"]
    assert assess(asked, age=68, answers=answers(exclusions=("wheelchair",))) == assess(
        asked, age=68, answers=answers(exclusions=())
    )
    assert speaks(exclusions=("joint_replacement",)) == ([], [], [])


@pytest.mark.parametrize("programme", load_programmes().values(), ids=lambda one: one.code)
def test_every_reason_can_be_said_in_both_languages(programme: Programme) -> None:
    everything = answers(
        joints=("elbow",),
        conditions=("Vomiting",),
        pain_months=programme.minimum_pain_months - 1,
        needs_supervised_exercise=None,
        independently_mobile=False,
        can_attend=False,
        red_flags=(*(flag.code for flag in programme.red_flags), "glows_in_the_dark"),
    )
    young = programme.minimum_age - 1
    english, welsh = (assess(programme, age=young, answers=everything, language=language) for language in ("en", "cy"))
    for ours, theirs in zip(
        (*english.red_flags, *english.against, *english.unclear), (*welsh.red_flags, *welsh.against, *welsh.unclear), strict=True
    ):
        assert (ours.code, ours.field) == (theirs.code, theirs.field)
        assert ours.text != theirs.text
        assert "{" not in ours.text + theirs.text


@pytest.mark.parametrize("programme", load_programmes().values(), ids=lambda one: one.code)
def test_machine_written_welsh_is_a_draft_until_a_translator_signs_it(programme: Programme) -> None:
    assert programme.welsh == "draft"


def test_advice_for_today_is_for_those_red_flags_that_say_so() -> None:
    assert needs_advice_today(PROGRAMME, answers(red_flags=("chest_pain", "Hot swollen joint")))
    assert not needs_advice_today(PROGRAMME, answers(red_flags=("chest_pain",)))
    assert not needs_advice_today(PROGRAMME, answers(red_flags=None))


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
