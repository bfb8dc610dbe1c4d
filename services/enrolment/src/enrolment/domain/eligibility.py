"""Whether a programme suits a person, from the answers in the referral. The rules are a programme's data."""

from collections.abc import Iterator
from dataclasses import dataclass

from enrolment.domain.programmes import DECLINES, Programme, Words, as_code, normalised
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
    exclusions: tuple[str, ...] | None = None
    close_attention: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """`red_flags` need a clinician; `against` are definite noes; `unclear` is what somebody has to find out."""

    red_flags: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()
    unclear: tuple[Reason, ...] = ()


_UNSAID = {
    "joints": Words(en="which joint hurts", cy="pa gymal sy'n brifo"),
    "pain_months": Words(en="for how many months the joint has hurt", cy="ers sawl mis mae'r cymal yn brifo"),
    "needs_supervised_exercise": Words(
        en="whether the person needs supervised exercise", cy="a oes angen ymarfer dan oruchwyliaeth ar y person"
    ),
    "independently_mobile": Words(
        en="whether the person is independently mobile", cy="a all y person symud o gwmpas heb gymorth"
    ),
    "can_attend": Words(en="whether the person can come for all the weeks", cy="a all y person ddod am yr wythnosau i gyd"),
    "red_flags": Words(en="whether there are any red flags", cy="a oes unrhyw arwyddion rhybudd"),
    "exclusions": Words(en="whether anything speaks against the programme", cy="a oes rhywbeth yn erbyn y rhaglen"),
}


def assess(programme: Programme, *, age: int, answers: Answers, language: str = "en") -> Eligibility:
    """Hold the answers against the programme's rules; every rule that speaks is in the result, in words of the language."""
    against: list[Reason] = []
    unclear: list[Reason] = []

    def reason(code: str, field: str, *, what: Words | str = "", name: str | None = None) -> Reason:
        return Reason(name or code, programme.say(code, language, what=what), field)

    if age < programme.minimum_age:
        against.append(reason("under_age", "patient.birth_date"))
    if answers.conditions and not any(normalised(condition) in programme.conditions for condition in answers.conditions):
        unclear.append(reason("not_osteoarthritis", "clinical.conditions"))
    for question, suits, no in _questions(programme, answers):
        if suits is None:
            unclear.append(reason("unanswered", f"clinical.{question}", what=_UNSAID[question]))
        elif not suits:
            against.append(reason(no, f"clinical.{question}"))
    for exclusion in programme.exclusions:
        if exclusion.code in {as_code(code) for code in answers.exclusions or ()}:
            found = reason("exclusion", "clinical.exclusions", what=exclusion.text, name=f"exclusion_{exclusion.code}")
            (against if exclusion.decides == DECLINES else unclear).append(found)
    known = {*(each.code for each in programme.exclusions), *programme.unused_exclusions}
    if not known.issuperset(as_code(code) for code in answers.exclusions or ()):
        unclear.append(reason("exclusion_unknown", "clinical.exclusions"))
    return Eligibility(
        red_flags=tuple(_red_flag_reason(programme, code, language) for code in answers.red_flags or ()),
        against=tuple(against),
        unclear=tuple(unclear),
    )


def needs_advice_today(programme: Programme, answers: Answers) -> bool:
    """Whether a red flag is named for which a person seeks advice the same day."""
    urgent = {flag.code for flag in programme.red_flags if flag.same_day}
    return any(as_code(code) in urgent for code in answers.red_flags or ())


def _questions(programme: Programme, answers: Answers) -> Iterator[tuple[str, bool | None, str]]:
    """Yield what the programme asks: the question, whether the answer suits (None: unanswered), and what is said if not."""
    suits = bool(set(answers.joints) & set(programme.joints)) if answers.joints else None
    yield "joints", suits, "joint_not_covered"
    suits = None if answers.pain_months is None else answers.pain_months >= programme.minimum_pain_months
    yield "pain_months", suits, "pain_too_recent"
    if programme.must_need_supervised_exercise:
        yield "needs_supervised_exercise", answers.needs_supervised_exercise, "no_supervision_needed"
    if programme.must_be_independently_mobile:
        yield "independently_mobile", answers.independently_mobile, "not_independently_mobile"
    if programme.must_be_able_to_attend:
        yield "can_attend", answers.can_attend, "cannot_attend"
    # Any red flag that is named goes to a clinician, so only silence matters here; likewise exclusions speak for themselves.
    yield "red_flags", None if answers.red_flags is None else True, "red_flag"
    if programme.exclusions:
        yield "exclusions", None if answers.exclusions is None else True, "exclusion"


def _red_flag_reason(programme: Programme, code: str, language: str) -> Reason:
    flag = next((flag for flag in programme.red_flags if flag.code == as_code(code)), None)
    if flag is None:
        return Reason("red_flag_unknown", programme.say("red_flag_unknown", language), "clinical.red_flags")
    said = programme.say("red_flag_same_day" if flag.same_day else "red_flag", language, what=flag.text)
    return Reason(f"red_flag_{flag.code}", said, "clinical.red_flags")
