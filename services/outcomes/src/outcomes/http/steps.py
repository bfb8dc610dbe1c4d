"""The participant's questionnaire as steps: a question a page, then what else there is to say, then a check of everything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from outcomes.domain.instruments.catalogue import instrument_of
from outcomes.domain.instruments.instrument import Answer, Item
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.time_points import END
from outcomes.http.form import WHOLE_NUMBER, Field, sections_of
from outcomes.http.languages import Language
from outcomes.use_cases.save_draft import Draft
from page_base.pages import FieldError

LONGEST_COMMENT = 2000
WHAT_NEXT, ANYTHING_ELSE, CHECK = "what-next", "anything-else", "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One person's questionnaire in one language, with what was answered so far."""

    questionnaire: Questionnaire
    language: Language
    fields: tuple[Field, ...]
    draft: Draft

    @property
    def count(self) -> int:
        """How many questions there are."""
        return len(self.fields)

    def address(self, step: str | int = "") -> str:
        """Where a step is, in the same language."""
        return self.address_in(self.language.code, step)

    def address_in(self, language: str, step: str | int = "") -> str:
        """Where a step is, in a language."""
        path = f"/outcomes/q/{self.questionnaire.token}" + (f"/{step}" if step != "" else "")
        return f"{path}?lang={language}"

    def field(self, number: int) -> Field | None:
        """The question of this number, counted from 1."""
        return self.fields[number - 1] if 1 <= number <= self.count else None

    def after(self, number: int) -> str:
        """Where to go on after a question."""
        last = WHAT_NEXT if self.asks_what_next else ANYTHING_ELSE
        return self.address(number + 1 if number < self.count else last)

    def before(self, number: int) -> str:
        """Where to go back to from a question."""
        return self.address(number - 1 if number > 1 else "")

    @property
    def asks_what_next(self) -> bool:
        """Whether the programme is over for the person, so that it is asked what they would like to do next."""
        return self.questionnaire.time_point == END

    @property
    def interests(self) -> str | None:
        """What the person would like to do next, in words; None where they named nothing."""
        named = self.draft.interests or ()
        return ", ".join(self.language.interests[one] for one in named if one in self.language.interests) or None

    @property
    def begun(self) -> bool:
        """Whether anything was answered or left out on purpose."""
        return bool(self.draft.answers)

    @property
    def goes_on_at(self) -> str:
        """The first question that was neither answered nor left out; the check of everything where there is none."""
        for number, field in enumerate(self.fields, start=1):
            if field.name not in self.draft.answers:
                return self.address(number)
        return self.address(CHECK)

    def shown(self, field: Field) -> str | None:
        """The answer to a question in words, or None where there is none."""
        answer = self.draft.answers.get(field.name)
        if answer is None:
            return None
        value = str(answer).lower() if isinstance(answer, bool) else str(answer)
        return dict(field.choices).get(value, value)


def asking_of(questionnaire: Questionnaire, *, language: Language, draft: Draft) -> Asking:
    """The steps of a questionnaire, without what is measured in the room."""
    sections = sections_of(questionnaire.instruments, wording=language.wording, for_staff=False)
    fields = tuple(field for section in sections for field in section.fields)
    return Asking(questionnaire=questionnaire, language=language, fields=fields, draft=draft)


def read_answer(field: Field, form: Mapping[str, str], *, language: Language) -> tuple[Answer | None, FieldError | None]:
    """The answer that a question's page sent, None if it is left out on purpose, or what is wrong with it."""
    if form.get("leave_out") == "yes":
        return None, None
    text = re.sub(r"[\s,]", "", form.get(field.name, ""))
    item = item_of(field)
    if field.kind == "radios":
        if text not in dict(field.choices):
            return None, FieldError(field.id, language.say("answer_or_leave_out"))
        return text == "true" if item.yes_or_no else int(text), None
    limits = {"least": f"{item.least:,}", "most": f"{item.most:,}"}
    if not text:
        return None, FieldError(field.id, language.say("number_or_leave_out", **limits))
    if WHOLE_NUMBER.fullmatch(text) is None or not item.least <= int(text) <= item.most:
        return None, FieldError(field.id, language.say("number_rule", **limits))
    return int(text), None


def item_of(field: Field) -> Item:
    """The item that a field asks."""
    return item_of_name(field.name)


def item_of_name(name: str) -> Item:
    """The item of a name such as "CHAIR-STAND.count"."""
    code, _, item_id = name.partition(".")
    item = instrument_of(code).item(item_id)
    if item is None:
        raise LookupError(name)
    return item
