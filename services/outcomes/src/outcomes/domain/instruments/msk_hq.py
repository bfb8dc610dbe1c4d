"""MSK-HQ: musculoskeletal health questionnaire, 0 (worst) to 56 (best).

Source: Hill et al. 2016 (doi 10.1136/bmjopen-2016-012331). 14 items from 0 to 4, 4 the best. The score is their sum; all items
are required. A licence is needed, and the wording is not shipped.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score
from outcomes.domain.instruments.totals import ALL_NEEDED, total

CODE = "MSK-HQ"
VERSION = "1"
ITEM_IDS = tuple(str(number) for number in range(1, 15))


def score(answers: Answers) -> tuple[Score, ...]:
    """The sum, 0 (worst) to 56 (best)."""
    raw, missing = total(answers, item_ids=ITEM_IDS)
    value = None if raw is None else float(raw)
    return (Score(instrument=CODE, version=VERSION, scale="total", value=value, missing=missing),)


MSK_HQ = Instrument(
    code=CODE,
    title="Your joints, back and muscles",
    version=VERSION,
    source="Hill et al., BMJ Open 2016;6:e012331",
    licence="A licence is needed (Oxford University Innovation). Item numbers only; the wording comes from a local file.",
    items=tuple(
        Item(id=one, label=f"question {one}", least=0, most=4, ends=("worst", "best"), also_called=(f"Q{one}",))
        for one in ITEM_IDS
    ),
    scales=(Scale(id="total", label="Musculoskeletal health", least=0, most=56, direction="higher_is_better", unit="of 56"),),
    compute=score,
    missing_rule=ALL_NEEDED,
)
