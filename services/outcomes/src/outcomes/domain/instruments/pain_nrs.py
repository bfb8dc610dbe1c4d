"""Pain, numeric rating scale.

Source: the 11-point numeric rating scale, public domain. Range 0 (no pain) to 10 (worst pain imaginable), in points; lower is
better. One item: without it there is no score.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score

CODE = "NRS"
VERSION = "1"


def score(answers: Answers) -> tuple[Score, ...]:
    """The rating itself, 0 to 10 points, 10 worst."""
    pain = answers.get("pain")
    return (
        Score(
            instrument=CODE,
            version=VERSION,
            scale="pain",
            value=None if pain is None else float(pain),
            missing=int(pain is None),
        ),
    )


PAIN_NRS = Instrument(
    code=CODE,
    title="Pain",
    version=VERSION,
    source="11-point numeric rating scale",
    licence="No licence needed; the question is shipped.",
    items=(
        Item(
            id="pain",
            label="pain in the last week",
            least=0,
            most=10,
            question="How bad was your joint pain, on average, in the last week?",
            ends=("no pain", "the worst pain you can imagine"),
        ),
    ),
    scales=(Scale(id="pain", label="Pain", least=0, most=10, direction="lower_is_better", unit="points"),),
    compute=score,
)
