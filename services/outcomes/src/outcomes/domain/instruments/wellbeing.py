"""WEMWBS and SWEMWBS: mental wellbeing, higher is better.

Source: Tennant et al. 2007 (doi 10.1186/1477-7525-5-63) for the 14 items, total 14-70; Stewart-Brown et al. 2009
(doi 10.1186/1477-7525-7-15) for the 7 items: raw total 7-35, converted by a table to the metric score 7.00-35.00. Items are 1
(none of the time) to 5 (all of the time). All items are required. A licence is needed, and the wording is not shipped.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score
from outcomes.domain.instruments.totals import ALL_NEEDED, total

VERSION = "1"
LICENCE = "A licence from the University of Warwick is needed. Item numbers only; the wording comes from a local file."
LEAST_RAW = 7
# The metric score for the raw totals 7 to 35.
METRIC = (
    7.00, 9.51, 11.25, 12.40, 13.33, 14.08, 14.75, 15.32, 15.84, 16.36, 16.88, 17.43, 17.98, 18.59, 19.25, 19.98, 20.73, 21.54,
    22.35, 23.21, 24.11, 25.03, 26.02, 27.03, 28.13, 29.31, 30.70, 32.55, 35.00,
)  # fmt: skip
LONG_IDS = tuple(str(number) for number in range(1, 15))
SHORT_IDS = tuple(str(number) for number in range(1, 8))


def score_long(answers: Answers) -> tuple[Score, ...]:
    """The total, 14 (worst) to 70 (best)."""
    raw, missing = total(answers, item_ids=LONG_IDS)
    return (_score("WEMWBS", "total", None if raw is None else float(raw), missing),)


def score_short(answers: Answers) -> tuple[Score, ...]:
    """The raw total, 7 (worst) to 35 (best), and the metric score, 7.00 to 35.00."""
    raw, missing = total(answers, item_ids=SHORT_IDS)
    return (
        _score("SWEMWBS", "metric", None if raw is None else METRIC[raw - LEAST_RAW], missing),
        _score("SWEMWBS", "raw", None if raw is None else float(raw), missing),
    )


def _score(code: str, scale: str, value: float | None, missing: int) -> Score:
    return Score(instrument=code, version=VERSION, scale=scale, value=value, missing=missing)


def _items(ids: tuple[str, ...]) -> tuple[Item, ...]:
    ends = ("none of the time", "all of the time")
    return tuple(Item(id=one, label=f"statement {one}", least=1, most=5, ends=ends, also_called=(f"Q{one}",)) for one in ids)


WEMWBS = Instrument(
    code="WEMWBS",
    title="Your wellbeing, in full",
    version=VERSION,
    source="Tennant et al., Health Qual Life Outcomes 2007;5:63",
    licence=LICENCE,
    items=_items(LONG_IDS),
    scales=(Scale(id="total", label="Wellbeing", least=14, most=70, direction="higher_is_better", unit="of 70"),),
    compute=score_long,
    missing_rule=ALL_NEEDED,
)
SWEMWBS = Instrument(
    code="SWEMWBS",
    title="Your wellbeing",
    version=VERSION,
    source="Stewart-Brown et al., Health Qual Life Outcomes 2009;7:15",
    licence=LICENCE,
    items=_items(SHORT_IDS),
    scales=(
        Scale(id="metric", label="Wellbeing, metric", least=7, most=35, direction="higher_is_better", unit="of 35, metric"),
        Scale(id="raw", label="Wellbeing, raw total", least=7, most=35, direction="higher_is_better", unit="of 35, raw"),
    ),
    compute=score_short,
    missing_rule=ALL_NEEDED,
)
