"""A questionnaire as a form: its fields, and what was entered read back into answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from outcomes.domain.instruments.catalogue import instrument_of, wrong_answers
from outcomes.domain.instruments.instrument import Answer, Answers, Instrument, Item
from outcomes.http.wording import ItemWording, Wording
from page_base.pages import FieldError

LONGEST_RADIO_LIST = 10
YES_OR_NO = (("true", "Yes"), ("false", "No"))
WHOLE_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
DECIMAL = re.compile(r"\d{1,9}\.\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `name` is "instrument.item", `id` the first input's; `choices` are (value, text) pairs of radios."""

    name: str
    id: str
    question: str
    hint: str | None
    kind: Literal["radios", "number"]
    choices: tuple[tuple[str, str], ...] = ()
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The questions of one instrument."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a form said: answers by instrument and item, what is wrong, and the fields that were left empty."""

    answers: Mapping[str, Answers]
    errors: tuple[FieldError, ...]
    unanswered: tuple[Field, ...]


def sections_of(instruments: Sequence[str], *, wording: Wording, for_staff: bool, keyed: bool = False) -> tuple[Section, ...]:
    """The form of a questionnaire: the person's own leaves out what is measured in the room.

    `keyed`: numbers are typed instead of chosen, which is faster from paper.
    """
    shown = (instrument_of(code) for code in instruments)
    return tuple(
        Section(title=instrument.title, fields=tuple(_field(instrument, item, wording, keyed=keyed) for item in instrument.items))
        for instrument in shown
        if for_staff or not instrument.by_staff
    )


def read_entered(sections: Sequence[Section], entered: Mapping[str, str]) -> Entered:
    """Read the values that were entered, by field name; empty ones are left out."""
    answers: dict[str, dict[str, Answer]] = {}
    errors: list[FieldError] = []
    unanswered: list[Field] = []
    fields = {field.name: field for section in sections for field in section.fields}
    for name, field in fields.items():
        text = re.sub(r"[\s,]", "", entered.get(name, ""))
        code, _, item_id = name.partition(".")
        if not text:
            unanswered.append(field)
        elif text in {"true", "false"}:
            answers.setdefault(code, {})[item_id] = text == "true"
        else:
            answers.setdefault(code, {})[item_id] = _number(text)
    first = next(iter(fields.values()))
    for name, sentence in wrong_answers(answers, asked=tuple(dict.fromkeys(name.partition(".")[0] for name in fields))):
        found = fields.get(name)
        errors.append(FieldError(found.id, _about(found)) if found else FieldError(first.id, sentence))
    return Entered(answers=answers, errors=tuple(errors), unanswered=tuple(unanswered))


def _number(text: str) -> Answer:
    if WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else -1


def entered_from(answers: Mapping[str, Answers]) -> dict[str, str]:
    """Answers as the values of form fields, to show them again."""
    return {
        f"{code}.{item_id}": str(value).lower() if isinstance(value, bool) else str(value)
        for code, given in answers.items()
        for item_id, value in given.items()
    }


def _field(instrument: Instrument, item: Item, wording: Wording, *, keyed: bool) -> Field:
    official = wording.get((instrument.code, item.id))
    steps = range(item.least, item.most + 1)
    as_radios = item.yes_or_no or (len(steps) <= LONGEST_RADIO_LIST + 1 and not keyed)
    choices: tuple[tuple[str, str], ...]
    if item.yes_or_no:
        choices = YES_OR_NO
    elif official is not None and official.choices:
        choices = tuple((str(value), text) for value, text in zip(steps, official.choices, strict=True))
    else:
        ends = (official.ends if official else None) or item.ends
        choices = tuple((str(value), _named(value, item, ends)) for value in steps) if as_radios else ()
    question = official.question if official else item.question
    return Field(
        name=f"{instrument.code}.{item.id}",
        id=f"{instrument.code}-{item.id}",
        question=question or _sentence(item.label),
        hint=_hint(item, official, typed=keyed and not as_radios),
        kind="radios" if as_radios else "number",
        choices=choices,
        inline=as_radios and (official is None or not official.choices),
    )


def _hint(item: Item, official: ItemWording | None, *, typed: bool) -> str | None:
    if typed:
        return f"{item.least:,} to {item.most:,}"
    return (official.hint if official else None) or item.hint


def _named(value: int, item: Item, ends: tuple[str, str] | None) -> str:
    """The value as a choice; the two at the ends say what they mean."""
    if ends is None or item.least < value < item.most:
        return str(value)
    return f"{value}, {ends[value == item.most]}"


def _about(field: Field) -> str:
    if field.kind == "radios":
        return f"Choose one of the answers: {field.question}"
    instrument, _, item_id = field.name.partition(".")
    item = instrument_of(instrument).item(item_id)
    number = "a number" if item and item.decimals else "a whole number"
    return f"{_sentence(item.label)} must be {number} from {item.least} to {item.most:,}" if item else field.question


def _sentence(label: str) -> str:
    return label[:1].upper() + label[1:]
