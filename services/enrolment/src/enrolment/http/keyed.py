"""What was keyed on the page for referrals by phone or letter, read back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from enrolment.domain.eligibility import Answers
from enrolment.domain.form import fields
from enrolment.domain.form.steps import ACCESS_NEEDS
from enrolment.domain.nhs_number import NhsNumberError, parse_nhs_number
from enrolment.domain.person import Person
from enrolment.domain.programmes import Programme
from enrolment.domain.referrals import birth_date_problem
from page_base.pages import FieldError

SOURCES: Mapping[str, str] = MappingProxyType({"phone": "Phone call", "letter": "Letter", "desk": "In person"})
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "cy": "Welsh"})
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "needs_supervised_exercise": "Needs supervised exercise",
        "independently_mobile": "Moves about without another person's help",
        "can_attend": "Can come for all the weeks",
        "close_attention": "Needs close attention",
    }
)
_SAID: Mapping[str, bool | None] = MappingProxyType({"yes": True, "no": False})
_DAY = re.compile(r"([0-9]{1,2})[ /.-]([0-9]{1,2})[ /.-]([0-9]{4})")
_MOST_MONTHS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """What was keyed. `source` is how it came: phone, letter or desk."""

    source: str
    programme: str
    referred_on: date | None
    person: Person
    answers: Answers
    access_needs: tuple[str, ...]
    shares_with_gp: bool
    allows_marketing: bool


@dataclass(slots=True, kw_only=True)
class _Page:
    """The page as it was sent; what is wrong is collected in the order in which it is read."""

    entered: Mapping[str, Sequence[str]]
    today: date
    errors: list[FieldError] = field(default_factory=list)

    def first(self, name: str) -> str:
        return first(self.entered, name)

    def one_of(self, name: str, choices: Mapping[str, object], wrong: str) -> str:
        chosen = self.first(name)
        if chosen not in choices:
            self.errors.append(FieldError(name, wrong))
        return chosen

    def text(self, name: str, rule: fields.Rule, wrong: str, *, missing: str | None = None) -> str | None:
        given = self.first(name)
        if not given:
            if missing:
                self.errors.append(FieldError(name, missing))
            return None
        value, code = rule(given, self.today)
        if code is not None:
            self.errors.append(FieldError(name, wrong))
        return value

    def day(self, name: str, label: str, *, missing: str | None = None) -> date | None:
        given = self.first(name)
        if not given:
            if missing:
                self.errors.append(FieldError(name, missing))
            return None
        found = _DAY.fullmatch(given)
        try:
            if found is not None:
                return date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            pass
        self.errors.append(FieldError(name, f"{label} must be a real day, such as 31/3/1958"))
        return None

    def ticked(self, name: str) -> tuple[str, ...] | None:
        """What was ticked; nothing ticked is unanswered, and "none of these" an empty answer."""
        chosen = tuple(self.entered.get(name, ()))
        if fields.NONE in chosen and len(chosen) > 1:
            self.errors.append(FieldError(name, "Select either some of these, or that there are none"))
        return tuple(each for each in chosen if each != fields.NONE) if chosen else None


def read_keyed(
    entered: Mapping[str, Sequence[str]], *, programmes: Mapping[str, Programme], today: date
) -> tuple[Keyed | None, list[FieldError]]:
    """Read the page; None with what is wrong, in the order of the page. What was left empty about health is unanswered."""
    page = _Page(entered=entered, today=today)
    source = page.one_of("source", SOURCES, "Select how the referral came")
    programme = page.one_of("programme", programmes, "Select the programme")
    referred_on = page.day("referred_on", "Date of the referral")
    if referred_on is not None and referred_on > today:
        page.errors.append(FieldError("referred_on", "Date of the referral must be today or in the past"))
    person = _person(page)
    answers = _answers(page)
    if page.errors or person is None:
        return None, page.errors
    return Keyed(
        source=source,
        programme=programme,
        referred_on=referred_on,
        person=person,
        answers=answers,
        access_needs=tuple(each for each in entered.get("access_needs", ()) if each in ACCESS_NEEDS),
        shares_with_gp=page.first("shares_with_gp") == "yes",
        allows_marketing=page.first("allows_marketing") == "yes",
    ), []


def first(entered: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the first value that was entered under a name, without spaces around it."""
    return next(iter(entered.get(name, ())), "").replace("\x00", "").strip()


def _person(page: _Page) -> Person | None:
    given = page.text("given_name", _any_name, "First name must be 100 characters or fewer", missing="Enter the first name")
    family = page.text("family_name", _any_name, "Last name must be 100 characters or fewer", missing="Enter the last name")
    birth_date = page.day("birth_date", "Date of birth", missing="Enter the date of birth")
    if birth_date is not None and (problem := birth_date_problem(birth_date, today=page.today)) is not None:
        page.errors.append(FieldError("birth_date", problem.text))
    postcode = page.text("postcode", fields.postcode_rule, "Postcode must be a full one, such as LS1 4AP")
    phone = page.text("phone", fields.phone_rule, "Phone must be a number, such as 07700 900123")
    email = page.text("email", fields.email_rule, "Email must be in the form name@example.org")
    emergency_name = page.text("emergency_name", _any_name, "Name must be 100 characters or fewer")
    emergency_phone = page.text("emergency_phone", fields.phone_rule, "Phone must be a number, such as 01632 960001")
    if given is None or family is None or birth_date is None:
        return None
    believed, doubtful = _number(page.first("nhs_number"))
    language = page.first("language")
    return Person(
        given_name=given,
        family_name=family,
        birth_date=birth_date,
        nhs_number=believed,
        nhs_number_as_sent=doubtful,
        postcode=postcode,
        phone=phone,
        email=email,
        language=language if language in LANGUAGES else "en",
        preferred_channel=page.first("preferred_channel") or None,
        emergency_contact_name=emergency_name,
        emergency_contact_phone=emergency_phone if emergency_name else None,
    )


def _answers(page: _Page) -> Answers:
    months = page.first("pain_months")
    if months and not (months.isdecimal() and int(months) <= _MOST_MONTHS):
        page.errors.append(FieldError("pain_months", "Months of pain must be a whole number"))
        months = ""
    return Answers(
        joints=tuple(page.entered.get("joints", ())),
        pain_months=int(months) if months else None,
        needs_supervised_exercise=_SAID.get(page.first("needs_supervised_exercise")),
        independently_mobile=_SAID.get(page.first("independently_mobile")),
        can_attend=_SAID.get(page.first("can_attend")),
        close_attention=_SAID.get(page.first("close_attention")),
        red_flags=page.ticked("red_flags"),
        exclusions=page.ticked("exclusions"),
    )


def _any_name(text: str, _: date) -> tuple[str | None, str | None]:
    text = " ".join(text.split())
    return (text, None) if len(text) <= fields.LONGEST_TEXT else (None, "too_long")


def _number(text: str) -> tuple[str | None, str | None]:
    """Return (believed, doubtful): a number that fails goes to review, as from any sender."""
    if not text:
        return None, None
    try:
        return parse_nhs_number(text), None
    except NhsNumberError:
        return None, text[: fields.LONGEST_TEXT]
