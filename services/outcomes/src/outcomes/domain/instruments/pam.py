"""PAM: patient activation measure, a score from 0 to 100 and a level from 1 to 4, higher is better.

Source: Hibbard et al. 2004 (doi 10.1111/j.1475-6773.2004.00269.x). Neither the questions nor the scoring are ours to ship: staff
enter the score and the level that the licensed tool computed, and neither is worked out or checked against the other here.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score

CODE = "PAM"
VERSION = "1"


def score(answers: Answers) -> tuple[Score, ...]:
    """The score (0 to 100) and the level (1 to 4) as they were entered."""
    return tuple(
        Score(
            instrument=CODE,
            version=VERSION,
            scale=name,
            value=None if (value := answers.get(name)) is None else float(value),
            missing=int(name not in answers),
        )
        for name in ("score", "level")
    )


PAM = Instrument(
    code=CODE,
    title="Patient activation",
    version=VERSION,
    source="Hibbard et al., Health Serv Res 2004;39(4):1005-1026",
    licence="A licence is needed (Phreesia). Nothing of it is shipped: the score and the level are entered.",
    items=(
        Item(id="score", label="score from the licensed tool", least=0, most=100, decimals=True),
        Item(id="level", label="level from the licensed tool", least=1, most=4),
    ),
    scales=(
        Scale(id="score", label="Activation", least=0, most=100, direction="higher_is_better", unit="of 100"),
        Scale(id="level", label="Activation level", least=1, most=4, direction="higher_is_better", unit="level"),
    ),
    compute=score,
    by_staff=True,
    missing_rule="The score and the level are entered as they are; each stands alone.",
)
