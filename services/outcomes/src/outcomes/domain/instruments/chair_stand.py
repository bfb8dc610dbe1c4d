"""30-second chair stand.

Source: Jones, Rikli and Beam 1999 (doi 10.1080/02701367.1999.10608028). The number of full stands from a chair in 30 seconds,
arms folded; higher is better. Where the arms were used the test is recorded as adapted, on a scale of its own, so that it is
never compared with one that wasn't. `arms_used` left out means that the test was done as described.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score

CODE = "CHAIR-STAND"
VERSION = "1"
MOST_STANDS = 60


def score(answers: Answers) -> tuple[Score, ...]:
    """The count of stands, on the scale `stands`, or `stands_adapted` where the arms were used."""
    count = answers.get("count")
    return (
        Score(
            instrument=CODE,
            version=VERSION,
            scale="stands_adapted" if answers.get("arms_used") else "stands",
            value=None if count is None else float(count),
            missing=int(count is None),
        ),
    )


CHAIR_STAND = Instrument(
    code=CODE,
    title="30-second chair stand",
    version=VERSION,
    source="Jones, Rikli and Beam, Res Q Exerc Sport 1999;70(2):113-119",
    licence="No licence needed; the test is described in full.",
    items=(
        Item(
            id="count",
            label="stands in 30 seconds",
            least=0,
            most=MOST_STANDS,
            question="How many times did the person stand up fully in 30 seconds?",
        ),
        Item(id="arms_used", label="arms used", yes_or_no=True, question="Did the person use their arms?"),
    ),
    scales=(
        Scale(id="stands", label="Chair stands", least=0, most=MOST_STANDS, direction="higher_is_better", unit="stands"),
        Scale(
            id="stands_adapted",
            label="Chair stands, arms used",
            least=0,
            most=MOST_STANDS,
            direction="higher_is_better",
            unit="stands",
        ),
    ),
    compute=score,
    by_staff=True,
)
