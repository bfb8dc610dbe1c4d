"""Which questions a person is asked, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enrolment.domain.eligibility import needs_advice_today
from enrolment.domain.form import fields
from enrolment.domain.form.answers import clinical_answers
from enrolment.domain.form.fields import NONE, NOT_SURE, Answer, Field
from enrolment.domain.programmes import Programme

SELF_REFERRAL = "self_referral"
NOMINATION = "nomination"
YES_NO = ("yes", "no")
YES_NO_OR_NOT_SURE = ("yes", "no", NOT_SURE)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS_OF_DAY = ("am", "pm", "eve")
ACCESS_NEEDS = ("step_free", "accessible_toilet", "hearing_loop", "parking")
# Months that it has hurt at least, beyond the programme's own threshold: a year, five years.
LONGER = (12, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page. `slug` is its place in the address; one without fields only tells something."""

    slug: str
    fields: tuple[Field, ...] = ()
    goes_on: bool = True


def _text(name: str, rule: fields.Rule, *, optional: bool = False, **looks: str | int) -> Field:
    return Field(name=name, kind="text", rule=rule, optional=optional, **looks)  # type: ignore[arg-type]  # attributes of an input


def _radios(name: str, choices: tuple[str, ...] = YES_NO_OR_NOT_SURE) -> Field:
    return Field(name=name, kind="radios", choices=choices)


def steps_of(*, kind: str, programme: Programme, answers: Mapping[str, Answer]) -> Sequence[Step]:
    """Return the pages of a form of this kind that apply, given what was answered so far."""
    reach = answers.get("reach_by")
    steps = [
        Step(
            slug="name",
            fields=(
                _text("given_name", fields.name_rule, autocomplete="given-name"),
                _text("family_name", fields.name_rule, autocomplete="family-name"),
            ),
        ),
        Step(slug="birth-date", fields=(Field(name="birth_date", kind="date", autocomplete="bday"),)),
        Step(
            slug="postcode",
            fields=(_text("postcode", fields.postcode_rule, optional=True, autocomplete="postal-code", width=10),),
        ),
        Step(
            slug="nhs-number",
            fields=(_text("nhs_number", fields.nhs_number_rule, optional=True, inputmode="numeric", width=10),),
        ),
        Step(slug="reach", fields=(_radios("reach_by", ("sms", "email", "neither")),)),
    ]
    if reach == "sms":
        mobile = _text("phone", fields.mobile_rule, autocomplete="tel", inputmode="tel", width=20)
        steps.append(Step(slug="mobile", fields=(mobile,)))
    if reach == "email":
        steps.append(Step(slug="email", fields=(_text("email", fields.email_rule, autocomplete="email", inputmode="email"),)))
    if reach == "neither":
        steps.append(Step(slug="no-contact", goes_on=False))
    steps.append(Step(slug="language", fields=(_radios("language", ("en", "cy")),)))
    steps += _health(programme, answers)
    steps += [
        Step(slug="support", fields=(_radios("close_attention"),)),
        Step(
            slug="access",
            fields=(Field(name="access_needs", kind="checkboxes", choices=(*ACCESS_NEEDS, NONE), alone=(NONE,)),),
        ),
        Step(
            slug="times",
            fields=(
                Field(name="days", kind="checkboxes", choices=DAYS, optional=True),
                Field(name="parts_of_day", kind="checkboxes", choices=PARTS_OF_DAY, optional=True),
            ),
        ),
        Step(
            slug="emergency",
            fields=(
                _text("emergency_name", fields.name_rule, optional=True, autocomplete="off"),
                _text("emergency_phone", fields.phone_rule, optional=True, autocomplete="off", inputmode="tel", width=20),
            ),
        ),
        Step(slug="gp", fields=(_radios("shares_with_gp", YES_NO),)),
        Step(slug="marketing", fields=(_radios("allows_marketing", YES_NO),)),
        Step(slug="employer", fields=(_radios("may_tell_sender", YES_NO),))
        if kind == NOMINATION
        else Step(slug="poster", fields=(_text("poster_code", fields.poster_rule, optional=True, autocomplete="off", width=10),)),
    ]
    return steps


def first_unanswered(steps: Sequence[Step], *, seen: Sequence[str]) -> Step | None:
    """Return the first page that was not answered yet, or None if all were."""
    return next((step for step in steps if not step.goes_on or step.slug not in seen), None)


def pain_choices(programme: Programme) -> tuple[str, ...]:
    """Return how long it may have hurt, each as the least number of months, and that one isn't sure."""
    least = programme.minimum_pain_months
    months = [0, least, *(each for each in LONGER if each > least)]
    return (*(str(each) for each in months), NOT_SURE)


def _health(programme: Programme, answers: Mapping[str, Answer]) -> list[Step]:
    joints = (*programme.joints, "elsewhere")
    flags = (*(flag.code for flag in programme.red_flags), NONE, NOT_SURE)
    steps = [
        Step(slug="joints", fields=(Field(name="joints", kind="checkboxes", choices=joints),)),
        Step(slug="pain", fields=(_radios("pain_months", pain_choices(programme)),)),
        Step(
            slug="red-flags",
            fields=(Field(name="red_flags", kind="checkboxes", choices=flags, alone=(NONE, NOT_SURE)),),
        ),
    ]
    if needs_advice_today(programme, clinical_answers(answers)):
        steps.append(Step(slug="advice"))
    if programme.must_be_independently_mobile:
        steps.append(Step(slug="moving", fields=(_radios("independently_mobile"),)))
    if programme.must_need_supervised_exercise:
        steps.append(Step(slug="guidance", fields=(_radios("needs_supervised_exercise"),)))
    if programme.must_be_able_to_attend:
        steps.append(Step(slug="attending", fields=(_radios("can_attend"),)))
    if programme.exclusions:
        listed = (*(each.code for each in programme.exclusions), NONE, NOT_SURE)
        field = Field(name="exclusions", kind="checkboxes", choices=listed, alone=(NONE, NOT_SURE))
        steps.append(Step(slug="exclusions", fields=(field,)))
    return steps
