"""The fields of a question, and how what was entered is read back. Nothing here knows how a page looks."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from enrolment.domain.nhs_number import NhsNumberError, parse_nhs_number
from enrolment.domain.referrals import birth_date_problem

Answer = str | list[str]
# Reads a text that isn't empty: what is kept of it, or the code of what is wrong with it.
Rule = Callable[[str, date], tuple[str | None, str | None]]

LONGEST_TEXT = 100
LONGEST_EMAIL = 254
NOT_SURE = "not_sure"
NONE = "none"

_NAME = re.compile(r"[^\W\d_]+(?:[ '\u2019-]+[^\W\d_]+)*")  # letters of any alphabet, so that a greeting can't carry a message
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_MOBILE = re.compile(r"(?:0|\+44)7[0-9]{9}")
_ANY_PHONE = re.compile(r"\+?[0-9]{7,15}")
_EMAIL = re.compile(r"[!-;=?A-~]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_POSTER = re.compile(r"[A-Za-z0-9-]{3,32}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right: the id of the input and the code of the words."""

    field: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input. `kind` is text, date, radios or checkboxes; `alone` are choices that exclude the others.

    A text is read by `rule`; one that is `optional` may be left empty.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    optional: bool = False
    rule: Rule | None = None
    autocomplete: str | None = None
    inputmode: str | None = None
    width: int | None = None


def read(
    fields: Sequence[Field], entered: Mapping[str, Sequence[str]], *, today: date
) -> tuple[dict[str, Answer], list[Problem]]:
    """Read what was entered into answers by field name, and say what is wrong, in the order of the fields."""
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for field in fields:
        answer, code = _READERS[field.kind](field, entered, today)
        if code is not None:
            problems.append(Problem(first_input(field), code))
        elif answer is not None:
            answers[field.name] = answer
    return answers, problems


def first_input(field: Field) -> str:
    """Return the id of a field's first input, to which the error summary links."""
    return f"{field.name}-day" if field.kind == "date" else field.name


def name_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """Letters, spaces, hyphens and apostrophes."""
    text = " ".join(text.split())
    return (text, None) if _NAME.fullmatch(text) and len(text) <= LONGEST_TEXT else (None, "name_format")


def postcode_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """A postcode of the United Kingdom, written with a space in its place."""
    bare = "".join(text.split()).upper()
    return (f"{bare[:-3]} {bare[-3:]}", None) if _POSTCODE.fullmatch(bare) else (None, "postcode_format")


def nhs_number_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """A number that passes its check digit."""
    try:
        return parse_nhs_number(text), None
    except NhsNumberError as error:
        return None, error.code


def mobile_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """A British mobile number, kept as it is written at home."""
    bare = re.sub(r"[\s()-]", "", text)
    return (bare.replace("+44", "0", 1), None) if _MOBILE.fullmatch(bare) else (None, "mobile_format")


def phone_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """Any phone number."""
    bare = re.sub(r"[\s()-]", "", text)
    return (bare, None) if _ANY_PHONE.fullmatch(bare) else (None, "phone_format")


def email_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """An address to which a message can be sent."""
    text = text.strip()
    return (text, None) if _EMAIL.fullmatch(text) and len(text) <= LONGEST_EMAIL else (None, "email_format")


def poster_rule(text: str, _: date) -> tuple[str | None, str | None]:
    """The code on a poster; whether there is such a poster is found out later."""
    bare = "".join(text.split()).upper()
    return (bare, None) if _POSTER.fullmatch(bare) else (None, "poster_format")


def _text(field: Field, entered: Mapping[str, Sequence[str]], today: date) -> tuple[Answer | None, str | None]:
    text = _first(entered, field.name)
    if not text:
        return None, None if field.optional else f"{field.name}_missing"
    return (text[:LONGEST_TEXT], None) if field.rule is None else field.rule(text, today)


def _date(field: Field, entered: Mapping[str, Sequence[str]], today: date) -> tuple[Answer | None, str | None]:
    parts = [_first(entered, f"{field.name}[{part}]") for part in ("day", "month", "year")]
    if not any(parts):
        return None, f"{field.name}_missing"
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        return None, "date_parts"
    try:
        day = date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return None, "date_unreal"
    problem = birth_date_problem(day, today=today)
    return (day.isoformat(), None) if problem is None else (None, problem.code)


def _radios(field: Field, entered: Mapping[str, Sequence[str]], _: date) -> tuple[Answer | None, str | None]:
    chosen = _first(entered, field.name)
    return (chosen, None) if chosen in field.choices else (None, f"{field.name}_missing")


def _checkboxes(field: Field, entered: Mapping[str, Sequence[str]], _: date) -> tuple[Answer | None, str | None]:
    chosen = [each for each in field.choices if each in entered.get(field.name, ())]
    if not chosen:
        return (None, f"{field.name}_missing") if not field.optional else ([], None)
    if len(chosen) > 1 and set(chosen) & set(field.alone):
        return None, "alone"
    return list(chosen), None


def _first(entered: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(entered.get(name, ())), "").replace("\x00", "").strip()


_READERS: Mapping[str, Callable[[Field, Mapping[str, Sequence[str]], date], tuple[Answer | None, str | None]]] = {
    "text": _text,
    "date": _date,
    "radios": _radios,
    "checkboxes": _checkboxes,
}
