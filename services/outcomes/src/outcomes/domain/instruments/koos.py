"""KOOS: knee injury and osteoarthritis outcome score, 42 items, five subscales from 0 (worst) to 100 (best).

Source: Roos et al., J Orthop Sports Phys Ther 1998;28(2):88-96, scored after the user's guide (`full_form`). Pain 9 items,
symptoms 7, daily living 17, sport 5, quality of life 4; needed for a score: 5, 4, 9, 3 and 2. WOMAC LK3.1 derived: pain P5-P9,
stiffness S6+S7, function A1-A17. The official wording is not shipped.
"""

from outcomes.domain.instruments import full_form
from outcomes.domain.instruments.full_form import Subscale, item_ids
from outcomes.domain.instruments.instrument import Answers, Instrument, Score

CODE = "KOOS"
VERSION = "1"
PARTS = {
    "pain": Subscale(item_ids=item_ids("P", 9), least_answered=5),
    "symptoms": Subscale(item_ids=item_ids("S", 7), least_answered=4),
    "adl": Subscale(item_ids=item_ids("A", 17), least_answered=9),
    "sport": Subscale(item_ids=item_ids("SP", 5), least_answered=3),
    "quality_of_life": Subscale(item_ids=item_ids("Q", 4), least_answered=2),
}
WOMAC = {
    "womac_lk31_pain": ("P5", "P6", "P7", "P8", "P9"),
    "womac_lk31_stiffness": ("S6", "S7"),
    "womac_lk31_function": full_form.FUNCTION,
}


def score(answers: Answers) -> tuple[Score, ...]:
    """Pain, symptoms, daily living, sport and quality of life, 0 (worst) to 100 (best), and the derived WOMAC (raw)."""
    return full_form.score(code=CODE, version=VERSION, parts=PARTS, womac=WOMAC, answers=answers)


KOOS = Instrument(
    code=CODE,
    title="Your knee, in full",
    version=VERSION,
    source="Roos et al., J Orthop Sports Phys Ther 1998;28(2):88-96",
    licence=full_form.LICENCE,
    items=full_form.items(
        {
            "S": (
                "swelling",
                "grinding or clicking",
                "catching",
                "straightening",
                "bending",
                "stiffness, morning",
                "stiffness, later",
            ),
            "P": (
                "knee pain: how often",
                "knee pain: twisting",
                "knee pain: straightening",
                "knee pain: bending",
                "knee pain: walking on the flat",
                "knee pain: stairs",
                "knee pain: in bed",
                "knee pain: sitting or lying",
                "knee pain: standing",
            ),
            "A": tuple(f"difficulty: {label}" for label in full_form.DAILY_LIVING),
            "SP": tuple(
                f"difficulty: {label}" for label in ("squatting", "running", "jumping", "turning on the knee", "kneeling")
            ),
            "Q": tuple(f"quality of life: {label}" for label in full_form.QUALITY_OF_LIFE),
        }
    ),
    scales=full_form.scales(WOMAC),
    compute=score,
    missing_rule=full_form.missing_rule(PARTS),
)
