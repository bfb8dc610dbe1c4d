"""KOOS-PS and HOOS-PS: physical function of the knee and of the hip, 100 (no difficulty) to 0 (the most).

Source: Perruccio et al. 2008 (doi 10.1016/j.joca.2008.02.017) and Davis et al. 2008 (doi 10.1016/j.joca.2008.02.016): the raw sum
of the items (0 to 4 each; 7 items, 0-28, and 5 items, 0-20) is converted by a table to an interval scale. The papers print the
scale the other way round (0 = no difficulty); here 100 is the best, as in KOOS and HOOS. All items are required. Items are
numbered as on the form and are also known by their KOOS or HOOS ids. The official wording is not shipped.
"""

from functools import partial

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score
from outcomes.domain.instruments.totals import ALL_NEEDED, total

VERSION = "1"
KNEE_TABLE = (
    100, 94.4, 89.5, 85.2, 81.4, 78, 75.1, 72.5, 70.3, 68.2, 66.4, 64.7, 63, 61.4, 59.7, 58, 56, 53.9, 51.5, 48.8, 45.6, 42.1, 38,
    33.4, 28.2, 22.3, 15.7, 8.2, 0,
)  # fmt: skip
HIP_TABLE = (
    100, 95.4, 91.2, 87.3, 83.6, 80, 76.6, 73.1, 69.6, 66.1, 62.3, 58.3, 53.9, 49.2, 44.1, 38.4, 32.1, 25.2, 17.6, 9.2, 0,
)  # fmt: skip
KNEE_ITEMS = {
    "A10": "getting out of bed",
    "A9": "socks or stockings, on",
    "A3": "getting up from a chair",
    "A5": "bending to the floor",
    "SP4": "turning on the knee",
    "SP5": "kneeling",
    "SP1": "squatting",
}
HIP_ITEMS = {
    "A1": "stairs, down",
    "A13": "bath or shower, in or out",
    "A14": "sitting",
    "SP2": "running",
    "SP3": "turning on the leg",
}


def score(answers: Answers, *, code: str, item_ids: tuple[str, ...], table: tuple[float, ...]) -> tuple[Score, ...]:
    """The converted score, 100 (no difficulty) to 0, and none if an item is missing."""
    raw, missing = total(answers, item_ids=item_ids)
    value = None if raw is None else float(table[raw])
    return (Score(instrument=code, version=VERSION, scale="function", value=value, missing=missing),)


def _instrument(*, code: str, title: str, source: str, labels: dict[str, str], table: tuple[float, ...]) -> Instrument:
    items = tuple(
        Item(
            id=item_id,
            label=f"difficulty: {label}",
            least=0,
            most=4,
            ends=("no problem", "an extreme problem"),
            also_called=(str(number),),
        )
        for number, (item_id, label) in enumerate(labels.items(), start=1)
    )
    return Instrument(
        code=code,
        title=title,
        version=VERSION,
        source=source,
        licence="The questions belong to their owners: item ids and short labels only, the wording comes from a local file.",
        items=items,
        scales=(Scale(id="function", label="Physical function", least=0, most=100, direction="higher_is_better", unit="of 100"),),
        compute=partial(score, code=code, item_ids=tuple(labels), table=table),
        missing_rule=ALL_NEEDED,
    )


KOOS_PS = _instrument(
    code="KOOS-PS",
    title="Your knee: physical function",
    source="Perruccio et al., Osteoarthritis and Cartilage 2008;16(5):542-550",
    labels=KNEE_ITEMS,
    table=KNEE_TABLE,
)
HOOS_PS = _instrument(
    code="HOOS-PS",
    title="Your hip: physical function",
    source="Davis et al., Osteoarthritis and Cartilage 2008;16(5):551-559",
    labels=HIP_ITEMS,
    table=HIP_TABLE,
)
