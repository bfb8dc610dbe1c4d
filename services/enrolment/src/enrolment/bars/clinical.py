"""What a BaRS message says about the person's health, as answers to what programmes ask."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from enrolment.bars.tree import Node, codes, day, every, first_text, resources, short, texts
from enrolment.domain.eligibility import Answers
from service_kit.envelope import UnreadableError

SNOMED = "http://snomed.info/sct"
# BaRS has no place for what our programmes ask. A sender who wants more than a review adds a QuestionnaireResponse to this
# questionnaire, whose items are linked by the field names of our own referral JSON (`clinical.…`).
ELIGIBILITY_QUESTIONNAIRE = "urn:limber:questionnaire:eligibility"
NONE_OF_THEM = "none"
LONGEST_PAIN_MONTHS = 1200
FLAG_CATEGORIES = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"
ADJUSTMENTS = "https://fhir.nhs.uk/CodeSystem/reasonable-adjustment-codes-bars"
# What is said no longer to be so, or never to have been.
_OVER = frozenset({"inactive", "resolved", "remission", "refuted", "entered-in-error"})


@cache
def meanings() -> Mapping[str, Mapping[str, Any]]:
    """Return what codes mean, from `clinical.toml`."""
    return MappingProxyType(tomllib.loads((files("enrolment.bars") / "clinical.toml").read_text(encoding="utf-8")))


def clinical_answers(bundle: Node, authored_on: date | None) -> Answers:
    """Return the answers: those to our own questionnaire where the message carries one, and what is coded.

    Raises UnreadableError for an answer that can't be one.
    """
    known = meanings()["conditions"]
    conditions: list[str] = []
    joints: list[str] = []
    months: list[int] = []
    for condition in _standing(bundle):
        named = [known[code] for code in codes(condition, SNOMED, "code") if code in known]
        described = [*texts(condition, "code", "text"), *texts(condition, "code", "coding", "display")]
        conditions += [each["words"] for each in named] or [short(text) for text in described[:1]]
        joints += [each["joint"] for each in named if "joint" in each]
        onset = day(condition, "Condition", "onsetDateTime") if named else None
        if onset is not None and authored_on is not None and onset <= authored_on:
            months.append(_whole_months(onset, authored_on))
    asked = _asked(bundle)
    return Answers(
        joints=tuple(dict.fromkeys([*joints, *(short(joint).casefold() for joint in asked.get("joints", []))])),
        conditions=tuple(dict.fromkeys(conditions)),
        pain_months=_number(asked, "pain_months", otherwise=max(months, default=None)),
        needs_supervised_exercise=_yes_or_no(asked, "needs_supervised_exercise"),
        independently_mobile=_yes_or_no(asked, "independently_mobile"),
        can_attend=_yes_or_no(asked, "can_attend"),
        red_flags=_named(asked, "red_flags", also=_coded_red_flags(bundle, authored_on)),
        exclusions=_named(asked, "exclusions"),
        close_attention=_yes_or_no(asked, "close_attention"),
    )


def access_needs(bundle: Node, authored_on: date | None) -> tuple[str, ...]:
    """Return what a place must have, of the reasonable adjustments that the message flags."""
    needs = meanings()["adjustments"]
    flagged = (code for flag in _flags(bundle, authored_on) for code in codes(flag, ADJUSTMENTS, "code"))
    return tuple(dict.fromkeys(needs[code] for code in flagged if code in needs))


def _coded_red_flags(bundle: Node, authored_on: date | None) -> list[str]:
    found, flags = meanings()["red_flags"], meanings()["flags"]
    coded = [found[code] for condition in _standing(bundle) for code in codes(condition, SNOMED, "code") if code in found]
    categories = (code for flag in _flags(bundle, authored_on) for code in codes(flag, FLAG_CATEGORIES, "category"))
    return [*coded, *(flags[code] for code in categories if code in flags)]


def _standing(bundle: Node) -> Iterator[Node]:
    """Yield the conditions that are not said to be over or never to have been."""
    for _, condition in resources(bundle, "Condition"):
        said = {*texts(condition, "clinicalStatus", "coding", "code"), *texts(condition, "verificationStatus", "coding", "code")}
        if not said & _OVER:
            yield condition


def _flags(bundle: Node, authored_on: date | None) -> Iterator[Node]:
    """Yield the flags that are up: active, and not ended before the referral was written."""
    for _, flag in resources(bundle, "Flag"):
        period = next(every(flag, "period"), None)
        ended = None if period is None else day(period, "Flag.period", "end")
        if first_text(flag, "status") == "active" and (ended is None or authored_on is None or ended >= authored_on):
            yield flag


def _named(asked: Mapping[str, list[str]], link_id: str, *, also: Sequence[str] = ()) -> tuple[str, ...] | None:
    """Return what is named; None where nothing was asked and nothing is coded."""
    answered = [short(code) for code in asked.get(link_id, [])]
    if not answered and not also:
        return None
    return tuple(dict.fromkeys(code for code in (*answered, *also) if code != NONE_OF_THEM))


def _asked(bundle: Node) -> dict[str, list[str]]:
    """Return the answers to our own questionnaire by linkId, as text; XML and JSON write booleans and numbers differently."""
    found: dict[str, list[str]] = {}
    for _, response in resources(bundle, "QuestionnaireResponse"):
        if first_text(response, "questionnaire") != ELIGIBILITY_QUESTIONNAIRE:
            continue
        for item in every(response, "item"):
            values = [
                *(str(value).casefold() for value in every(item, "answer", "valueBoolean")),
                *(str(value) for value in every(item, "answer", "valueInteger")),
                *texts(item, "answer", "valueString"),
                *texts(item, "answer", "valueCoding", "code"),
            ]
            found.setdefault(first_text(item, "linkId") or "", []).extend(values)
    return found


def _yes_or_no(asked: Mapping[str, list[str]], link_id: str) -> bool | None:
    match asked.get(link_id, []):
        case []:
            return None
        case ["true"]:
            return True
        case ["false"]:
            return False
        case _:
            raise _wrong_answer(link_id, "true or false")


def _number(asked: Mapping[str, list[str]], link_id: str, *, otherwise: int | None) -> int | None:
    match asked.get(link_id, []):
        case []:
            return otherwise
        case [text] if text.isascii() and text.isdecimal() and int(text[:5]) <= LONGEST_PAIN_MONTHS:
            return int(text)
        case _:
            raise _wrong_answer(link_id, f"one whole number from 0 to {LONGEST_PAIN_MONTHS}")


def _wrong_answer(link_id: str, rule: str) -> UnreadableError:
    field = f"QuestionnaireResponse.item[{link_id}]"
    return UnreadableError(f"The answer to {link_id} must be {rule}.", field=field)


def _whole_months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)
