"""How the two long forms, KOOS and HOOS, are scored: they differ in their items only.

Source: the KOOS and HOOS user's guides (koos.nu). Items 0 (no problem) to 4 (extreme problem), as coded in the guides: where the
form prints an item the other way round, the answer is entered as coded. Each subscale is 100 minus 25 times the mean of its
answered items, from 0 (worst) to 100 (best), where at least half of its items are answered. No total is defined.

The WOMAC (Likert 3.1) is derived from the same answers: pain 0-20, stiffness 0-8, function 0-68, raw sums, higher is worse. Its
items must all be answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from outcomes.domain.instruments.instrument import Answers, Item, Scale, Score
from outcomes.domain.instruments.percentage import percentage
from outcomes.domain.instruments.totals import total

LICENCE = "The questions belong to their owners: item ids and short labels only, the wording comes from a local file."
MISSING_RULE = "A subscale needs at least half of its items ({}). No total is defined. A WOMAC scale needs all its items."
SUBSCALES = {
    "pain": "Pain",
    "symptoms": "Symptoms",
    "adl": "Function in daily living",
    "sport": "Function in sport and recreation",
    "quality_of_life": "Quality of life",
}
WOMAC = {"womac_lk31_pain": "pain", "womac_lk31_stiffness": "stiffness", "womac_lk31_function": "function"}
FUNCTION = tuple(f"A{number}" for number in range(1, 18))
DAILY_LIVING = (
    "stairs, down",
    "stairs, up",
    "getting up from a chair",
    "standing",
    "bending to the floor",
    "walking on the flat",
    "car, in or out",
    "shopping",
    "socks or stockings, on",
    "getting out of bed",
    "socks or stockings, off",
    "lying in bed",
    "bath, in or out",
    "sitting",
    "toilet, on or off",
    "heavy work in the house",
    "light work in the house",
)
QUALITY_OF_LIFE = ("awareness", "changes made", "confidence", "overall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscale:
    """The items of one subscale, and how many of them must be answered."""

    item_ids: tuple[str, ...]
    least_answered: int


def item_ids(letter: str, count: int) -> tuple[str, ...]:
    """Such as P1 to P9."""
    return tuple(f"{letter}{number}" for number in range(1, count + 1))


def items(labels: Mapping[str, tuple[str, ...]]) -> tuple[Item, ...]:
    """Items by letter and short labels, in the order of the form, without the wording, which is its owners'."""
    return tuple(
        Item(id=f"{letter}{number}", label=label, least=0, most=4, ends=("no problem", "an extreme problem"))
        for letter, words in labels.items()
        for number, label in enumerate(words, start=1)
    )


def scales(womac: Mapping[str, tuple[str, ...]]) -> tuple[Scale, ...]:
    """The five subscales, and the three of the derived WOMAC with their raw ranges."""
    own = tuple(
        Scale(id=code, label=label, least=0, most=100, direction="higher_is_better", unit="of 100")
        for code, label in SUBSCALES.items()
    )
    derived = tuple(
        Scale(
            id=code,
            label=f"WOMAC LK3.1 {WOMAC[code]}, derived",
            least=0,
            most=4 * len(ids),
            direction="lower_is_better",
            unit=f"raw, 0 to {4 * len(ids)}",
        )
        for code, ids in womac.items()
    )
    return own + derived


def missing_rule(parts: Mapping[str, Subscale]) -> str:
    """The rule in words, with the number that each subscale needs."""
    needed = ", ".join(f"{name} {part.least_answered} of {len(part.item_ids)}" for name, part in parts.items())
    return MISSING_RULE.format(needed)


def score(
    *,
    code: str,
    version: str,
    parts: Mapping[str, Subscale],
    womac: Mapping[str, tuple[str, ...]],
    answers: Answers,
) -> tuple[Score, ...]:
    """The five subscales, 0 (worst) to 100 (best), and the derived WOMAC (raw, higher is worse); all unrounded."""
    found: list[Score] = []
    for scale, part in parts.items():
        value, missing = percentage(answers, item_ids=part.item_ids, least_answered=part.least_answered)
        found.append(Score(instrument=code, version=version, scale=scale, value=value, missing=missing))
    for scale, ids in womac.items():
        raw, missing = total(answers, item_ids=ids)
        value = None if raw is None else float(raw)
        found.append(Score(instrument=code, version=version, scale=scale, value=value, missing=missing))
    return tuple(found)
