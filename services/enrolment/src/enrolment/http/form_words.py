"""The words of the form in both languages, and what each page of it shows."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from enrolment.domain.form.fields import Answer, Field, Problem, first_input
from enrolment.domain.form.steps import Step
from enrolment.domain.nhs_number import shown
from enrolment.domain.programmes import LANGUAGES, Programme
from page_base.formats import short_date
from page_base.pages import FieldError

MONTHS_IN_A_YEAR = 12
# The pages whose question is the programme's.
_OF_PROGRAMME = {
    "joints": "joints",
    "pain": "pain_months",
    "red-flags": "red_flags",
    "moving": "independently_mobile",
    "guidance": "needs_supervised_exercise",
    "attending": "can_attend",
    "exclusions": "exclusions",
    "support": "close_attention",
}
FormWords = Mapping[str, Mapping[str, Any]]


class FormWordsError(ValueError):
    """The words of the form can't be used; the message names the language and the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One radio or checkbox."""

    value: str
    text: str
    chosen: bool
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """One input as the page shows it."""

    field: Field
    id: str
    label: str
    choices: Sequence[Choice]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageShown:
    """One page of the form."""

    slug: str
    title: str
    hint: str | None
    text: str | None
    button: str
    goes_on: bool
    fields: Sequence[FieldShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """One line of the check page."""

    slug: str
    question: str
    answer: Sequence[str]


def read_form_words() -> FormWords:
    """Read the words of every language; FormWordsError where one lacks what another has."""
    found = {}
    for language in LANGUAGES:
        text = (files("enrolment") / "data" / f"form.{language}.toml").read_text(encoding="utf-8")
        found[language] = tomllib.loads(text)
    keys = {language: set(_keys(words)) for language, words in found.items()}
    for language in LANGUAGES:
        lacking = set().union(*keys.values()) - keys[language]
        if lacking:
            msg = f"form.{language}.toml lacks {', '.join(sorted(lacking))}"
            raise FormWordsError(msg)
    return found


def page_of(
    step: Step,
    *,
    words: Mapping[str, Any],
    programme: Programme,
    language: str,
    answers: Mapping[str, Answer],
    entered: Mapping[str, Sequence[str]] | None,
) -> PageShown:
    """Return what one page shows: what was entered where something is wrong with it, otherwise what was answered before."""
    page = words["pages"].get(step.slug, {})
    hint = page.get("hint")
    if step.slug in _OF_PROGRAMME:
        question = programme.questions[_OF_PROGRAMME[step.slug]]
        hint = None if question.hint is None else programme.filled(question.hint, language)
    text = programme.same_day_advice.in_language(language) if step.slug == "advice" else page.get("text")
    return PageShown(
        slug=step.slug,
        title=title_of(step, words=words, programme=programme, language=language),
        hint=hint,
        text=text,
        button=page.get("button", words["site"]["continue"]),
        goes_on=step.goes_on,
        fields=[_field(each, words, programme, language, answers, entered) for each in step.fields],
    )


def title_of(step: Step, *, words: Mapping[str, Any], programme: Programme, language: str) -> str:
    """Return the question of a page."""
    if step.slug in _OF_PROGRAMME:
        return programme.filled(programme.questions[_OF_PROGRAMME[step.slug]].asked, language)
    title: str = words["pages"][step.slug]["title"]
    return title


def errors_of(problems: Sequence[Problem], *, words: Mapping[str, Any]) -> list[FieldError]:
    """Return problems in words."""
    return [FieldError(each.field, words["problems"][each.code]) for each in problems]


def check_lines(
    steps: Sequence[Step], *, words: Mapping[str, Any], programme: Programme, language: str, answers: Mapping[str, Answer]
) -> list[AnswerShown]:
    """Return every question that was asked, with the answer."""
    lines = []
    for step in steps:
        title = title_of(step, words=words, programme=programme, language=language) if step.fields else ""
        for field in step.fields:
            question = title if len(step.fields) == 1 else words["fields"][field.name]
            if step.slug == "emergency":
                question = f"{title} {question}"
            answer = _answer(field, answers.get(field.name), words, programme, language)
            lines.append(AnswerShown(slug=step.slug, question=question, answer=answer or [words["site"]["none_given"]]))
    return lines


def _field(
    field: Field,
    words: Mapping[str, Any],
    programme: Programme,
    language: str,
    answers: Mapping[str, Answer],
    entered: Mapping[str, Sequence[str]] | None,
) -> FieldShown:
    before = answers.get(field.name)
    if entered is not None:
        chosen = list(entered.get(field.name, ()))
    else:
        chosen = [before] if isinstance(before, str) else list(before or [])
    values = {field.name: chosen[0] if chosen else ""}
    if field.kind == "date":
        day = before.split("-") if isinstance(before, str) else ["", "", ""]
        for part, value in zip(("year", "month", "day"), day, strict=True):
            given = next(iter(entered.get(f"{field.name}[{part}]", ())), "") if entered is not None else value.lstrip("0")
            values[part] = given
    return FieldShown(
        field=field,
        id=first_input(field),
        label=words["fields"].get(field.name, ""),
        choices=[
            Choice(
                value=choice,
                text=_choice(field, choice, words, programme, language),
                chosen=choice in chosen,
                alone=choice in field.alone,
            )
            for choice in field.choices
        ],
        values=values,
    )


def _answer(field: Field, answer: Answer | None, words: Mapping[str, Any], programme: Programme, language: str) -> list[str]:
    if not answer:
        return []
    if isinstance(answer, list):
        return [_choice(field, each, words, programme, language) for each in answer]
    if field.kind == "radios":
        return [_choice(field, answer, words, programme, language)]
    if field.kind == "date":
        return [short_date(date.fromisoformat(answer), language=language)]
    return [shown(answer) if field.name == "nhs_number" else answer]


def _choice(field: Field, choice: str, words: Mapping[str, Any], programme: Programme, language: str) -> str:
    choices = words["choices"]
    if field.name == "joints" and choice in programme.joint_words:
        return programme.joint_words[choice].in_language(language).capitalize()
    asked = {flag.code: flag.asked for flag in programme.red_flags} if field.name == "red_flags" else {}
    if field.name == "exclusions":
        asked = {exclusion.code: exclusion.asked for exclusion in programme.exclusions}
    if choice in asked:
        return programme.filled(asked[choice], language)
    if field.name == "pain_months" and choice.isdecimal():
        return _how_long(int(choice), choices, programme)
    text: str = choices.get(f"{field.name}.{choice}") or choices[choice]
    return text


def _how_long(months: int, choices: Mapping[str, str], programme: Programme) -> str:
    if months == 0:
        return choices["less_than_months"].format(months=programme.minimum_pain_months)
    if months < MONTHS_IN_A_YEAR:
        return choices["months"].format(months=months)
    years = months // MONTHS_IN_A_YEAR
    return choices["year"] if years == 1 else choices["years"].format(years=years)


def _keys(words: Mapping[str, Any], before: str = "") -> list[str]:
    found = []
    for name, value in words.items():
        found += _keys(value, f"{before}{name}.") if isinstance(value, dict) else [f"{before}{name}"]
    return found
