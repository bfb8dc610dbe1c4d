"""EQ-5D-5L: five digits and a visual analogue scale are the record; an index only exists in a value set.

Source: Herdman et al. 2011 (doi 10.1007/s11136-011-9903-x). Dimensions MO, SC, UA, PD and AD from 1 (no problems) to 5; VAS from
0 (worst) to 100 (best health imaginable). Index = 1 minus the sum of the decrements of a value set; 1 is full health, 0 as bad as
being dead, below 0 worse than that; exact to the three decimals that the sets are published in. Each value set has a scale of
its own, so that sets are never mixed. All five dimensions are needed for an index; the VAS stands alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score

CODE = "EQ-5D-5L"
VERSION = "1"
DIMENSIONS = {
    "MO": "mobility",
    "SC": "self-care",
    "UA": "usual activities",
    "PD": "pain or discomfort",
    "AD": "anxiety or depression",
}
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """What each level takes away from 1, in thousandths, for levels 2 to 5; level 1 takes nothing."""

    code: str
    name: str
    citation: str
    decrements: Mapping[str, tuple[int, int, int, int]]

    def index(self, levels: Mapping[str, int]) -> float:
        """1 minus the sum of the decrements, for levels 1 to 5 of all five dimensions."""
        taken = sum((0, *self.decrements[dimension])[level - 1] for dimension, level in levels.items())
        return (THOUSANDTHS - taken) / THOUSANDTHS

    @property
    def worst(self) -> float:
        """The index of 55555."""
        return self.index(dict.fromkeys(DIMENSIONS, 5))


UK_2026 = ValueSet(
    code="uk_2026",
    name="UK 2026",
    citation="Rowen et al. 2026, doi 10.1016/j.jval.2026.03.008",
    decrements={
        "MO": (32, 58, 179, 279),
        "SC": (38, 60, 162, 206),
        "UA": (49, 86, 184, 212),
        "PD": (56, 66, 371, 479),
        "AD": (41, 126, 313, 391),
    },
)
ENGLAND_2018 = ValueSet(
    code="england_2018",
    name="England 2018",
    citation="Devlin et al. 2018, doi 10.1002/hec.3564",
    decrements={
        "MO": (58, 76, 207, 274),
        "SC": (50, 80, 164, 203),
        "UA": (50, 63, 162, 184),
        "PD": (63, 84, 276, 335),
        "AD": (78, 104, 285, 289),
    },
)
VALUE_SETS: tuple[ValueSet, ...] = (UK_2026, ENGLAND_2018)


def profile(answers: Answers) -> str | None:
    """The five digits, such as 21143, or None if one is missing."""
    digits = [str(int(answers[dimension])) for dimension in DIMENSIONS if dimension in answers]
    return "".join(digits) if len(digits) == len(DIMENSIONS) else None


def score(answers: Answers) -> tuple[Score, ...]:
    """An index for each value set that is shipped, on a scale named after it, and the VAS."""
    levels = {dimension: int(answers[dimension]) for dimension in DIMENSIONS if dimension in answers}
    missing = len(DIMENSIONS) - len(levels)
    indexes = tuple(
        Score(
            instrument=CODE,
            version=VERSION,
            scale=f"index_{values.code}",
            value=None if missing else values.index(levels),
            missing=missing,
        )
        for values in VALUE_SETS
    )
    vas = answers.get("VAS")
    own = Score(
        instrument=CODE, version=VERSION, scale="vas", value=None if vas is None else float(vas), missing=int(vas is None)
    )
    return (*indexes, own)


EQ_5D_5L = Instrument(
    code=CODE,
    title="Your health",
    version=VERSION,
    source="Herdman et al., Qual Life Res 2011;20(10):1727-1736",
    licence="Register with EuroQol. Item ids and short labels only; the wording comes from a local file.",
    items=(
        *(
            Item(id=dimension, label=label, least=1, most=5, ends=("no problems", "extreme problems or unable"))
            for dimension, label in DIMENSIONS.items()
        ),
        Item(id="VAS", label="health today, 0 to 100", least=0, most=100),
    ),
    scales=(
        *(
            Scale(
                id=f"index_{values.code}",
                label=f"Index, value set {values.name} ({values.citation})",
                least=values.worst,
                most=1,
                direction="higher_is_better",
                unit=f"index, {values.name}",
            )
            for values in VALUE_SETS
        ),
        Scale(id="vas", label="Visual analogue scale", least=0, most=100, direction="higher_is_better", unit="of 100"),
    ),
    compute=score,
    missing_rule="An index needs all five dimensions. The visual analogue scale stands alone.",
)
