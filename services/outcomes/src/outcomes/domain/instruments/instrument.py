"""What every instrument has: items with a range, scales with a direction, a version and a scoring function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Answer = int | float | bool
Answers = Mapping[str, Answer]
Direction = Literal["higher_is_better", "lower_is_better", "none"]


class WrongAnswersError(ValueError):
    """Answers that the instrument doesn't allow. `problems` are (item id, sentence in plain words) pairs, never a value."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(sentence for _, sentence in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question: a whole number from `least` to `most`, or yes or no. `question` is None where its owner keeps the wording.

    `ends` say what the least and the most mean, where the number alone doesn't. `decimals`: parts of a number are allowed.
    `also_called`: other ids that the same question goes by, such as its number on the form or its id in a longer form.
    """

    id: str
    label: str
    least: int = 0
    most: int = 1
    ends: tuple[str, str] | None = None
    yes_or_no: bool = False
    decimals: bool = False
    also_called: tuple[str, ...] = ()
    question: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One result of an instrument, with the range and the unit its value is printed in."""

    id: str
    label: str
    least: float
    most: float
    direction: Direction
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One scale's value, unrounded, or None where too many items are missing; `least` and `most` are the scale's range."""

    instrument: str
    version: str
    scale: str
    value: float | None
    missing: int = 0
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A measure: its items, its scales and how one becomes the other. `by_staff`: measured in the room, not asked.

    `missing_rule` says in words when there is no score.
    """

    code: str
    title: str
    version: str
    source: str
    licence: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    compute: Callable[[Answers], tuple[Score, ...]]
    by_staff: bool = False
    missing_rule: str = "Without the answer there is no score."

    def item(self, item_id: str) -> Item | None:
        """The item of this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    def scale(self, scale_id: str) -> Scale | None:
        """The scale of this id, or None."""
        return next((scale for scale in self.scales if scale.id == scale_id), None)

    def problems(self, answers: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
        """What is wrong with these answers, as (item id, sentence) pairs: unknown items, wrong kinds, values out of range."""
        return tuple((item_id, sentence) for item_id, value in answers.items() if (sentence := self._problem(item_id, value)))

    def _problem(self, item_id: str, value: object) -> str | None:
        item = self.item(item_id)
        if item is None:
            known = ", ".join(item.id for item in self.items)
            return f"{self.code} has no item {item_id[:40]!r}; its items are {known}."
        if item.yes_or_no:
            return None if isinstance(value, bool) else f"{self.code} {item.id} ({item.label}) must be true or false."
        kinds = (int, float) if item.decimals else int
        if isinstance(value, bool) or not isinstance(value, kinds) or not item.least <= value <= item.most:
            number = "a number" if item.decimals else "a whole number"
            return f"{self.code} {item.id} ({item.label}) must be {number} from {item.least} to {item.most}."
        return None

    def score(self, answers: Answers) -> tuple[Score, ...]:
        """The scores in the order of `scales`. Left-out items count as missing; anything else wrong raises WrongAnswersError."""
        if problems := self.problems(answers):
            raise WrongAnswersError(problems)
        ranges = {scale.id: scale for scale in self.scales}
        return tuple(replace(one, least=ranges[one.scale].least, most=ranges[one.scale].most) for one in self.compute(answers))
