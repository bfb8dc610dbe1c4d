"""Minutes of activity in a week.

Source: the programme's own question (doi 10.1002/msc.1847 reports 30 minutes or more a week as active). Whole minutes, 0 to
10,080 (a whole week); higher is better. Under 30 minutes a week is inactive.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score

CODE = "ACTIVITY"
VERSION = "1"
ACTIVE_FROM_MINUTES = 30
MINUTES_IN_A_WEEK = 10_080


def score(answers: Answers) -> tuple[Score, ...]:
    """`minutes` a week, and `active`: 1 from 30 minutes a week, 0 below."""
    minutes = answers.get("minutes")
    values = (
        ("minutes", None if minutes is None else float(minutes)),
        ("active", None if minutes is None else float(minutes >= ACTIVE_FROM_MINUTES)),
    )
    missing = int(minutes is None)
    return tuple(Score(instrument=CODE, version=VERSION, scale=scale, value=value, missing=missing) for scale, value in values)


ACTIVITY = Instrument(
    code=CODE,
    title="Being active",
    version=VERSION,
    source="doi 10.1002/msc.1847",
    licence="No licence needed; the question is shipped.",
    items=(
        Item(
            id="minutes",
            label="active minutes in the last week",
            least=0,
            most=MINUTES_IN_A_WEEK,
            question="In the last week, how many minutes of physical activity did you do in all?",
            hint="Count anything that made you breathe a little faster, such as a brisk walk. For example, 3 walks of "
            "20 minutes are 60 minutes.",
        ),
    ),
    scales=(
        Scale(
            id="minutes",
            label="Active minutes",
            least=0,
            most=MINUTES_IN_A_WEEK,
            direction="higher_is_better",
            unit="minutes a week",
        ),
        Scale(
            id="active", label="Active 30 minutes a week or more", least=0, most=1, direction="higher_is_better", unit="yes or no"
        ),
    ),
    compute=score,
)
