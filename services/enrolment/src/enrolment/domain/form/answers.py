"""What was answered in a form, as what enrolment knows of a person and their health."""

from collections.abc import Mapping
from datetime import date

from enrolment.domain.eligibility import Answers
from enrolment.domain.form.fields import NONE, NOT_SURE, Answer
from enrolment.domain.person import Person

_YES_OR_NO: Mapping[str, bool | None] = {"yes": True, "no": False, NOT_SURE: None}


def person_of(answers: Mapping[str, Answer]) -> Person:
    """Return the person who answered; KeyError while a question that everybody answers is open."""
    contact = _text(answers, "emergency_name")
    return Person(
        given_name=str(answers["given_name"]),
        family_name=str(answers["family_name"]),
        birth_date=date.fromisoformat(str(answers["birth_date"])),
        nhs_number=_text(answers, "nhs_number"),
        postcode=_text(answers, "postcode"),
        phone=_text(answers, "phone") if answers["reach_by"] == "sms" else None,
        email=_text(answers, "email") if answers["reach_by"] == "email" else None,
        language=str(answers["language"]),
        preferred_channel=str(answers["reach_by"]),
        emergency_contact_name=contact,
        emergency_contact_phone=_text(answers, "emergency_phone") if contact else None,
    )


def clinical_answers(answers: Mapping[str, Answer]) -> Answers:
    """Return what was said about health. "Not sure" is unanswered, which is never a no."""
    months = _text(answers, "pain_months")
    return Answers(
        joints=tuple(_list(answers, "joints") or ()),
        pain_months=int(months) if months and months != NOT_SURE else None,
        needs_supervised_exercise=_yes(answers, "needs_supervised_exercise"),
        independently_mobile=_yes(answers, "independently_mobile"),
        can_attend=_yes(answers, "can_attend"),
        red_flags=_named(answers, "red_flags"),
        exclusions=_named(answers, "exclusions"),
        close_attention=_yes(answers, "close_attention"),
    )


def access_needs(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return what the person needs of a place."""
    return tuple(each for each in _list(answers, "access_needs") or () if each != NONE)


def available(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the times of the week (`mon-am`) at which the person can come; none means any.

    Days without a part of the day, or the other way round, mean all of those.
    """
    days = _list(answers, "days") or []
    parts = _list(answers, "parts_of_day") or []
    if not days and not parts:
        return ()
    all_days = days or ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return tuple(f"{day}-{part}" for day in all_days for part in parts or ["am", "pm", "eve"])


def said_yes(answers: Mapping[str, Answer], name: str) -> bool:
    """Whether the answer is a yes; consent that was not given is none."""
    return answers.get(name) == "yes"


def _named(answers: Mapping[str, Answer], name: str) -> tuple[str, ...] | None:
    chosen = _list(answers, name)
    if chosen is None or NOT_SURE in chosen:
        return None
    return tuple(each for each in chosen if each != NONE)


def _yes(answers: Mapping[str, Answer], name: str) -> bool | None:
    return _YES_OR_NO.get(str(answers.get(name, NOT_SURE)))


def _text(answers: Mapping[str, Answer], name: str) -> str | None:
    answer = answers.get(name)
    return answer if isinstance(answer, str) and answer else None


def _list(answers: Mapping[str, Answer], name: str) -> list[str] | None:
    answer = answers.get(name)
    return answer if isinstance(answer, list) else None
