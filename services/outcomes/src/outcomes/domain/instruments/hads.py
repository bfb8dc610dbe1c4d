"""HADS: hospital anxiety and depression scale, two totals from 0 to 21, lower is better.

Source: Zigmond and Snaith 1983 (doi 10.1111/j.1600-0447.1983.tb09716.x). 14 items from 0 to 3, entered as the form's margin
scores them (some are printed the other way round). Anxiety is the sum of the odd items, depression of the even ones. 0-7 is
in the normal range, 8-10 borderline, 11-21 raises a concern for a person to follow up. All seven items of a scale are
required. A licence is needed, and the wording is not shipped.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score
from outcomes.domain.instruments.totals import ALL_NEEDED, total

CODE = "HADS"
VERSION = "1"
PARTS = {
    "anxiety": tuple(str(number) for number in range(1, 15, 2)),
    "depression": tuple(str(number) for number in range(2, 15, 2)),
}
BORDERLINE_FROM = 8
CONCERN_FROM = 11


def band(value: float) -> str:
    """What a total means: "normal range" (0-7), "borderline" (8-10) or "raised" (11-21)."""
    if value >= CONCERN_FROM:
        return "raised"
    return "borderline" if value >= BORDERLINE_FROM else "normal range"


def score(answers: Answers) -> tuple[Score, ...]:
    """Anxiety and depression, 0 to 21 each, higher is worse."""
    found: list[Score] = []
    for scale, item_ids in PARTS.items():
        raw, missing = total(answers, item_ids=item_ids)
        value = None if raw is None else float(raw)
        found.append(Score(instrument=CODE, version=VERSION, scale=scale, value=value, missing=missing))
    return tuple(found)


HADS = Instrument(
    code=CODE,
    title="How you feel",
    version=VERSION,
    source="Zigmond and Snaith, Acta Psychiatr Scand 1983;67(6):361-370",
    licence="A licence is needed (GL Assessment). Item numbers only; the wording comes from a local file.",
    items=tuple(
        Item(
            id=str(number),
            label=f"{'anxiety' if number % 2 else 'depression'}, statement {number}",
            least=0,
            most=3,
            also_called=(f"Q{number}",),
        )
        for number in range(1, 15)
    ),
    scales=(
        Scale(id="anxiety", label="Anxiety", least=0, most=21, direction="lower_is_better", unit="of 21"),
        Scale(id="depression", label="Depression", least=0, most=21, direction="lower_is_better", unit="of 21"),
    ),
    compute=score,
    missing_rule=ALL_NEEDED,
)
