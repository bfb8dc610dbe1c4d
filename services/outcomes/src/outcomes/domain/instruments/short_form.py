"""How the two 12-item short forms, KOOS-12 and HOOS-12, are scored: they differ in their items only.

Source: Gandek, Roos, Franklin, Ware, Osteoarthritis and Cartilage 2019;27(5), the KOOS-12 and HOOS-12 scoring instructions.
Items 0 (no problem) to 4 (extreme problem). Each scale has four items and runs from 0 (worst) to 100 (best): 100 minus 25 times
the mean of the answered items, where at least two are answered. The summary is the mean of the three scales, and there is none
if one of them is missing.
"""

from collections.abc import Mapping

from outcomes.domain.instruments.instrument import Answers, Item, Scale, Score
from outcomes.domain.instruments.percentage import percentage

LEAST_ANSWERED = 2
MISSING_RULE = "A scale needs at least 2 of its 4 items; the summary needs all three scales."

SCALES = (
    Scale(id="pain", label="Pain", least=0, most=100, direction="higher_is_better", unit="of 100"),
    Scale(id="function", label="Function", least=0, most=100, direction="higher_is_better", unit="of 100"),
    Scale(id="quality_of_life", label="Quality of life", least=0, most=100, direction="higher_is_better", unit="of 100"),
    Scale(id="summary", label="Summary", least=0, most=100, direction="higher_is_better", unit="of 100"),
)


def items(labels: Mapping[str, str]) -> tuple[Item, ...]:
    """Items by id and short label, without the wording, which is its owners'."""
    return tuple(
        Item(id=item_id, label=label, least=0, most=4, ends=("no problem", "an extreme problem"), also_called=(str(number),))
        for number, (item_id, label) in enumerate(labels.items(), start=1)
    )


def score(*, code: str, version: str, parts: Mapping[str, tuple[str, ...]], answers: Answers) -> tuple[Score, ...]:
    """The three scales and the summary, 0 (worst) to 100 (best), unrounded."""
    values: list[float | None] = []
    scores: list[Score] = []
    for scale, item_ids in parts.items():
        value, missing = percentage(answers, item_ids=item_ids, least_answered=LEAST_ANSWERED)
        values.append(value)
        scores.append(Score(instrument=code, version=version, scale=scale, value=value, missing=missing))
    known = [value for value in values if value is not None]
    summary = sum(known) / len(known) if len(known) == len(values) else None
    missing = sum(part.missing for part in scores)
    return (*scores, Score(instrument=code, version=version, scale="summary", value=summary, missing=missing))
