"""What is known of a person turns out to be wrong and is put right; how it was is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from uuid import UUID

from enrolment.domain.audit import Actor
from enrolment.domain.nhs_number import NhsNumberError, is_synthetic, parse_nhs_number
from enrolment.domain.person import Person
from enrolment.domain.reason import Reason
from enrolment.domain.referrals import birth_date_problem

# What may be put right, and how long each may be. What a person likes (language, channel) is theirs to change, and no correction.
LONGEST: Mapping[str, int] = {
    "given_name": 100,
    "family_name": 100,
    "postcode": 10,
    "phone": 40,
    "email": 254,
    "emergency_contact_name": 200,
    "emergency_contact_phone": 40,
}
_REQUIRED = ("given_name", "family_name", "birth_date")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,}")
_WORDS = {
    "given_name": "first name",
    "family_name": "last name",
    "birth_date": "birth date",
    "nhs_number": "NHS number",
    "postcode": "postcode",
    "phone": "phone number",
    "email": "email address",
    "emergency_contact_name": "name of the emergency contact",
    "emergency_contact_phone": "phone number of the emergency contact",
    "joints": "joints",
}


class CorrectionError(ValueError):
    """What was given can't be taken; `problems` name each field and the rule."""

    def __init__(self, *problems: Reason) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How a person was described before a correction, and who corrected it: the fields that changed alone."""

    participant_id: UUID
    sequence: int
    at: datetime
    by: Actor
    before: Mapping[str, object]


def corrected(person: Person, *, values: Mapping[str, str | date | None], today: date, in_production: bool) -> Person:
    """Return the person as they are rightly described. `values` has the fields to change, None for what is to be empty.

    CorrectionError names everything that is wrong at once.
    """
    clean: dict[str, str | date | None] = {}
    problems: list[Reason] = []
    for field, value in values.items():
        if field not in _WORDS or field == "joints":
            problems.append(Reason("unknown_field", "This can't be corrected here.", field))
            continue
        text = value.strip() if isinstance(value, str) else value
        problem = _problem(field, text or None, today=today, in_production=in_production)
        if problem is not None:
            problems.append(problem)
        elif field == "nhs_number" and isinstance(text, str) and text:
            clean[field] = parse_nhs_number(text)
        else:
            clean[field] = text or None
    if problems:
        raise CorrectionError(*problems)
    if "nhs_number" in clean:
        clean["nhs_number_as_sent"] = None
    return replace(person, **clean)  # type: ignore[arg-type]  # the names are those of LONGEST and _REQUIRED, checked above


def differences(before: Person, after: Person) -> dict[str, object]:
    """Return the fields that changed, as they were."""
    return {
        field.name: getattr(before, field.name)
        for field in fields(Person)
        if getattr(before, field.name) != getattr(after, field.name)
    }


def _problem(field: str, value: str | date | None, *, today: date, in_production: bool) -> Reason | None:
    words = _WORDS[field]
    if value is None:
        return Reason("required", f"Enter the {words}.", field) if field in _REQUIRED else None
    if isinstance(value, date):
        return birth_date_problem(value, today=today)
    if "\x00" in value or len(value) > LONGEST.get(field, 20):
        return Reason("too_long", f"The {words} must be {LONGEST.get(field, 20)} characters or fewer.", field)
    if field == "nhs_number":
        return _number_problem(value, in_production=in_production)
    if field == "email":
        wrong = not _EMAIL.fullmatch(value)
        return Reason("email_format", "Enter an email address in the form name@example.org.", field) if wrong else None
    wrong = field.endswith("phone") and not _PHONE.fullmatch(value)
    return Reason("phone_format", f"Enter the {words} in digits, such as 07700 900123.", field) if wrong else None


def _number_problem(value: str, *, in_production: bool) -> Reason | None:
    try:
        number = parse_nhs_number(value)
    except NhsNumberError as error:
        return Reason(error.code, error.sentence, "nhs_number")
    if in_production and is_synthetic(number):
        return Reason("nhs_number_synthetic", "The NHS number begins with 9: such numbers are never issued.", "nhs_number")
    return None
