"""Whether a programme suits a person, from the answers in the referral. The rules are a programme's data."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enrolment.domain.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the referral says about the person's health. None or empty means unanswered, which is never a no."""

    joints: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    pain_months: int | None = None
    needs_supervised_exercise: bool | None = None
    independently_mobile: bool | None = None
    can_attend: bool | None = None
    red_flags: tuple[str, ...] | None = None
    close_attention: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """Something that a clinician looks at before anything else happens. `same_day`: the person seeks advice the same day."""

    code: str
    text: str
    same_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme and whom it is for. Ages in years, pain in months."""

    code: str
    name: str
    minimum_age: int
    minimum_pain_months: int
    joints: tuple[str, ...]
    conditions: tuple[str, ...]
    must_need_supervised_exercise: bool
    must_be_independently_mobile: bool
    must_be_able_to_attend: bool
    red_flags: tuple[RedFlag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """`red_flags` need a clinician; `against` are definite noes; `unclear` is what somebody has to find out."""

    red_flags: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()
    unclear: tuple[Reason, ...] = ()


class ProgrammeDataError(ValueError):
    """A programme's data can't be used; the message names the setting and the rule."""


_NUMBERS = ("minimum_age", "minimum_pain_months")
_LISTS = ("joints", "conditions")
_SWITCHES = ("must_need_supervised_exercise", "must_be_independently_mobile", "must_be_able_to_attend")
_TEXTS = ("code", "name")


def read_programme(toml: str) -> Programme:
    """Read one programme from its TOML; ProgrammeDataError for anything missing, unknown or of the wrong kind."""
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        msg = f"the programme is not valid TOML: {error}"
        raise ProgrammeDataError(msg) from None
    for name in (*_TEXTS, *_NUMBERS, *_LISTS, *_SWITCHES, "red_flags"):
        if name not in data:
            msg = f"the programme has no {name}"
            raise ProgrammeDataError(msg)
    unknown = set(data) - {*_TEXTS, *_NUMBERS, *_LISTS, *_SWITCHES, "red_flags", "source"}
    _require(not unknown, f"the programme has settings that nobody reads: {', '.join(sorted(unknown))}")
    for name in _TEXTS:
        _require(isinstance(data[name], str) and bool(data[name]), f"{name} must be text")
    for name in _NUMBERS:
        _require(type(data[name]) is int and data[name] >= 0, f"{name} must be a whole number, 0 or more")
    for name in _SWITCHES:
        _require(isinstance(data[name], bool), f"{name} must be true or false")
    for name in _LISTS:
        _require(_is_list_of_texts(data[name]) and bool(data[name]), f"{name} must be a list of texts, at least one")
    flags = tuple(_red_flag(item) for item in data["red_flags"])
    _require(bool(flags), "a programme without red flags would book anybody")
    _require(len({flag.code for flag in flags}) == len(flags), "a red flag is listed twice")
    return Programme(
        **{name: data[name] for name in (*_TEXTS, *_NUMBERS, *_SWITCHES)},
        joints=tuple(data["joints"]),
        conditions=tuple(_words(name) for name in data["conditions"]),
        red_flags=flags,
    )


def by_code(programmes: Sequence[Programme]) -> Mapping[str, Programme]:
    """Index programmes; two of one code are refused with ProgrammeDataError."""
    indexed = {programme.code: programme for programme in programmes}
    _require(len(indexed) == len(programmes), "two programmes have the same code")
    return indexed


def assess(programme: Programme, *, age: int, answers: Answers) -> Eligibility:
    """Hold the answers against the programme's rules; every rule that speaks is in the result."""
    against: list[Reason] = []
    unclear: list[Reason] = []
    if age < programme.minimum_age:
        text = f"The programme is for people who are {programme.minimum_age} or older."
        against.append(Reason("under_age", text, "patient.birth_date"))
    if answers.conditions and not any(_words(condition) in programme.conditions for condition in answers.conditions):
        text = f"None of the conditions in the referral is osteoarthritis or pain of the {' or '.join(programme.joints)}."
        unclear.append(Reason("not_osteoarthritis", text, "clinical.conditions"))
    for answer, no, question in _questions(programme, answers):
        if answer is None:
            unclear.append(Reason("unanswered", f"The referral does not say {question}.", no.field))
        elif answer is False:
            against.append(no)
    return Eligibility(
        red_flags=tuple(_red_flag_reason(programme, code) for code in answers.red_flags or ()),
        against=tuple(against),
        unclear=tuple(unclear),
    )


def _questions(programme: Programme, answers: Answers) -> Iterator[tuple[bool | None, Reason, str]]:
    """Yield what the programme asks: whether the answer suits (None: unanswered), what is said if not, and the question."""
    suits = bool(set(answers.joints) & set(programme.joints)) if answers.joints else None
    text = f"The programme is for pain in the {' or '.join(programme.joints)}."
    yield suits, Reason("joint_not_covered", text, "clinical.joints"), "which joint hurts"
    suits = None if answers.pain_months is None else answers.pain_months >= programme.minimum_pain_months
    text = f"The programme is for joint pain that has lasted {programme.minimum_pain_months} months or longer."
    no = Reason("pain_too_recent", text, "clinical.pain_months")
    yield suits, no, "for how many months the joint has hurt"
    if programme.must_need_supervised_exercise:
        text = "The programme is for people who need supervised exercise."
        no = Reason("no_supervision_needed", text, "clinical.needs_supervised_exercise")
        yield answers.needs_supervised_exercise, no, "whether the person needs supervised exercise"
    if programme.must_be_independently_mobile:
        text = "The programme is for people who can move about by themselves."
        no = Reason("not_independently_mobile", text, "clinical.independently_mobile")
        yield answers.independently_mobile, no, "whether the person is independently mobile"
    if programme.must_be_able_to_attend:
        text = "The programme is for people who can come to the sessions for all the weeks."
        yield (
            answers.can_attend,
            Reason("cannot_attend", text, "clinical.can_attend"),
            "whether the person can come for all the weeks",
        )
    # Any red flag that is named goes to a clinician, so only silence matters here.
    no = Reason("red_flags", "There is a red flag.", "clinical.red_flags")
    yield None if answers.red_flags is None else True, no, "whether there are any red flags"


def _red_flag_reason(programme: Programme, code: str) -> Reason:
    flag = next((flag for flag in programme.red_flags if flag.code == _code(code)), None)
    if flag is None:
        text = "The referral names a red flag that this programme doesn't know; a clinician has to look at it."
        return Reason("red_flag_unknown", text, "clinical.red_flags")
    advice = " The person should seek advice today, from the GP or 111." if flag.same_day else ""
    return Reason(f"red_flag_{flag.code}", f"A clinician has to look first: {flag.text}.{advice}", "clinical.red_flags")


def _red_flag(item: Any) -> RedFlag:
    _require(isinstance(item, dict), "red_flags must be tables")
    known = {"code", "text", "same_day"}
    _require({"code", "text"} <= set(item) <= known, "a red flag has a code, a text and perhaps same_day")
    _require(item["code"] == _code(item["code"]), "a red flag's code is lower-case words joined by underscores")
    _require(isinstance(item.get("same_day", False), bool), "same_day must be true or false")
    return RedFlag(code=item["code"], text=str(item["text"]), same_day=item.get("same_day", False))


def _code(text: str) -> str:
    return _words(text).replace(" ", "_")


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _require(holds: bool, rule: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    if not holds:
        raise ProgrammeDataError(rule)
