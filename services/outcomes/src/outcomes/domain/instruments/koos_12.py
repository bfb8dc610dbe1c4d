"""KOOS-12: knee pain, function and quality of life, 0 (worst) to 100 (best).

Source: Gandek et al. 2019 (PubMed 30716536): four items each of KOOS pain (frequency, walking, stairs, sitting or lying),
KOOS function (rising from sitting, standing, getting in or out of a car, twisting or pivoting) and KOOS quality of life. Items
keep the ids they have in the KOOS. The official wording is not shipped.
"""

from outcomes.domain.instruments import short_form
from outcomes.domain.instruments.instrument import Answers, Instrument, Score

CODE = "KOOS-12"
VERSION = "1"
PARTS = {
    "pain": ("P1", "P5", "P6", "P8"),
    "function": ("A3", "A4", "A7", "SP4"),
    "quality_of_life": ("Q1", "Q2", "Q3", "Q4"),
}


def score(answers: Answers) -> tuple[Score, ...]:
    """Pain, function, quality of life and summary, 0 (worst) to 100 (best)."""
    return short_form.score(code=CODE, version=VERSION, parts=PARTS, answers=answers)


KOOS_12 = Instrument(
    code=CODE,
    title="Your knee",
    version=VERSION,
    source="Gandek et al., Osteoarthritis and Cartilage 2019;27(5):762-770",
    licence="The questions belong to their owners: item ids and short labels only, the wording comes from a local file.",
    items=short_form.items(
        {
            "P1": "knee pain: how often",
            "P5": "knee pain: walking on the flat",
            "P6": "knee pain: stairs",
            "P8": "knee pain: sitting or lying",
            "A3": "difficulty: getting up from a chair",
            "A4": "difficulty: standing",
            "A7": "difficulty: car, in or out",
            "SP4": "difficulty: turning on the knee",
            "Q1": "quality of life: awareness",
            "Q2": "quality of life: changes made",
            "Q3": "quality of life: confidence",
            "Q4": "quality of life: overall",
        }
    ),
    scales=short_form.SCALES,
    compute=score,
    missing_rule=short_form.MISSING_RULE,
)
